/** Show: a sender that is much faster than the engine is stopped by credit; nothing grows,
  nothing is lost. */
import { connect } from '../../gateway/index.js'
import { startGatewayChild } from './gateway-child.js'

/** What was seen on the way. */
export interface FastSender {
  readonly records: number
  readonly accepted: number
  readonly folded: number
  readonly dead: number
  /** The most records that were in the log and not folded. */
  readonly backlogMost: number
  /** Of the gateway's process, with its node in it, at each fifth of the way. */
  readonly megabytes: readonly number[]
  readonly redisMegabytes: readonly number[]
}

const batch = 100
const persons = 50
const fifths = 5

/** Sends as fast as the client lets it. */
export async function fastSender(records: number): Promise<FastSender> {
  const gateway = await startGatewayChild('whole')
  try {
    const client = await connect({ url: gateway.url, token: gateway.token, queuedRecordsMax: 4_000 })
    const seen = { accepted: 0, backlogMost: 0, megabytes: [] as number[], redisMegabytes: [] as number[] }
    const look = async (isFifth: boolean): Promise<number> => {
      const { bytes, redisBytes, appended, folded } = await gateway.measure()
      seen.backlogMost = Math.max(seen.backlogMost, appended - folded)
      if (isFifth) {
        seen.megabytes.push(Math.round(bytes / 2 ** 20))
        seen.redisMegabytes.push(Math.round(redisBytes / 2 ** 20))
      }
      return folded
    }
    const answered: Promise<void>[] = []
    const step = Math.max(batch, Math.floor(records / fifths / batch) * batch)
    for (let n = 0; n < records; n += batch) {
      await client.ready()
      answered.push(client.submit(`person ${n / batch % persons}`, Array.from({ length: batch }, (_, i) => ({
        id: String(n + i), timestamp: '2026-03-01T10:00:00Z', source: 'load',
          highlight: `Loom ${n + i} weaves.`,
      }))).then(ack => { seen.accepted += ack.accepted }))
      if ((n + batch) % step === 0) await look(true)
    }
    await Promise.all(answered)
    await client.close()
    while (await look(false) < records) await new Promise(resolve => setTimeout(resolve, 200))
    const { folded, dead } = await gateway.measure()
    return { records, folded, dead, ...seen }
  } finally {
    await gateway.stop()
  }
}
