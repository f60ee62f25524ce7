/**
 * A TCP proxy that breaks its connections after so many bytes, drawn from a seed: in the middle of a message
 * as well, and whichever way it went. What was passed on before arrives.
 */
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { seededRandom } from './random.js'

/** A running proxy. */
export interface CuttingProxy {
  readonly port: number
  /** Connections that were cut so far. */
  readonly cuts: number
  stop(): Promise<void>
}

/** How it cuts. */
interface Cutting {
  readonly target: number
  readonly seed: number
  /** Bytes, of both ways, between two cuts; from half to one and a half times as many. */
  readonly bytesBetween: number
  /** Then it cuts no more. */
  readonly cutsMax: number
}

/** Starts a proxy in front of a local port. */
export async function startCuttingProxy(cutting: Cutting): Promise<CuttingProxy> {
  const random = seededRandom(cutting.seed)
  const drawn = (): number => Math.ceil(cutting.bytesBetween * (0.5 + random()))
  const open = new Set<Socket>()
  let left = drawn()
  let cuts = 0
  const server = createServer(near => {
    const far = connect(cutting.target, '127.0.0.1')
    const end = (): void => {
      near.destroy()
      far.destroy()
    }
    const pass = (from: Socket, to: Socket) => (part: Buffer): void => {
      const isCut = cuts < cutting.cutsMax && part.length >= left
      if (!isCut) {
        left -= part.length
        if (to.write(part)) return
        from.pause()
        to.once('drain', () => from.resume())
        return
      }
      cuts += 1
      to.end(part.subarray(0, left))
      to.once('finish', end)
      from.destroy()
      left = drawn()
    }
    for (const socket of [near, far]) {
      open.add(socket)
      socket.on('error', end)
      socket.on('close', () => {
        open.delete(socket)
        end()
      })
    }
    near.on('data', pass(near, far))
    far.on('data', pass(far, near))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    get cuts() { return cuts },
    stop: () => new Promise(resolve => {
      server.close(() => resolve())
      for (const socket of open) socket.destroy()
    }),
  }
}
