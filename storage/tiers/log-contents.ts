/**
 * Contents out of the log: the last resort for records whose content left the state and whose rows are gone.
 * The log has what was told; what was drawn from it is drawn again, by the same stage.
 */
import { isCommand } from '../../actors/person/commands.js'
import { run } from '../../actors/person/enrich-stage.js'
import { isStagedRecord, type StagedMessage } from '../../actors/person/staged.js'
import { contentHash, type RecordContent, type SubmittedRecord } from '../../actors/record/index.js'
import type { LogRecord, TopologyClient } from '../../engine/index.js'

/** Contents by the identity of what was told (`content_hash`). Reads the whole log of the person. */
export async function contentsInLog(
  client: Pick<TopologyClient, 'eraser'>, key: string, wanted: ReadonlySet<string>,
): Promise<Map<string, RecordContent>> {
  const found = new Map<string, RecordContent>()
  if (wanted.size === 0) return found
  for await (const told of client.eraser.said(key)) {
    if (isCommand(told.value)) continue
    const hash = contentHash((told.value as SubmittedRecord).record)
    if (!wanted.has(hash) || found.has(hash)) continue
    const content = await contentOfTold(told)
    if (content !== undefined) found.set(hash, content)
  }
  return found
}

async function contentOfTold(told: LogRecord): Promise<RecordContent | undefined> {
  const [staged] = await run([told]) as readonly StagedMessage[]
  if (!isStagedRecord(staged)) return undefined
  const { submitted: { record: { highlight, note } }, enrichment } = staged
  const { recommendedHighlights, semanticAnalysis: { mainTopics, keyConcepts } } = enrichment
  return { highlight, note, recommended_highlights: recommendedHighlights, main_topics: mainTopics,
    key_concepts: keyConcepts }
}
