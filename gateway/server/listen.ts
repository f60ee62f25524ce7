/** The listening socket. uWebSockets.js lives in this folder alone. */
import uws from 'uWebSockets.js'
import { HinataError } from '../../engine/index.js'

/** An app of uWebSockets. */
export type App = uws.TemplatedApp

/** A listening socket. */
interface Listening {
  readonly port: number
  /** Takes no new connections; the open ones go on. */
  stop(): void
}

/** Makes an app without routes. */
export function openApp(): App {
  return uws.App()
}

/** Listens on exactly this port (0 = a free one), or throws CONFIG_INVALID. */
export function listen(app: App, host: string, port: number): Promise<Listening> {
  return new Promise((resolve, reject) => {
    app.listen(host, port, socket => {
      if (socket === false) {
        reject(new HinataError('CONFIG_INVALID', {
          path: 'gateway.port',
          reason: `${host}:${port} cannot be listened on. Choose a free port, or 0 for any.`,
        }))
        return
      }
      resolve({ port: uws.us_socket_local_port(socket), stop: () => uws.us_listen_socket_close(socket) })
    })
  })
}
