/** Cross-origin requests: off unless origins are configured. */

/** Which origins may call from a browser; `*` = any. */
export interface Cors {
  readonly origins: readonly string[]
}

/** Headers for a request from `origin`; none when it is not configured. */
export function corsHeaders(cors: Cors | null, origin: string): (readonly [name: string, value: string])[] {
  if (cors === null || origin === '') return []
  if (!cors.origins.includes('*') && !cors.origins.includes(origin)) return []
  return [
    ['Access-Control-Allow-Origin', origin],
    ['Access-Control-Allow-Methods', 'GET, POST, PUT, DELETE, OPTIONS'],
    ['Access-Control-Allow-Headers', 'Authorization, Content-Type, X-Request-Id'],
    ['Access-Control-Max-Age', '600'],
    ['Vary', 'Origin'],
  ]
}
