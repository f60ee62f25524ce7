/**
 * The address by which visits are counted: host in lower case, the scheme's default port and tracking
 * parameters removed. The record keeps the address as given. Addresses that are no URLs (paths, titles) are
 * only trimmed.
 */
import { hash32 } from '../text/index.js'
import { ADDRESS_KEY_CHARS_MAX } from './limits.js'

const TRACKING =
  /^(?:utm_\w+|mtm_\w+|pk_\w+|[fgd]clid|fbclid|[gw]braid|msclkid|twclid|yclid|igshid|mc_[ce]id|_hs\w+)$/i

/** A host that is a name, and a path of characters that a URL leaves as they are. */
const PLAIN =
  /^https?:\/\/(?:[a-z0-9-]+\.)+[a-z][a-z0-9-]*\/[\w~!$&'()*+,;=:@/.-]*(?:#[\w~!$&'()*+,;=:@/.-]*)?$/

/** The key; '' for no address. A long key keeps its beginning and ends in a hash, so that rows stay small. */
export function addressKey(address: string): string {
  const trimmed = address.trim()
  const key = isNormal(trimmed) || !URL.canParse(trimmed) ? trimmed : normalised(new URL(trimmed))
  return key.length <= ADDRESS_KEY_CHARS_MAX
    ? key
    : `${key.slice(0, ADDRESS_KEY_CHARS_MAX)}~${hash32(key, 0).toString(16)}`
}

/** Would the URL class give the address back as it is? Most addresses need not be parsed to know. */
function isNormal(address: string): boolean {
  return PLAIN.test(address) && !address.includes('/.') && !address.includes('xn--')
}

/** The URL class lower-cases the host and drops the default port already. */
function normalised(url: URL): string {
  if (url.search === '') return url.href
  for (const name of [...url.searchParams.keys()]) if (TRACKING.test(name)) url.searchParams.delete(name)
  return url.href
}
