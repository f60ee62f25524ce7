/** A TCP proxy that can lose a reply: the command reaches the server, its answer never comes back. */
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

/** A running proxy. */
export interface Proxy {
  readonly port: number
  /** Cuts the connection at the next answers, `times` of them, instead of passing them on. */
  loseReplies(times: number): void
  /** Answers that were lost so far. */
  readonly lost: number
  stop(): Promise<void>
}

/** Starts a proxy in front of a local port. */
export async function startProxy(target: number): Promise<Proxy> {
  const sockets = new Set<Socket>()
  let toLose = 0
  let lost = 0
  const server = createServer(client => {
    const upstream = connect(target, '127.0.0.1')
    const cut = (): void => {
      client.destroy()
      upstream.destroy()
    }
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', cut)
      socket.on('close', () => {
        sockets.delete(socket)
        cut()
      })
    }
    client.pipe(upstream)
    upstream.on('data', chunk => {
      if (toLose === 0) return void client.write(chunk)
      toLose--
      lost++
      cut()
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    loseReplies(times) { toLose = times },
    get lost() { return lost },
    stop: () => new Promise(resolve => {
      server.close(() => resolve())
      for (const socket of sockets) socket.destroy()
    }),
  }
}
