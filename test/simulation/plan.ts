/**
 * The plan of one simulation, made from its seed: who takes part, what apps submit, and what goes wrong and
 * when. A plan is data, so that a failing one can be made smaller.
 */
import { partitionOf } from '../../engine/index.js'
import { seededRandom } from '../support/random.js'
import type { Weather } from './link.js'
import type { Fsync } from './model/redis.js'
import type { RowsTrouble } from './rows.js'
import { partitions, type Mark } from './tally.js'

/** What goes wrong. Times in virtual ms. */
export type Trouble =
  | { readonly do: 'break', readonly arrivingShare: number, readonly lateMs: number }
  | { readonly do: 'stall', readonly ms: number }
  | { readonly do: 'pause', readonly ms: number }
  /** The process dies, and another one takes its place. */
  | { readonly do: 'kill', readonly backMs: number }
  /** The node drains and ends, and another one takes its place. */
  | { readonly do: 'leave', readonly backMs: number }
  | { readonly do: 'crash', readonly lostShare: number, readonly downMs: number }
  /** The clock of Redis is set forward, or back. */
  | { readonly do: 'clock', readonly ms: number }
  | { readonly do: 'rows', readonly trouble: RowsTrouble, readonly ms: number }

/** When: at a time, to one process; or at the nth run of a script, to the one that runs it. */
export type Occasion =
  | { readonly at: number, readonly who: 'node' | 'app', readonly index: number, readonly role: string }
  | { readonly script: string, readonly nth: number, readonly side: 'before' | 'after' }

/** One fault. */
export interface Fault {
  readonly when: Occasion
  readonly trouble: Trouble
}

/** Records that an app submits in one call. */
export interface Submission {
  readonly at: number
  readonly app: number
  readonly marks: readonly { readonly key: string, readonly does: Mark['does'], readonly to: string,
    /** Of a record that the log accepts once: its id, and which content it has. */
    readonly unique: { readonly id: string, readonly content: number } | undefined }[]
}

/** See the top of the file. */
export interface Plan {
  readonly seed: number
  readonly fsync: Fsync
  readonly weather: Weather
  /** Clock of each node against that of Redis, ms. */
  readonly nodeSkews: readonly number[]
  readonly apps: number
  readonly submissions: readonly Submission[]
  readonly faults: readonly Fault[]
  /** The partition whose outbox the first app follows, if any. */
  readonly followed: number | undefined
  /** When everything is healed, ms after the start. */
  readonly healMs: number
}

const healMs = 3_000
const keys = ['ada', 'bob', 'cyd', 'dan', 'eve']
const scripts = ['commit-batch', 'commit-batch', 'commit-batch', 'append-block', 'append-unique', 'fix-batch',
  'advance-sink', 'relay-block', 'relay-block', 'take-lease', 'renew-lease', 'release-lease']

const deeds = ['count', 'count', 'refuse', 'fail', 'wake', 'wake', 'tell', 'tell'] as const

/** The plan of a seed. */
export function planOf(seed: number): Plan {
  const random = seededRandom(seed * 7_919 + 17)
  const draw = (below: number): number => Math.floor(random() * below)
  const pick = <T>(choices: readonly T[]): T => choices[draw(choices.length)]
  const nodes = 1 + draw(3)
  const apps = 1 + draw(2)
  const isCalm = random() < 0.7
  const submissions = Array.from({ length: 8 + draw(14) }, (): Submission => {
    const isUnique = random() < 0.4
    return {
      at: draw(healMs * 0.7), app: draw(apps),
      marks: Array.from({ length: 1 + draw(4) }, () => {
        const key = pick(keys)
        return { key, does: pick(deeds), to: elsewhere(key, draw),
          unique: isUnique ? { id: `r${draw(3)}`, content: draw(2) } : undefined }
      }),
    }
  })
  return {
    seed, apps, submissions: submissions.sort((a, b) => a.at - b.at), healMs,
    fsync: random() < 0.5 ? 'always' : 'everysec',
    weather: isCalm ? { leastMs: 0.05, mostMs: 1 } : { leastMs: 0.1, mostMs: 40 },
    nodeSkews: Array.from({ length: nodes }, () => (random() < 0.5 ? 0 : draw(4_000) - 2_000)),
    followed: random() < 0.25 ? draw(partitions) : undefined,
    faults: Array.from({ length: 1 + draw(8) }, () => faultOf(random, draw, pick)),
  }
}

/** A key that mostly lives in another partition. */
function elsewhere(key: string, draw: (below: number) => number): string {
  const others = keys.filter(other => partitionOf(other, partitions) !== partitionOf(key, partitions))
  return draw(4) === 0 ? keys[draw(keys.length)] : others[draw(others.length)]
}

function faultOf(
  random: () => number, draw: (below: number) => number, pick: <T>(choices: readonly T[]) => T,
): Fault {
  const who = random() < 0.8 ? 'node' : 'app'
  const role = who === 'app' ? 'client' : pick(['node', 'node', 'reader'])
  const when: Occasion = random() < 0.5
    ? { at: draw(healMs), who, index: draw(3), role }
    : { script: pick(scripts), nth: 1 + draw(12), side: pick(['before', 'after']) }
  const troubles: readonly (() => Trouble)[] = [
    () => ({ do: 'break', arrivingShare: random() < 0.5 ? 0 : random(), lateMs: draw(3) * draw(200) }),
    () => ({ do: 'break', arrivingShare: 1, lateMs: draw(2) * draw(3_000) }),
    () => ({ do: 'stall', ms: 20 + draw(3_500) }),
    () => ({ do: 'pause', ms: 20 + draw(4_000) }),
    () => ({ do: 'pause', ms: 1_500 + draw(2_000) }),
    () => ({ do: 'kill', backMs: draw(1_500) }),
    () => ({ do: 'kill', backMs: draw(200) }),
    () => ({ do: 'leave', backMs: draw(1_500) }),
    () => ({ do: 'rows', trouble: pick(['fails before', 'fails after', 'slow']), ms: 50 + draw(2_000) }),
    () => ({ do: 'crash', lostShare: random(), downMs: draw(600) }),
    () => ({ do: 'clock', ms: draw(4_000) - 2_000 }),
  ]
  return { when, trouble: pick(troubles)() }
}
