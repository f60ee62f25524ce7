/** Example 1: an app sends a person's first record through the WebSocket. */
import { connect, type Ack } from '../gateway/index.js'

/** Sends one record of Ada; resolves when the log has it. */
export async function firstRecord(url: string, appKey: string): Promise<Ack> {
  // #region send
  const client = await connect({ url, token: appKey })
  const ack = await client.submit('ada', [{
    id: 'engine-1',
    timestamp: new Date().toISOString(),
    source: 'browser_extension',
    highlight: 'The Analytical Engine weaves algebraic patterns as the loom weaves flowers.',
    note: 'I want to understand how the card reader drives the mill.',
    address: 'https://history.example/analytical-engine',
    tag: ['analytical engine', 'history'],
  }])
  await client.close()
  // #endregion
  return ack
}
