/**
 * The tour: what `npm start` shows on an empty data folder. It uses the system as any app would: registers
 * over HTTP, streams the sample through the WebSocket, asks for a prompt, queries ClickHouse.
 *
 * N1  It sends nothing but the sample, and may be run again: known records are duplicates or revisions.
 * N2  What it prints was answered by the running system; nothing is prepared.
 */
import {
  answerOf, exampleQueries, namesOf, namesSql, openAnalytics, type Analytics,
} from '../../analytics/index.js'
import { HinataError } from '../../engine/errors/index.js'
import { connect } from '../../gateway/index.js'
import { progressBar } from '../cli/progress.js'
import { request, type Target } from '../cli/target.js'
import { lives, sampleRecords, type SampleEntry } from './sample.js'
import { Screen } from './screen.js'
import type { Life } from './life.js'

/** Where the system is, and where to write. */
export interface TourOptions {
  readonly gatewayUrl: string
  readonly clickhouseUrl: string
  readonly adminKey: string
  readonly out: NodeJS.WriteStream
  readonly isTerminal: boolean
  /** The present, ms UTC; default: now. */
  readonly now?: number
}

/** What is shown of a component. */
interface ShownComponent {
  readonly description: string
  readonly type: string
  readonly evidence: readonly string[]
  readonly evidence_count: number
}

/** A statement and the one that replaced it. */
interface Replaced {
  readonly day: string
  readonly before: string
  readonly after: string
}

type Memory = keyof typeof componentsShown

const sampleSeed = 7
/** Records that travel together: few enough that the bar moves, many enough to be quick. */
const batchRecords = 20
/** Components that are shown of each memory, the weightiest first. */
const componentsShown = { core: 3, working: 3, learning: 1, context: 1 } as const
const evidenceShown = 2
const memories: readonly Memory[] = ['core', 'working', 'learning', 'context']
const promptTokens = 450
const pollMs = 100
const settleMsMax = 120_000
const permissions = ['hinata_submit', 'hinata_query', 'psp_read', 'psp_context', 'enhancement_access']

const changesSql = `
SELECT toString(toDate(old.valid_to)) AS day, old.description AS before, new.description AS after
FROM psp_components AS old
INNER JOIN psp_components AS new ON new.user_id = old.user_id AND new.component_id = old.superseded_by
WHERE old.user_id IN ${namesSql('person')} AND old.change = 'superseded' AND new.change = 'created'
ORDER BY old.valid_to`

/** Runs the tour. Throws what the system answers when it refuses, OVERLOADED when it does not keep up. */
export async function runTour(options: TourOptions): Promise<void> {
  const screen = new Screen(options.out, options.isTerminal)
  const entries = sampleRecords(sampleSeed, options.now ?? Date.now())
  screen.heading('A sample: eight weeks of four invented persons')
  for (const life of lives) screen.text(`- ${life.userId}: ${life.summary}`)
  screen.line('')
  const key = await registeredKey(options)
  const app: Target = { url: options.gatewayUrl, adminKey: key }
  await stream(entries, app, options.out)
  const analytics = await openAnalytics({ url: options.clickhouseUrl }, { waitMs: settleMsMax })
  try {
    await settled(options, analytics, entries)
    const [life] = lives
    await showPrompt(screen, app, life)
    await showComponents(screen, app, life, entries)
    await showChanges(screen, analytics, life)
    await showQueries(screen, analytics)
    showAddresses(screen, options, key, life)
  } finally {
    await analytics.close()
  }
}

async function registeredKey({ gatewayUrl, adminKey }: TourOptions): Promise<string> {
  const answer = await request({ url: gatewayUrl, adminKey }, 'POST', '/api/apps/register', {
    app_name: 'hinata tour', app_version: '1', developer: 'hinata',
    description: 'Sends the sample of npm start.', requested_permissions: permissions,
  }) as { api_key: string }
  return answer.api_key
}

/** Sends the records of each person in their order, persons side by side. */
async function stream(entries: readonly SampleEntry[], app: Target, out: NodeJS.WriteStream): Promise<void> {
  const client = await connect({ url: app.url, token: app.adminKey })
  const bar = progressBar(entries.length, '  Streaming records', out)
  const answers: Promise<void>[] = []
  try {
    for (const batch of batchesOf(entries)) {
      await client.ready()
      const records = batch.map(({ record }) => record)
      answers.push(client.submit(batch[0].userId, records).then(ack => {
        if (ack.rejected.length > 0) throw new HinataError('INTERNAL', { reason: ack.rejected[0].message })
        bar.advance(records.length)
      }))
    }
    await Promise.all(answers)
  } finally {
    bar.done()
    client.abort()
  }
}

function batchesOf(entries: readonly SampleEntry[]): SampleEntry[][] {
  const batches: SampleEntry[][] = []
  const open = new Map<string, SampleEntry[]>()
  for (const entry of entries) {
    const filling = open.get(entry.userId)
    if (filling && filling.length < batchRecords) filling.push(entry)
    else {
      const batch = [entry]
      open.set(entry.userId, batch)
      batches.push(batch)
    }
  }
  return batches
}

