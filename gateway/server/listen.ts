/** The listening socket. uWebSockets.js lives in this folder alone. */
import { readFileSync } from 'node:fs'
import { createSecureContext } from 'node:tls'
import uws from 'uWebSockets.js'
import { HinataError } from '../../engine/index.js'

/** Free ports that are tried: somebody else may take one in between. */
const freePortTriesMax = 5

declare module 'uWebSockets.js' { // what it has and its declarations do not
  const LIBUS_LISTEN_EXCLUSIVE_PORT: number
  interface TemplatedApp {
    listen(
      host: string, port: number, options: number, cb: (socket: us_listen_socket | false) => void,
    ): TemplatedApp
  }
}

/** An app of uWebSockets. */
export type App = uws.TemplatedApp

/** A listening socket. */
export interface Listening {
  readonly port: number
  /** Takes no new connections; the open ones go on. */
  stop(): void
}

/** Where the certificate of this gateway and its key lie, as PEM. */
export interface TlsFiles {
  readonly certFile: string
  readonly keyFile: string
}

/** Makes an app without routes. Throws CONFIG_INVALID when the certificate cannot be used. */
export function openApp(tls: TlsFiles | null = null): App {
  if (tls === null) return uws.App()
  assertUsable(tls)
  return uws.SSLApp({ cert_file_name: tls.certFile, key_file_name: tls.keyFile })
}

/**
 * Listens on exactly this port (0 = a free one), or throws CONFIG_INVALID. Nobody else, no second gateway
 * either, listens on it then.
 *
 * uWebSockets sets SO_REUSEADDR on a port that it is given only. Connections of a killed process whose port
 * was chosen by the kernel would keep its successor from that port for a minute (TIME_WAIT); so a free port
 * is looked for first and then asked for.
 */
export async function listen(app: App, host: string, port: number): Promise<Listening> {
  if (port !== 0) return listenOn(app, host, port)
  for (let tries = 1; ; tries++) {
    const found = await listenOn(openApp(), host, 0)
    found.stop()
    try {
      return await listenOn(app, host, found.port)
    } catch (error) {
      if (tries === freePortTriesMax) throw error
    }
  }
}

function listenOn(app: App, host: string, port: number): Promise<Listening> {
  return new Promise((resolve, reject) => {
    app.listen(host, port, uws.LIBUS_LISTEN_EXCLUSIVE_PORT, socket => {
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

/** uWebSockets says nothing of what is wrong with a certificate; Node does. */
function assertUsable({ certFile, keyFile }: TlsFiles): void {
  try {
    createSecureContext({ cert: readFileSync(certFile), key: readFileSync(keyFile) })
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : String(thrown)
    throw new HinataError('CONFIG_INVALID', {
      path: 'gateway.tls_cert_file', reason: `${certFile} with ${keyFile}: ${reason}`,
    })
  }
}
