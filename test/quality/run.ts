/**
 * Measures quality: `npm run quality`, or after a build
 *
 *   node dist/test/quality/run.js                   all metrics; writes docs/QUALITY.md
 *     --data FOLDER       the data; default ../shared/data
 *     --only Q1,Q4        some metrics; the others keep their results of before
 *     --page              writes the page also when --only is given
 *     --json FILE         writes the results of this run there
 *     --seed N            another split and other resamples; default 1
 *     --embedder use-lite with the optional embedder; its results are a part of the page of their own
 */
import { existsSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { chooseEmbedder } from './chosen-embedder.js'
import { DataFolder, DataMissing } from './data-folder.js'
import type { Context, Metric } from './metric.js'
import { metrics } from './metrics.js'
import { pageOf } from './page.js'
import { keptReport, mergedReport, writeReport, type Measured } from './report.js'
import { tableOf } from './table.js'

const KEPT_REPORTS = { 'static-hash': 'bench/results/quality.json',
  'use-lite': 'bench/results/quality-use-lite.json' } as const
const PAGE = 'docs/QUALITY.md'

const { values } = parseArgs({
  options: {
    data: { type: 'string', default: '../shared/data' }, only: { type: 'string' }, json: { type: 'string' },
    page: { type: 'boolean', default: false }, seed: { type: 'string', default: '1' },
    embedder: { type: 'string' },
  },
})
const say = (text: string): void => void process.stdout.write(`${text}\n`)

const chosen = chosenMetrics(values.only)
if (!existsSync(values.data)) {
  stop(`There is no folder ${values.data}. Name the one with the data: npm run quality -- --data FOLDER`)
}
await chooseEmbedder(values.embedder)
const seed = Number(values.seed)
const data = new DataFolder(values.data)
const measured: Measured[] = []
for (const metric of chosen) {
  const one = await measure(metric, { data, seed, log: text => say(`  ${metric.id} ${text}`) })
  measured.push(one)
  say(tableOf([one]))
}
if (values.json !== undefined) writeReport(values.json, { seed, measured })
if (values.page || values.only === undefined) {
  const path = values.embedder === 'use-lite' ? KEPT_REPORTS['use-lite'] : KEPT_REPORTS['static-hash']
  writeReport(path, mergedReport(path, { seed, measured }, metrics))
  writeFileSync(PAGE, pageOf(keptReport(KEPT_REPORTS['static-hash'], seed, metrics),
    keptReport(KEPT_REPORTS['use-lite'], seed, metrics)))
  say(`${PAGE} was written`)
}
const missing = measured.filter(one => one.missing !== undefined).length
say(`${measured.length - missing} metrics measured, ${missing} not`)

function chosenMetrics(only: string | undefined): readonly Metric[] {
  if (only === undefined) return metrics
  const ids = only.split(',').map(id => id.trim().toUpperCase())
  const unknown = ids.filter(id => !metrics.some(metric => metric.id === id))
  if (unknown.length > 0) {
    stop(`No metric ${unknown.join(', ')}. Known are ${metrics.map(({ id }) => id).join(', ')}`)
  }
  return metrics.filter(({ id }) => ids.includes(id))
}

async function measure(metric: Metric, context: Context): Promise<Measured> {
  const { id, title, definition } = metric
  const before = process.cpuUsage()
  const result = await metric.run(context).then(
    lines => ({ lines }),
    (thrown: unknown) => {
      if (thrown instanceof DataMissing) return { lines: [], missing: thrown.message }
      throw thrown
    })
  const { user, system } = process.cpuUsage(before)
  return { id, title, definition, ...result, cpuSeconds: (user + system) / 1e6 }
}

function stop(reason: string): never {
  process.stderr.write(`${reason}\n`)
  process.exit(2)
}
