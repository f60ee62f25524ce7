/**
 * Shows how fresh rows are under a load that goes on: a whole system, a sender that gives so many records a
 * second whatever comes back (open loop), the status looked at meanwhile, and at the end what the rows
 * themselves say, from the gateway's receipt to the row.
 *
 *   node dist/test/scenarios/freshness-show.js --rate 1000 --seconds 60
 *
 * Prints a JSON line per look and one for the rows. Everything runs on this machine, the sender included. A
 * rate that the machine cannot take shows as records that wait in the log, and in the ages of rows: freshness
 * is then the length of the queue.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { sampleRecords } from '../../deploy/tour/sample.js'
import { connect } from '../../gateway/index.js'
import { HinataFolder, type RunningHinata } from '../support/hinata-process.js'
import { until } from '../support/until.js'

const { values } = parseArgs({ options: {
  rate: { type: 'string', default: '1000' }, seconds: { type: 'string', default: '60' },
} })
const rate = Number(values.rate)
const total = rate * Number(values.seconds)
const lookMs = 5_000
/** Records of one person that go together, and how many persons there are. */
const batchRecords = 10
const persons = 329
/** Rows of the first seconds come from a node that is not yet warm. */
const warmSeconds = 15
const sample = sampleRecords(3, Date.UTC(2026, 9, 1))
const folder = await mkdtemp(join(tmpdir(), 'hinata-freshness-'))
const hinata = new HinataFolder(join(folder, 'data'))

interface Status {
  readonly pipelines: readonly { readonly lag_records: number, readonly freshness: object | null }[]
}

/** Gives each batch at its time; resolves when all were acknowledged. */
async function send(system: RunningHinata): Promise<void> {
  const client = await connect({ url: system.gateway, token: system.adminKey, producer: 'freshness',
    queuedRecordsMax: total })
  const began = performance.now()
  const answers: Promise<unknown>[] = []
  for (let n = 0; n < total; n += batchRecords) {
    const dueMs = 1_000 * n / rate - (performance.now() - began)
    if (dueMs > 0) await wait(dueMs)
    const records = Array.from({ length: Math.min(batchRecords, total - n) }, (_, i) =>
      ({ ...sample[(n + i) % sample.length].record, id: `r-${n + i}` }))
    answers.push(client.submit(`person-${(n / batchRecords) % persons}`, records))
  }
  await Promise.all(answers)
  await client.close()
}

try {
  const system = await hinata.up()
  let isSending = true
  const sending = send(system).finally(() => { isSending = false })
  while (isSending) {
    await wait(lookMs)
    const { pipelines: [{ lag_records, freshness }] } = await system.ask('/api/status') as Status
    process.stdout.write(`${JSON.stringify({ lag_records, freshness })}\n`)
  }
  await sending
  await until('rows', async () => await system.query('SELECT count() FROM records') === String(total), 1_800)
  process.stdout.write(`${await system.query(`SELECT ${rate} AS rate, count() AS rows,
    quantile(0.5)(dateDiff('millisecond', received_at, inserted_at)) AS p50_ms,
    quantile(0.99)(dateDiff('millisecond', received_at, inserted_at)) AS p99_ms,
    max(dateDiff('millisecond', received_at, inserted_at)) AS max_ms
    FROM records WHERE received_at > (SELECT min(received_at) FROM records) + INTERVAL ${warmSeconds} SECOND
    FORMAT JSONEachRow SETTINGS final = 0, output_format_json_quote_64bit_integers = 0`)}\n`)
  await system.stop()
} finally {
  hinata.end()
  await rm(folder, { recursive: true, force: true })
}
