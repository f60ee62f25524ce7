/**
 * Bounds the sockets that are no WebSocket, or not yet one. One that sends its headers slowly, or nothing,
 * ends after some ten seconds (uWebSockets; test/gateway/slow.test.ts); until then it counts here.
 *
 * uWebSockets tells when a socket comes and when it leaves, but no more of one that became a WebSocket:
 * whoever opened that says so.
 */
import type uws from 'uWebSockets.js'
import type { App } from './listen.js'

/** Ends what comes beyond `max` sockets, unread. Call what it returns when one has become a WebSocket. */
export function boundSockets(app: App, max: number): () => void {
  let open = 0
  app.filter((response: uws.HttpResponse, change: Number) => { // 1: it came; -1: it left
    open += Number(change)
    if (Number(change) > 0 && open > max) response.close()
  })
  return () => { open -= 1 }
}
