/**
 * The query port of a node: answers questions to its views. One TCP server, many questions per connection.
 */
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { errorValueOf, HinataError } from '../errors/index.js'
import { queriesInFlightMax } from '../limits/limits.js'
import { encodeFrame, FrameReader } from './query-frames.js'

/** Answers one question; throws HinataError to refuse. */
export type Answer = (view: string, key: string, name: string, args: unknown) => Promise<unknown>

/** A listening port. */
export interface QueryPort {
  /** tcp://host:port */
  readonly url: string
  stop(): Promise<void>
}

/** Listens on `host` at a free port. */
export async function openQueryPort(host: string, answer: Answer): Promise<QueryPort> {
  const sockets = new Set<Socket>()
  let inFlight = 0
  const server = createServer(socket => {
    const frames = new FrameReader()
    sockets.add(socket)
    socket.setNoDelay(true)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => socket.destroy())
    socket.on('data', chunk => {
      try {
        for (const body of frames.read(chunk)) void reply(socket, body as Question)
      } catch {
        socket.destroy() // not one of ours
      }
    })
  })

  async function reply(socket: Socket, [id, view, key, name, args]: Question): Promise<void> {
    let frame: Buffer
    try {
      if (inFlight >= queriesInFlightMax) {
        throw new HinataError('OVERLOADED', { what: 'The query port', max: queriesInFlightMax })
      }
      inFlight++
      frame = encodeFrame([id, true, await answer(view, key, name, args).finally(() => { inFlight-- })])
    } catch (thrown) {
      const refusal = thrown instanceof HinataError ? thrown
        : new HinataError('INTERNAL', { reason: errorValueOf(thrown).message })
      frame = encodeFrame([id, false, { code: refusal.code, details: refusal.details }])
    }
    if (!socket.destroyed) socket.write(frame)
  }

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, host, resolve)
  })
  const { port } = server.address() as AddressInfo
  return {
    url: `tcp://${host}:${port}`,
    stop: () => new Promise(resolve => {
      server.close(() => resolve())
      for (const socket of sockets) socket.destroy()
    }),
  }
}

type Question = [id: number, view: string, key: string, name: string, args: unknown]
