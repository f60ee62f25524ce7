/**
 * What is unavoidable: uWebSockets.js takes the same message, parses it, one XADD keeps its records, and its
 * answer is the acknowledgement. Nothing is checked, nothing is known twice, nobody is asked who they are.
 */
import uws from 'uWebSockets.js'
import { openRedis, send, type RedisConnection } from '../../engine/redis/index.js'
import { numberOfId, paths, type Receiver, type Stored } from './receiver.js'

interface Message {
  readonly type?: string
  readonly seq?: number
  readonly records?: readonly { readonly id: string }[]
  readonly hinata_batch?: readonly { readonly id: string }[]
}

const stream = 'bare:records'
const pageEntries = 1_000

/** WebSocket and HTTP. */
export const bare: Receiver = {
  async start(redisUrl) {
    const redis = await openRedis(redisUrl, 'bare')
    const app = uws.App()
    app.ws(paths.socket, {
      maxPayloadLength: 16 * 1_024 * 1_024, maxBackpressure: 0,
      message(socket, bytes) {
        const { type, seq, records } = JSON.parse(Buffer.from(bytes).toString()) as Message
        if (type === 'hello') return void socket.send('{"type":"welcome"}')
        void keep(redis, records!).then(() => { socket.send(`{"type":"ack","seq":${seq}}`) })
      },
    })
    app.post(paths.submit, response => { answer(response, redis) })
    const port = await new Promise<number>((resolve, reject) => {
      app.listen('127.0.0.1', 0, socket => {
        if (socket) resolve(uws.us_socket_local_port(socket))
        else reject(new Error('no port'))
      })
    })
    return { url: `http://127.0.0.1:${port}`, token: '', stored: () => readAll(redis) }
  },
}

function answer(response: uws.HttpResponse, redis: RedisConnection): void {
  const parts: Buffer[] = []
  let isGone = false
  response.onAborted(() => { isGone = true })
  response.onData((chunk, isLast) => {
    parts.push(Buffer.from(Buffer.from(chunk)))
    if (!isLast) return
    const { hinata_batch: records } = JSON.parse(Buffer.concat(parts).toString()) as Message
    void keep(redis, records!).then(() => {
      if (!isGone) response.cork(() => { response.end('{"status":"accepted"}') })
    })
  })
}

function keep(redis: RedisConnection, records: readonly unknown[]): Promise<unknown> {
  return send(redis, 'XADD', [stream, '*', 'd', JSON.stringify(records)])
}

async function readAll(redis: RedisConnection): Promise<Stored> {
  const stored = { records: 0, sum: 0 }
  let from = '-'
  for (;;) {
    const entries = await send(redis, 'XRANGE', [stream, from, '+', 'COUNT', pageEntries]) as
      [Buffer, [Buffer, Buffer]][]
    for (const [, [, packed]] of entries) {
      for (const { id } of JSON.parse(String(packed)) as { id: string }[]) {
        stored.records++
        stored.sum += numberOfId(id)
      }
    }
    if (entries.length < pageEntries) return stored
    from = `(${String(entries[entries.length - 1][0])}`
  }
}
