/**
 * Switches a partition from one version to another that follows it: promote and roll back are the same.
 *
 *   following ─near enough─▶ held ─arrived─▶ switched
 *                              └─ too long ─▶ following (given back, nothing changed; tried again)
 *
 * X1  While the partition is held the old version's position stands still, so the new one arrives. The hold
 *     lasts at most `switchHoldMsMax`; a version that does not arrive in that time is let go on and waited
 *     for again, until `nearMsMax` have passed.
 * X2  One script checks that the new version stands at the old one's position and has fired the same timers,
 *     moves the pointer and fences both owners. They take the partition again, in their new roles.
 * X3  A switch that is done already changes nothing: an interrupted promote is run again.
 */
import type { Clock } from '../clock/index.js'
import { HinataError } from '../errors/index.js'
import { switchBehindMax, switchHoldMsMax } from '../limits/limits.js'
import type { Keyspace } from '../record/keys.js'
import { loadScript, redisTime, runScript, send, type RedisConnection } from '../redis/index.js'
import { Hold } from './hold.js'
import { topologyId } from './redis-store.js'
import type { Topology } from './topology.js'

const switchVersion = loadScript('switch-version')
const arrivalPollMs = 5
const nearPollMs = 50

/** What a switch works with. */
export interface SwitchOptions {
  readonly redis: RedisConnection
  readonly keys: Keyspace
  readonly clock: Clock
  readonly topology: Pick<Topology, 'name' | 'source'>
  readonly from: number
  readonly to: number
  /** How long the new version may take to come near and arrive, ms. */
  readonly nearMsMax: number
}

/**
 * Switches one partition; the answer is how long it was held, ms. Throws VERSION_NOT_RUNNING, VERSION_BEHIND,
 * VERSION_NOT_LIVE; then the old version is live as before.
 */
export async function switchPartition(partition: number, options: SwitchOptions): Promise<number> {
  const { clock, nearMsMax } = options
  const deadline = clock.now() + nearMsMax
  for (let pauseMs = nearPollMs; ; pauseMs *= 2) {
    await untilNear(partition, options, deadline)
    const heldMs = await switchHeld(partition, options)
    if (typeof heldMs === 'number') return heldMs
    if (clock.now() + pauseMs >= deadline) throw heldMs
    await clock.wait(pauseMs) // what was held up goes on meanwhile
  }
}

/** One try: how long the partition was held, ms, or why it was given back. */
async function switchHeld(partition: number, options: SwitchOptions): Promise<number | HinataError> {
  const { redis, keys, clock, topology, from, to } = options
  const heldAt = clock.now()
  const hold = await Hold.take(redis, keys, partition, { name: topology.name, version: from },
    switchHoldMsMax)
  const ids = [from, to].map(version => topologyId({ name: topology.name, version }))
  const each = (name: 'checkpoint' | 'timers' | 'outbox'): string[] =>
    ids.map(id => keys[name](partition, id))
  const names = [keys.live(partition, topology.name), ...each('checkpoint'), ...each('timers'),
    ...each('outbox'), keys.log(partition, topology.source.topic)]
  for (;;) {
    const [outcome, found] =
      await runScript(redis, switchVersion, names, [from, to, hold.lease.epoch]) as Buffer[]
    if (String(outcome) === 'ok') return clock.now() - heldAt
    if (String(outcome) === 'moved') {
      throw new HinataError('VERSION_NOT_LIVE', { partition, version: from, found: String(found) })
    }
    if (String(outcome) === 'lost' || clock.now() - heldAt >= switchHoldMsMax) {
      await hold.release()
      return new HinataError('VERSION_BEHIND',
        { partition, version: to, found: String(found), expected: hold.position })
    }
    await clock.wait(arrivalPollMs)
  }
}

/** Waits until the new version is so near that a short hold lets it arrive. */
async function untilNear(partition: number, options: SwitchOptions, deadline: number): Promise<void> {
  const { redis, keys, clock, topology, from, to } = options
  for (;;) {
    const [old, next] = await Promise.all([from, to].map(version =>
      send(redis, 'HMGET', [keys.checkpoint(partition, topologyId({ name: topology.name, version })),
        'folded', 'owner', 'until', 'position']) as Promise<(Buffer | null)[]>))
    const isOwned = next[1] !== null && String(next[1]) !== ''
      && Number(String(next[2])) > await redisTime(redis, keys.live(partition, topology.name))
    const behind = Number(String(old[0] ?? 0)) - Number(String(next[0] ?? 0))
    if (isOwned && behind <= switchBehindMax) return
    if (clock.now() >= deadline) {
      throw isOwned ? new HinataError('VERSION_BEHIND',
        { partition, version: to, found: String(next[3] ?? '0-0'), expected: String(old[3] ?? '0-0') })
        : new HinataError('VERSION_NOT_RUNNING', { partition, version: to })
    }
    await clock.wait(nearPollMs)
  }
}
