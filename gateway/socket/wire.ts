/**
 * The socket as a connection sees it: uWebSockets behind it in the gateway, an array in the tests of the
 * state machine.
 */

/** One WebSocket. Calls after the socket ended do nothing. */
export interface Wire {
  send(message: Uint8Array | string, isBinary: boolean): void
  /** In its place among what is sent, but whoever else is sent something now may get it first. */
  sendLater(message: Uint8Array | string, isBinary: boolean): void
  /** A protocol ping; the app's library answers it behind everything it has read. */
  ping(payload: string): void
  /** Ends the socket with a code and a reason, after what was sent. */
  end(code: number, reason: string): void
  /** Bytes that were sent and wait in the socket. */
  readonly bufferedBytes: number
}
