// Example 7: what a person selects on a page becomes a record of theirs. A content script of a browser extension does
// the same. The folder `client` is dist/gateway/client of the package hinata, copied beside this file as it is.
import { openClient } from './client/index.js'

/** Shorter selections are clicks and single words. */
const charactersMin = 11
/** So many records wait while there is no network; then selections are refused until it is back. */
const waitingMax = 500

/**
 * Watches selections. `tell` hears what became of each: { id, state: 'waiting' | 'kept' | 'refused', code? }.
 * Answers a function that ends it.
 */
export function capture({ url, token, userId, tell }) {
  const client = openClient({ url, token, queuedRecordsMax: waitingMax, reconnectMsMax: Infinity })
  let last = ''

  const take = () => {
    const highlight = String(document.getSelection()).trim()
    if (highlight.length < charactersMin || highlight === last) return
    last = highlight
    const id = `${location.pathname}#${Date.now()}`
    tell({ id, state: 'waiting' })
    client.send(userId, {
      id, highlight, timestamp: new Date().toISOString(), source: 'browser_extension', address: location.href,
      tag: ['selection'], raw_data: { app_metadata: { title: document.title } },
    }).then(
      () => tell({ id, state: 'kept' }),
      refusal => tell({ id, state: 'refused', code: refusal.code }))
  }

  document.addEventListener('mouseup', take)
  document.addEventListener('keyup', take)
  return () => {
    document.removeEventListener('mouseup', take)
    document.removeEventListener('keyup', take)
    return client.close()
  }
}
