/**
 * Shows how fresh rows are under load: a whole system, a file of records sent as fast as it is taken, the
 * status looked at meanwhile, and at the end what the rows themselves say.
 *
 *   node dist/test/scenarios/freshness-show.js --records 50000
 *
 * Prints a JSON line per look and one for the rows. Everything runs on this machine, the sender included.
 */
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { sampleRecords } from '../../deploy/tour/sample.js'
import { HinataFolder } from '../support/hinata-process.js'
import { until } from '../support/until.js'

const { values } = parseArgs({ options: { records: { type: 'string', default: '50000' } } })
const total = Number(values.records)
const lookMs = 5_000
const folder = await mkdtemp(join(tmpdir(), 'hinata-freshness-'))
const hinata = new HinataFolder(join(folder, 'data'))

interface Status {
  readonly pipelines: readonly { readonly lag_records: number, readonly freshness: object | null }[]
}

/** Of 329 persons, as in our other measurements. */
async function recordsFile(): Promise<string> {
  const sample = sampleRecords(3, Date.UTC(2026, 9, 1))
  const path = join(folder, 'records.jsonl')
  const file = createWriteStream(path)
  for (let n = 0; n < total; n++) {
    const line = { ...sample[n % sample.length].record, id: `r-${n}`, user_id: `person-${n % 329}` }
    if (!file.write(`${JSON.stringify(line)}\n`)) await once(file, 'drain')
  }
  await new Promise<void>(done => file.end(done))
  return path
}

try {
  const path = await recordsFile()
  const system = await hinata.up()
  let isSending = true
  const importing = hinata.run('import', path).finally(() => { isSending = false })
  while (isSending) {
    await wait(lookMs)
    const { pipelines: [{ lag_records, freshness }] } = await system.ask('/api/status') as Status
    process.stdout.write(`${JSON.stringify({ lag_records, freshness })}\n`)
  }
  await importing
  await until('rows', async () => await system.query('SELECT count() FROM records') === String(total), 1_800)
  process.stdout.write(`${await system.query(`SELECT count() AS rows,
    quantile(0.5)(dateDiff('millisecond', received_at, inserted_at)) AS p50_ms,
    quantile(0.99)(dateDiff('millisecond', received_at, inserted_at)) AS p99_ms,
    round(count() / dateDiff('second', min(received_at), max(inserted_at))) AS rows_per_second
    FROM records FORMAT JSONEachRow SETTINGS final = 0`)}\n`)
  await system.stop()
} finally {
  hinata.end()
  await rm(folder, { recursive: true, force: true })
}
