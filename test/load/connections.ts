/** Show: what an idle connection costs, and how soon many active ones are answered. */
import { WebSocket } from 'ws'
import { connect } from '../../gateway/index.js'
import { startGatewayChild, type GatewayChild } from './gateway-child.js'

/** What idle connections cost the gateway. */
interface Idle {
  readonly connections: number
  readonly bytesEach: number
  /** Processor time of the gateway and its node, ms a second, while nothing is said. */
  readonly cpuMsPerSecond: number
}

/** How active connections were answered. */
interface Active {
  readonly connections: number
  readonly acks: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly recordsPerSecond: number
}

/** So many are opened at a time. */
const openingMax = 100
const idleSeconds = 3
const batchRecords = 5

/** Opens idle connections, and active ones beside them. */
export async function manyConnections(
  idle: number, active: number, rounds: number,
): Promise<{ idle: Idle, active: Active }> {
  const gateway = await startGatewayChild('light')
  const sockets: WebSocket[] = []
  try {
    const empty = await gateway.measure()
    while (sockets.length < idle) {
      const count = Math.min(openingMax, idle - sockets.length)
      sockets.push(...await Promise.all(Array.from({ length: count }, () => greeted(gateway))))
    }
    const full = await gateway.measure()
    await new Promise(resolve => setTimeout(resolve, idleSeconds * 1_000))
    const later = await gateway.measure()
    return {
      idle: {
        connections: idle, bytesEach: Math.round((full.bytes - empty.bytes) / idle),
        cpuMsPerSecond: Math.round((later.cpuMs - full.cpuMs) / idleSeconds),
      },
      active: await activeOnes(gateway, active, rounds),
    }
  } finally {
    for (const socket of sockets) socket.terminate()
    await gateway.stop()
  }
}

async function activeOnes(gateway: GatewayChild, count: number, rounds: number): Promise<Active> {
  const { url, token } = gateway
  const clients = []
  while (clients.length < count) clients.push(await connect({ url, token }))
  const took: number[] = []
  const startedAt = performance.now()
  await Promise.all(clients.map(async (client, person) => {
    for (let round = 0; round < rounds; round++) {
      const sentAt = performance.now()
      await client.submit(`person ${person}`, Array.from({ length: batchRecords }, (_, i) => ({
        id: `${round}-${i}`, timestamp: '2026-03-01T10:00:00Z', source: 'load', highlight: `record ${round}`,
      })))
      took.push(performance.now() - sentAt)
    }
  }))
  const seconds = (performance.now() - startedAt) / 1_000
  await Promise.all(clients.map(client => client.close()))
  return {
    connections: count, acks: took.length, ...percentiles(took),
    recordsPerSecond: Math.round(took.length * batchRecords / seconds),
  }
}

/** The middle and the 99th of a hundred, rounded to tenths. */
export function percentiles(values: readonly number[]): { p50Ms: number, p99Ms: number } {
  const sorted = [...values].sort((a, b) => a - b)
  const at = (share: number): number => {
    const value = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
    return Math.round(value * 10) / 10
  }
  return { p50Ms: at(0.5), p99Ms: at(0.99) }
}

/** A socket that was welcomed. */
export function greeted({ url, token }: GatewayChild): Promise<WebSocket> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`${url.replace('http', 'ws')}/ws`, 'hinata.json.v1',
      { perMessageDeflate: false })
    socket.on('error', reject)
    socket.on('open', () => socket.send(JSON.stringify({ type: 'hello', token })))
    socket.once('message', (data: Buffer) => (data.includes('"welcome"') ? resolve(socket)
      : reject(new Error(data.toString()))))
  })
}
