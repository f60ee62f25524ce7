/** A stage of the tests that never returns from the item `never`: it sleeps without using a processor. */
import type { StageFunction } from '../../engine/index.js'

/** The stage. */
export const run: StageFunction = records => records.map(({ value }) => {
  if ((value as { item: string }).item === 'never') {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
  }
  return value
})
