/**
 * Allowances: how much may be taken in any window of time, shared by all processes, by the time of Redis.
 *
 * A1  In no window of its length is more taken than its most (a forced taking excepted).
 * A2  What is taken from several allowances at once is taken from all of them or from none.
 */
import type { Keyspace } from '../record/keys.js'
import type { RedisConnection } from './connection.js'
import { loadScript, runScript } from './script.js'

/** One allowance. `group` names the slot of a cluster that it shares with others of the same call. */
export interface Allowance {
  readonly group: string
  readonly name: string
  /** All allowances of a call have as many. Lengths in ms. */
  readonly windows: readonly { readonly most: number, readonly ms: number }[]
}

/** What came of it, told of the window with the least left. Times in ms. */
export interface Taken {
  readonly isTaken: boolean
  /** Until as much could be taken; 0 when it was not too much. */
  readonly waitMs: number
  readonly most: number
  readonly left: number
  readonly resetMs: number
}

/** Takes from allowances. */
export interface Allowances {
  /** Takes `cost` from all of them; `isForced` counts what already happened, however much it is. */
  take(allowances: readonly Allowance[], cost: number, isForced?: boolean): Promise<Taken>
}

const script = loadScript('take-allowance')

/** The allowances of one namespace. */
export function openAllowances(redis: RedisConnection, keys: Keyspace): Allowances {
  return {
    async take(allowances, cost, isForced = false) {
      const windows = allowances.flatMap(one => one.windows.flatMap(({ most, ms }) => [most, ms]))
      const counts = allowances.length === 0 ? 0 : windows.length / 2 / allowances.length
      const reply = await runScript(redis, script,
        allowances.map(({ group, name }) => keys.allowance(group, name)),
        [cost, isForced ? '1' : '0', counts, ...windows]) as [number, number, number, number, number]
      const [taken, waitMs, most, left, resetMs] = reply
      return { isTaken: taken === 1, waitMs, most, left, resetMs }
    },
  }
}
