/** What a client needs of a WebSocket: the browser's fits, and so does the `ws` package. */

interface SocketEvent {
  readonly type: string
  readonly data?: unknown
  readonly code?: number
  readonly message?: string
}

/** An open or opening socket. */
export interface WebSocketLike {
  binaryType: string
  send(message: string | Uint8Array): void
  close(): void
  addEventListener(type: 'open' | 'message' | 'error' | 'close', listener: (event: SocketEvent) => void): void
}

/** Opens sockets. */
export type WebSocketConstructor = new (url: string, subprotocol: string) => WebSocketLike
