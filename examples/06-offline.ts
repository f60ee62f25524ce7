/** Example 6: an app that may start without a network keeps what it has to say, and says it once. */
import { GatewayRefusal, openClient, RecordRefusal } from '../gateway/index.js'

/** Sends notes of Ada one by one, whatever the network does; resolves with what became of each. */
export async function sendNotes(
  url: string, token: () => Promise<string>, notes: readonly Record<string, unknown>[],
): Promise<string[]> {
  const fates: Promise<string>[] = []
  // #region offline
  const client = openClient({ url, token, queuedRecordsMax: 2_000, reconnectMsMax: Infinity })
  for (const note of notes) {
    await client.ready() // resolves when another record may wait
    fates.push(client.send('ada', note).then(
      ({ durability }) => `kept (${durability})`,
      (error: unknown) => {
        if (error instanceof RecordRefusal) return `refused: ${error.code}` // this record, for good
        if (error instanceof GatewayRefusal) return `not sent: ${error.code}` // the client was closed
        throw error
      }))
  }
  await client.close() // when all is answered
  // #endregion
  return Promise.all(fates)
}
