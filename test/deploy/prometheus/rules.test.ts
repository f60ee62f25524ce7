/**
 * The alarms: their shape, and that they ask for metrics that there are. promtool, where it is, reads them
 * too.
 */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { parse } from 'yaml'
import { findProgram } from '../../../deploy/system.mjs'
import { projectRoot } from '../../tidy/sources.js'
import { unknownMetrics } from './known-metrics.js'

interface Alarm {
  readonly alert: string
  readonly expr: string
  readonly for?: string
  readonly labels: { readonly severity: string }
  readonly annotations: { readonly summary: string, readonly description: string }
}

const folder = join(projectRoot(import.meta.dirname), 'deploy/prometheus')
const { groups } = parse(readFileSync(join(folder, 'rules.yaml'), 'utf8')) as
  { groups: { name: string, rules: Alarm[] }[] }
const alarms = groups.flatMap(({ rules }) => rules)

t.test('each alarm is named, weighed and explained', async t => {
  t.ok(alarms.length >= 8)
  t.equal(new Set(alarms.map(({ alert }) => alert)).size, alarms.length)
  for (const { alert, expr, labels, annotations, for: lasting } of alarms) {
    t.match(alert, /^Hinata[A-Z]\w+$/)
    t.match(labels.severity, /^(?:critical|warning)$/)
    t.ok(annotations.summary.length > 0 && annotations.description.length > 0, alert)
    if (lasting !== undefined) t.match(lasting, /^\d+[smh]$/)
    t.equal(expr.split('(').length, expr.split(')').length, `${alert}: brackets`)
    t.match(expr, /hinata_/)
    t.same(await unknownMetrics(expr), [], alert)
  }
})

t.test('the file of Prometheus names the rules', async t => {
  const config = parse(readFileSync(join(folder, 'prometheus.yaml'), 'utf8')) as { rule_files: string[] }
  t.same(config.rule_files, ['rules.yaml'])
})

const skip = findProgram('promtool') === undefined
  && 'promtool is not on this machine: apt-get install prometheus'
t.test('promtool reads them, and they ring when they should (alarms.yaml)', { skip }, async t => {
  const rings = join(projectRoot(import.meta.dirname), 'test/deploy/prometheus')
  const tried = spawnSync('promtool', ['test', 'rules', 'alarms.yaml'], { cwd: rings, encoding: 'utf8' })
  t.equal(tried.status, 0, tried.stdout + tried.stderr)
  for (const args of [['check', 'rules', 'rules.yaml'], ['check', 'config', 'prometheus.yaml']]) {
    const checked = spawnSync('promtool', args, { cwd: folder, encoding: 'utf8' })
    t.equal(checked.status, 0, checked.stderr)
  }
})
