/**
 * NATS JetStream with its key-value store: records are messages of a file stream, one durable consumer
 * fetches them in batches, adds up the counts of a batch per key, writes each by its revision together with
 * the last sequence that it holds, then acknowledges all of the batch with its last message. A batch that
 * comes again is recognised by the sequences, so a record counts once. Keys that were written are remembered,
 * so that nothing is read twice. Tuned: publishes in flight, the next batch fetched while one is written.
 * It has no takeover: two such consumers would need revisions to fail and be repeated.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { AckPolicy, jetstream as openJetstream, jetstreamManager, type Consumer, type JsMsg,
} from '@nats-io/jetstream'
import { Kvm, type KV } from '@nats-io/kv'
import { connect } from '@nats-io/transport-node'
import { freePort } from '../../deploy/roles/free-port.js'
import { ensureForBench } from '../../deploy/system.mjs'
import { offer, type Contender } from '../keyed-counter/contender.js'
import { startServer } from '../server-process.js'

interface Count {
  total: number
  /** The last sequence that is in it. */
  sequence: number
  /** Of the store; 0: not there yet. */
  revision: number
}

const batchMax = 1_000
const publishing = { recordsPerCall: 250, callsInFlight: 4 }
const encoder = new TextEncoder()

/** Counts in a key-value bucket. */
export const jetstream: Contender = contender('live')
/** The same of what was published before anybody consumed: only the counting is measured. */
export const jetstreamDrain: Contender = contender('backlog')

function contender(published: 'live' | 'backlog'): Contender {
  return { async run({ folder, watch, measured }, keys) {
    const port = await freePort(0)
    const config = join(folder, 'nats.conf')
    writeFileSync(config, `listen: "127.0.0.1:${port}"\njetstream { store_dir: "${folder}" }\n`)
    const server = await startServer(ensureForBench('nats-server'), ['-c', config], port,
      join(folder, 'nats.log'))
    watch(server.pid)
    const connection = await connect({ servers: `127.0.0.1:${port}` })
    const manager = await jetstreamManager(connection)
    await manager.streams.add({ name: 'COUNTS', subjects: ['counts'] })
    await manager.consumers.add('COUNTS', { durable_name: 'counter', ack_policy: AckPolicy.All,
      max_ack_pending: batchMax * 4 })
    const stream = openJetstream(connection)
    const counts = await new Kvm(stream).create('totals')
    const consumer = await stream.consumers.get('COUNTS', 'counter')
    const publish = (): Promise<void> =>
      offer(keys, chunk => Promise.all(chunk.map(key => stream.publish('counts', key))), publishing)
    if (published === 'backlog') await publish()
    await measured(async () => {
      const counted = countAll(consumer, counts, keys.length)
      if (published === 'live') await publish()
      await counted
    })
    const delivered = await sumOf(counts, new Set(keys))
    await connection.close()
    await server.stop()
    return delivered
  } }
}

async function countAll(consumer: Consumer, store: KV, records: number): Promise<void> {
  const known = new Map<string, Count>()
  const fetch = async (): Promise<JsMsg[]> => {
    const batch: JsMsg[] = []
    for await (const message of await consumer.fetch({ max_messages: batchMax, expires: 1_000 })) {
      batch.push(message)
      if (message.info.pending === 0) break
    }
    return batch
  }
  let seen = 0
  let next = fetch()
  while (seen < records) {
    const batch = await next
    seen += batch.length
    if (seen < records) next = fetch()
    if (batch.length > 0) await count(store, known, batch)
  }
}

async function count(store: KV, known: Map<string, Count>, batch: readonly JsMsg[]): Promise<void> {
  const changed = new Map<string, Count>()
  const unknown = new Set(batch.map(message => message.string()).filter(key => !known.has(key)))
  await Promise.all([...unknown].map(async key => { known.set(key, await read(store, key)) }))
  for (const message of batch) {
    const key = message.string()
    const held = known.get(key)!
    if (message.seq <= held.sequence) continue // it came again
    held.total++
    held.sequence = message.seq
    changed.set(key, held)
  }
  await Promise.all([...changed].map(async ([key, held]) => {
    const packed = encoder.encode(`${held.total} ${held.sequence}`)
    held.revision = held.revision === 0 ? await store.create(key, packed)
      : await store.update(key, packed, held.revision)
  }))
  batch[batch.length - 1].ack()
}

/** Nobody else writes, so what this process has not read is not there; after a restart it is read. */
async function read(store: KV, key: string): Promise<Count> {
  const entry = await store.get(key)
  if (entry === null) return { total: 0, sequence: 0, revision: 0 }
  const [total, sequence] = entry.string().split(' ').map(Number)
  return { total, sequence, revision: entry.revision }
}

async function sumOf(store: KV, keys: ReadonlySet<string>): Promise<number> {
  let sum = 0
  for (const key of keys) sum += (await read(store, key)).total
  return sum
}
