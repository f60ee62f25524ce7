/**
 * Where a request comes from. Limits and audits count by it, so a proxy in front is believed only when it was
 * named, and only its last word: what stands before in the header, the app may have written itself.
 */
import type uws from 'uWebSockets.js'

/** The address of the app, or of whatever stands between when that is not trusted. */
export function addressOf(
  response: uws.HttpResponse, request: uws.HttpRequest, trustedProxies: ReadonlySet<string>,
): string {
  const near = Buffer.from(response.getRemoteAddressAsText()).toString('latin1')
  if (!trustedProxies.has(near)) return near
  const last = request.getHeader('x-forwarded-for').split(',').at(-1)?.trim() ?? ''
  return last === '' ? near : last
}
