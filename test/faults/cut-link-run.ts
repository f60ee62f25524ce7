/**
 * Show: a client sends records one by one over a link that is cut at random, and each is there once, in its
 * order. Client, proxy, gateway and node run in this process, Redis beside it; so the memory that is measured
 * is that of all of them together.
 */
import { connect } from '../../gateway/index.js'
import { sequence, sequenceTopology } from '../gateway/sequence.js'
import { startSystem } from '../gateway/system.js'
import { startCuttingProxy } from '../support/cutting-proxy.js'
import { seededRandom } from '../support/random.js'

/** What is done. */
export interface CutLink {
  readonly records: number
  readonly cuts: number
  readonly seed: number
  /** Hears how far it is. */
  readonly onProgress?: (done: number, cuts: number) => void
}

/** What was found; `lost` to `disordered` must be 0. */
export interface CutLinkOutcome {
  readonly records: number
  readonly cuts: number
  readonly lost: number
  readonly refused: number
  readonly duplicates: number
  readonly disordered: number
  /** The most records that waited in the client, and what it may hold. */
  readonly waitedMost: number
  readonly waitingMax: number
  readonly megabytes: { readonly atTenth: number, readonly most: number }
  readonly seconds: number
}

const persons = 20
const queuedRecordsMax = 5_000
/** A record as it goes over the link, about. */
const recordBytes = 150
const settleMs = 120_000

/** Does it once. */
export async function cutLink({ records, cuts, seed, onProgress }: CutLink): Promise<CutLinkOutcome> {
  const system = await startSystem({ topology: sequenceTopology })
  const proxy = await startCuttingProxy({
    target: system.gateway.port, seed, cutsMax: cuts,
    bytesBetween: Math.floor(records * recordBytes / (cuts * 1.2)),
  })
  const startedAt = performance.now()
  try {
    const client = await connect({
      url: `http://127.0.0.1:${proxy.port}`, token: await system.key(), queuedRecordsMax,
    })
    const random = seededRandom(seed + 1)
    const sent = Array.from({ length: persons }, () => 0)
    const seen = { refused: 0, waitedMost: 0, megabytes: { atTenth: 0, most: 0 } }
    let waiting = 0
    for (let n = 0; n < records || proxy.cuts < cuts && n < records * 2; n++) {
      await client.ready()
      const person = Math.floor(random() * persons)
      const answered = client.send(`person ${person}`, recordAt(sent[person]++))
      seen.waitedMost = Math.max(seen.waitedMost, ++waiting)
      answered.then(() => { waiting -= 1 }, () => {
        waiting -= 1
        seen.refused += 1
      })
      if (n % 10_000 === 0) {
        measure(seen.megabytes, n <= records / 10)
        onProgress?.(n, proxy.cuts)
      }
    }
    await client.close()
    const found = { lost: 0, duplicates: 0, disordered: 0 }
    for (const [person, count] of sent.entries()) {
      await system.client.settled(`person ${person}`, settleMs)
      const state = await system.client.state(sequence, `person ${person}`)
      const [next, wrong] = [state?.next.get() ?? 0, state?.wrong.get() ?? 0]
      found.lost += Math.max(0, count - next - wrong)
      found.duplicates += Math.max(0, next + wrong - count)
      found.disordered += wrong
    }
    return {
      records: sent.reduce((sum, count) => sum + count, 0), cuts: proxy.cuts, ...found, ...seen,
      waitingMax: queuedRecordsMax + creditRecords, seconds: (performance.now() - startedAt) / 1_000,
    }
  } finally {
    await proxy.stop()
    await system.stop()
  }
}

/** What the gateway lets be unanswered comes on top of what waits (D3). */
const creditRecords = 2_000

function recordAt(n: number): Record<string, unknown> {
  return { id: String(n), timestamp: '2026-03-01T10:00:00Z', source: 'test', highlight: `record ${n}` }
}

function measure(megabytes: { atTenth: number, most: number }, isEarly: boolean): void {
  const now = Math.round(process.memoryUsage().rss / 2 ** 20)
  megabytes.most = Math.max(megabytes.most, now)
  if (isEarly) megabytes.atTenth = Math.max(megabytes.atTenth, now)
}
