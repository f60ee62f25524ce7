/** Ids of components: `c1`, `c2` … in the order of creation. */
import { COMPONENTS_MAX } from './component.js'

const ids: string[] = []

/** The id of the `number`-th component of a person; composed once for numbers that a state can hold. */
export function componentId(number: number): string {
  if (number > COMPONENTS_MAX) return `c${number}`
  while (ids.length <= number) ids.push(`c${ids.length}`)
  return ids[number]
}

/** The running number in an id. */
export function numberOf(id: string): number {
  return Number(id.slice(1))
}
