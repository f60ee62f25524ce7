/**
 * The sender's messages and connections: single records, or batches as an app sends after a while without a
 * network, of 1,000 persons in turn, over WebSocket or HTTP. One `Lane` is one connection.
 */
import { WebSocket } from 'ws'
import { HttpConnection } from '../http-connection.js'
import { paths } from './receiver.js'

/** How to send. */
export interface Line {
  readonly url: string
  readonly token: string
  readonly transport: 'ws' | 'http'
  readonly recordsPerMessage: number
}

/** One connection. */
export interface Lane {
  /** Messages that may be unanswered on it. */
  readonly window: number
  /** Sends message `n`; resolves when it is acknowledged, rejects when it is refused. */
  send(n: number): Promise<void>
  close(): void
}

const persons = 1_000
/** Records unanswered on a connection: below the credit that a gateway gives. */
const unansweredRecordsMax = 1_000
const texts = ['The reading group chose the long novel again.',
  'Sourdough wants a warm kitchen and patience.',
  'Write ahead, then apply; recovery reads the log.',
  'The night train north leaves from platform four.']

/** The body of message `n`: its records' numbers follow from `n`, so no two are alike. */
function recordsOf(n: number, count: number): string {
  return Array.from({ length: count }, (_, i) => {
    const number = n * count + i
    return `{"id":"n${number}","timestamp":"2026-03-01T10:00:00Z","source":"bench","highlight":"${
      texts[number % texts.length]}","note":"Kept while reading, number ${number}.","address":`
      + `"https://example.test/page/${number % 997}","tag":["reading"],"access":"private"}`
  }).join(',')
}

/** Opens a connection. */
export async function openLane(line: Line): Promise<Lane> {
  return line.transport === 'ws' ? openSocketLane(line) : openHttpLane(line)
}

async function openSocketLane({ url, token, recordsPerMessage }: Line): Promise<Lane> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}${paths.socket}`, 'hinata.json.v1',
    { perMessageDeflate: false })
  const waiting = new Map<number, { resolve(): void, reject(error: Error): void }>()
  let welcome: () => void = () => undefined
  const welcomed = new Promise<void>(resolve => { welcome = resolve })
  socket.on('message', (data: Buffer) => {
    const frame = JSON.parse(data.toString()) as { type: string, seq?: number, rejected?: readonly unknown[] }
    if (frame.type === 'welcome') return void welcome()
    const answered = frame.seq === undefined ? undefined : waiting.get(frame.seq)
    if (!answered) return
    waiting.delete(frame.seq!)
    if (frame.type === 'ack' && !frame.rejected?.length) answered.resolve()
    else answered.reject(new Error(`refused: ${data.toString().slice(0, 300)}`))
  })
  socket.on('close', () => {
    for (const { reject } of waiting.values()) reject(new Error('the socket ended'))
  })
  await new Promise<void>((resolve, reject) => { socket.once('open', resolve).once('error', reject) })
  socket.send(JSON.stringify({ type: 'hello', token }))
  await welcomed
  let seq = 0
  return {
    window: Math.floor(unansweredRecordsMax / recordsPerMessage),
    send: n => new Promise((resolve, reject) => {
      waiting.set(++seq, { resolve, reject })
      socket.send(`{"type":"submit","seq":${seq},"user_id":"person-${n % persons}","records":[${
        recordsOf(n, recordsPerMessage)}]}`)
    }),
    close: () => { socket.terminate() },
  }
}

async function openHttpLane({ url, token, recordsPerMessage }: Line): Promise<Lane> {
  const connection = new HttpConnection(url, token === '' ? {} : { Authorization: `Bearer ${token}` })
  return {
    window: 1,
    async send(n) {
      const { status, body } = await connection.request('POST', paths.submit,
        `{"user_id":"person-${n % persons}","hinata_batch":[${recordsOf(n, recordsPerMessage)}]}`)
      if (status >= 300) throw new Error(`refused: ${status} ${body.slice(0, 300)}`)
    },
    close: () => { connection.close() },
  }
}
