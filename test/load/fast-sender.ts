/**
 * Show: a sender that is much faster than the engine is stopped by credit; nothing grows but what is kept,
 * nothing is lost.
 */
import { connect } from '../../gateway/index.js'
import { startGatewayChild, type GatewayChild } from './gateway-child.js'

/** One look at the system, while the sender sends. */
interface Sample {
  readonly accepted: number
  /** Records that are in the log and not folded. */
  readonly backlog: number
  /** Of the gateway's process, with its node in it. */
  readonly megabytes: number
  readonly heapMegabytes: number
  readonly externalMegabytes: number
  readonly redisMegabytes: number
  /** Redis keeps every record, in the log and in the state: what it holds for each that was accepted. */
  readonly redisBytesEach: number
}

/** What was seen on the way. */
export interface FastSender {
  readonly records: number
  readonly accepted: number
  readonly folded: number
  readonly dead: number
  /** How fast the sender is while nothing stops it, how fast the engine, and how often it was stopped. */
  readonly sentPerSecond: number
  readonly foldedPerSecond: number
  readonly stops: number
  readonly samples: readonly Sample[]
}

const batch = 100
const persons = 50
const samplesMax = 10
const pollMs = 200
/** Less is what the loop of the sender itself takes. */
const stopMsMin = 1

/** Sends as fast as the client lets it. */
export async function fastSender(records: number): Promise<FastSender> {
  const gateway = await startGatewayChild('whole')
  try {
    const { redisBytes: empty } = await gateway.measure()
    const client = await connect({ url: gateway.url, token: gateway.token, queuedRecordsMax: 4_000 })
    const samples: Sample[] = []
    const seen = { accepted: 0, stops: 0, stoppedMs: 0 }
    const answered: Promise<void>[] = []
    const step = Math.max(batch, Math.floor(records / samplesMax / batch) * batch)
    const startedAt = performance.now()
    for (let n = 0; n < records; n += batch) {
      const before = performance.now()
      await client.ready()
      if ((n + batch) % step === 0) samples.push(await sampleOf(gateway, seen.accepted, empty))
      const tookMs = performance.now() - before
      seen.stops += tookMs > stopMsMin ? 1 : 0
      seen.stoppedMs += tookMs
      answered.push(client.submit(`person ${n / batch % persons}`, batchOf(n))
        .then(ack => { seen.accepted += ack.accepted }))
    }
    const sentMs = performance.now() - startedAt - seen.stoppedMs
    await Promise.all(answered)
    await client.close()
    let last = await gateway.measure()
    for (; last.folded < records; last = await gateway.measure()) {
      await new Promise(resolve => setTimeout(resolve, pollMs))
    }
    const foldedMs = performance.now() - startedAt
    return {
      records, accepted: seen.accepted, folded: last.folded, dead: last.dead, stops: seen.stops,
      sentPerSecond: Math.round(records / sentMs * 1_000),
      foldedPerSecond: Math.round(records / foldedMs * 1_000), samples,
    }
  } finally {
    await gateway.stop()
  }
}

async function sampleOf(gateway: GatewayChild, accepted: number, empty: number): Promise<Sample> {
  const { bytes, heapBytes, externalBytes, redisBytes, appended, folded } = await gateway.measure()
  return {
    accepted, backlog: appended - folded, megabytes: Math.round(bytes / 2 ** 20),
    heapMegabytes: Math.round(heapBytes / 2 ** 20), externalMegabytes: Math.round(externalBytes / 2 ** 20),
    redisMegabytes: Math.round(redisBytes / 2 ** 20),
    redisBytesEach: Math.round((redisBytes - empty) / Math.max(1, appended)),
  }
}

function batchOf(n: number): unknown[] {
  return Array.from({ length: batch }, (_, i) => ({
    id: String(n + i), timestamp: '2026-03-01T10:00:00Z', source: 'load',
    highlight: `Loom ${n + i} weaves.`,
  }))
}
