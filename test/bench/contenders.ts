/** Contenders for trial.test.ts: one that is honest, one that loses a record, one that measures nothing. */
import type { Contender } from '../../bench/keyed-counter/contender.js'

/** Counts all. */
export const honest: Contender = {
  async run({ measured }, keys) {
    await measured(() => Promise.resolve())
    return keys.length
  },
}

/** Loses one. */
export const lossy: Contender = {
  async run(surroundings, keys) {
    return await honest.run(surroundings, keys) - 1
  },
}

/** Forgets to say what is measured. */
export const unmeasured: Contender = { run: (_, keys) => Promise.resolve(keys.length) }