/** Waits until everything is folded and every record is a row. */
async function settled(
  options: TourOptions, analytics: Analytics, entries: readonly SampleEntry[],
): Promise<void> {
  const admin: Target = { url: options.gatewayUrl, adminKey: options.adminKey }
  const persons = lives.map(({ userId }) => userId)
  const sql = `SELECT count() AS rows FROM records FINAL WHERE user_id IN {names:Array(String)}`
  const giveUpAt = performance.now() + settleMsMax
  for (;;) {
    const status = await request(admin, 'GET', '/api/status') as { pipelines: { lag_records: number }[] }
    const isFolded = status.pipelines.every(({ lag_records: lag }) => lag === 0)
    const names = [...(await namesOf(analytics, persons)).values()].flat()
    const [{ rows }] = await analytics.query<{ rows: string | number }>(sql, { names })
    if (isFolded && Number(rows) >= entries.length) return
    if (performance.now() > giveUpAt) {
      throw new HinataError('OVERLOADED', { what: 'The pipeline', max: `${settleMsMax} ms` })
    }
    await new Promise(resolve => setTimeout(resolve, pollMs))
  }
}

async function showPrompt(screen: Screen, app: Target, life: Life): Promise<void> {
  const answer = await request(app, 'POST', '/api/enhancement/personalized', {
    user_id: life.userId, question: life.question, token_budget: promptTokens,
  }) as { personalized_prompt: string, usage: { tokens: number, budget: number }, processing_time: number }
  const { usage, processing_time: seconds } = answer
  screen.heading(`The prompt of ${life.userId} for one question`)
  screen.text(`Question: ${life.question}`)
  screen.line('')
  screen.text(answer.personalized_prompt, 4)
  screen.line('')
  screen.aside(`${usage.tokens} of ${usage.budget} tokens, composed in ${Math.round(seconds * 1_000)} ms`)
}

async function showComponents(
  screen: Screen, app: Target, { userId }: Life, entries: readonly SampleEntry[],
): Promise<void> {
  const path = `/api/psp/current?user_id=${encodeURIComponent(userId)}`
  const { components, records_count: records } = await request(app, 'GET', path) as
    { components: Record<Memory, ShownComponent[]>, records_count: number }
  const own = entries.filter(entry => entry.userId === userId)
  const recordOf = new Map(own.map(({ record }) => [record.id, record]))
  screen.heading(`What is known about ${userId}, and why`)
  for (const memory of memories) {
    for (const known of components[memory].slice(0, componentsShown[memory])) {
      const { description, type, evidence, evidence_count: count } = known
      screen.text(`- ${description} [${type}, ${count} ${count === 1 ? 'note' : 'notes'}]`)
      for (const id of evidence.slice(0, evidenceShown)) {
        const record = recordOf.get(id)
        screen.table(`${id}: ${record?.note || record?.highlight || ''}`.split('\n', 1)[0], 6)
      }
    }
  }
  screen.line('')
  const total = memories.reduce((sum, memory) => sum + components[memory].length, 0)
  screen.aside(`${records} records became ${total} components.`)
}

/** Statements that a later one has replaced; both are kept. */
async function showChanges(screen: Screen, analytics: Analytics, { userId }: Life): Promise<void> {
  const rows = await analytics.query<Replaced>(changesSql, { person: userId })
  screen.heading('Changes of mind, both sides kept')
  for (const { day, before, after } of rows) screen.text(`- ${before}. Since ${day}: ${after}.`)
}

async function showQueries(screen: Screen, analytics: Analytics): Promise<void> {
  screen.heading('Three questions to ClickHouse')
  for (const example of exampleQueries) {
    screen.text(example.question)
    screen.line('')
    screen.table(await answerOf(analytics, example), 4)
    screen.line('')
  }
}

function showAddresses(
  screen: Screen, { gatewayUrl, clickhouseUrl }: TourOptions, key: string, life: Life,
): void {
  const body = JSON.stringify({ user_id: life.userId, question: life.question }).replaceAll("'", "'\\''")
  screen.heading('Try it')
  screen.line(`  curl -s ${gatewayUrl}/health`)
  screen.line('')
  screen.line(`  export HINATA_KEY=${key}`)
  screen.line(`  curl -s ${gatewayUrl}/api/enhancement/personalized \\`)
  screen.line('    -H "Authorization: Bearer $HINATA_KEY" -H "Content-Type: application/json" \\')
  screen.line(`    -d '${body}'`)
  screen.line('')
  screen.line(`  curl -s ${clickhouseUrl} --data-binary \\`)
  screen.line('    "SELECT user_id, count() FROM records GROUP BY user_id FORMAT PrettyCompact"')
  screen.line('')
  screen.aside(`WebSocket: ${gatewayUrl.replace(/^http/, 'ws')}/ws    API: ${gatewayUrl}/openapi.json`)
}
