/**
 * Bounds the sockets that are no WebSocket, or not yet one. One that sends its headers slowly, or nothing,
 * ends after some ten seconds (uWebSockets; test/gateway/slow.test.ts); until then it counts here.
 */
import type uws from 'uWebSockets.js'
import type { App } from './listen.js'

/** Ends what comes beyond `max` sockets, unread. */
export function boundSockets(app: App, max: number): void {
  let open = 0
  app.filter((response: uws.HttpResponse, change: Number) => { // 1: it came; -1: it left, or is a WebSocket
    open += Number(change)
    if (Number(change) > 0 && open > max) response.close()
  })
}
