/**
 * Fills a log with the events of one seed before anything reads it, and remembers when it accepted each: so
 * that a measurement is of the engine alone, and the generator's time is not part of it.
 */
import { Keyspace } from '../../engine/record/keys.js'
import { timeOfEntry } from '../../engine/record/record.js'
import { Appender, createTopic, type AppendInput } from '../../engine/log/index.js'
import { closeRedis, loadScript, openRedis, registerScripts } from '../../engine/redis/index.js'
import { endRecords } from '../../engine/topology/end-input.js'
import type { NexmarkEvent, Side } from './events.js'
import { sideInput, type NexmarkGenerator } from './generator.js'
import { partitions } from './limits.js'
import { keyings, type Keying } from './query.js'

const recordsPerCall = 500
const callsInFlight = 32

/** What was filled. */
export interface FilledLog {
  readonly topic: string
  readonly seconds: number
  /** When the log accepted each event, in the order of their arrival, ms UTC. */
  readonly accepted: readonly number[]
}

/** What to fill a log with. */
export interface Filling {
  readonly redisUrl: string
  readonly topic: string
  readonly keying: Keying
  readonly hasSide: boolean
  readonly generator: NexmarkGenerator
  readonly arrivals: readonly number[]
}

/** Fills a log: the side input if wanted, the events as they arrive, the end of input. */
export async function fillLog(filling: Filling): Promise<FilledLog> {
  const { redisUrl, topic, keying, hasSide, generator, arrivals } = filling
  const redis = await openRedis(redisUrl, 'filler')
  const keys = new Keyspace('h')
  await registerScripts(redis, [loadScript('append-block')])
  await createTopic(redis, keys, topic, partitions)
  const appender = new Appender({ redis, keys, topic, partitions, durability: 'memory' })
  const keyOf: (event: NexmarkEvent | Side) => string = keyings[keying]
  const accepted = new Array<number>(arrivals.length)
  const inFlight = new Set<Promise<void>>()
  const append = async (from: number, inputs: readonly AppendInput[]): Promise<void> => {
    const answers = await appender.append(inputs)
    if (from >= 0) answers.forEach(({ position }, i) => { accepted[from + i] = timeOfEntry(position!.entry) })
  }
  const inputOf = (event: NexmarkEvent | Side): AppendInput =>
    ({ key: keyOf(event), eventTime: event.dateTime, value: event })
  const startedAt = performance.now()
  if (hasSide) await append(-1, sideInput().map(inputOf))
  for (let from = 0; from < arrivals.length; from += recordsPerCall) {
    const inputs = arrivals.slice(from, from + recordsPerCall).map(n => inputOf(generator.event(n)))
    const call = append(from, inputs).finally(() => inFlight.delete(call))
    inFlight.add(call)
    if (inFlight.size >= callsInFlight) await Promise.race(inFlight)
  }
  await Promise.all(inFlight)
  await append(-1, endRecords(partitions))
  const seconds = (performance.now() - startedAt) / 1_000
  closeRedis(redis)
  return { topic, seconds, accepted }
}
