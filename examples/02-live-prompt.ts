/** Example 2: an app follows what becomes known about a person, while it happens. */
import { connect } from '../gateway/index.js'

/** Reads the changes of Ada's PSP until a description says `awaited`; returns the descriptions seen. */
export async function followPrompt(url: string, appKey: string, awaited: string): Promise<string[]> {
  const seen: string[] = []
  // #region follow
  const client = await connect({ url, token: appKey })
  const changes = client.subscribe({ topic: 'psp', userId: 'ada', from: '0-0' }) // what is kept, then live
  for await (const change of changes) {
    if (change.type === 'gap') continue // older history is gone: read /api/psp/current
    const { component } = change.data as { component: { description: string } }
    seen.push(component.description)
    if (component.description.includes(awaited)) break
  }
  await client.close()
  // #endregion
  return seen
}
