/** Show: subscribers who do not read slow nobody who does. */
import { connect } from '../../gateway/index.js'
import { percentiles, greeted } from './connections.js'
import { startGatewayChild } from './gateway-child.js'

/** How soon the one who reads gets an update after its record was sent. */
export interface Delays {
  readonly slow: number
  readonly updates: number
  readonly p50Ms: number
  readonly p99Ms: number
  /** Of the gateway's process, which has its node in it. */
  readonly cpuMsPerUpdate: number
  /** What the slow ones cost it, each, when all was sent. */
  readonly bytesEach: number | null
}

/** Sends records one after the other, with so many subscribers who never read. */
export async function slowSubscribers(slow: number, records: number): Promise<Delays> {
  const gateway = await startGatewayChild('whole')
  const sockets = []
  try {
    while (sockets.length < slow) {
      const socket = await greeted(gateway)
      socket.send(JSON.stringify({ type: 'subscribe', id: 'r', topic: 'records', user_id: 'ada' }))
      socket.pause()
      sockets.push(socket)
    }
    const client = await connect({ url: gateway.url, token: gateway.token })
    const updates = client.subscribe({ topic: 'records', userId: 'ada' })
    const note = 'Interactive rebase keeps the history of a branch readable. '.repeat(60)
    const took: number[] = []
    const before = await gateway.measure()
    for (let n = 0; n < records; n++) {
      const sentAt = performance.now()
      await client.submit('ada', [{
        id: `r${n}`, timestamp: '2026-03-01T10:00:00Z', source: 'load', highlight: `Loom ${n}`, note,
      }])
      await updates.next()
      took.push(performance.now() - sentAt)
    }
    const after = await gateway.measure()
    await client.close()
    return {
      slow, updates: took.length, ...percentiles(took),
      cpuMsPerUpdate: Math.round((after.cpuMs - before.cpuMs) / records * 10) / 10,
      bytesEach: slow === 0 ? null : Math.round((after.bytes - before.bytes) / slow),
    }
  } finally {
    for (const socket of sockets) socket.terminate()
    await gateway.stop()
  }
}
