/**
 * The dashboards: their shape, every query to ClickHouse run as an analyst with Grafana's macros written out,
 * every query to Prometheus over metrics that the gateway has.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { openAnalytics } from '../../../analytics/index.js'
import { AnalystRegister } from '../../../deploy/embedded/index.js'
import { projectRoot } from '../../tidy/sources.js'
import { ask, openServer, temporaryFolder } from '../embedded/open-server.js'
import { unknownMetrics } from '../prometheus/known-metrics.js'

interface Panel {
  readonly id: number
  readonly type: string
  readonly title: string
  readonly description: string
  readonly gridPos: { readonly x: number, readonly y: number, readonly w: number, readonly h: number }
  readonly targets: readonly { readonly refId: string, readonly rawSql?: string, readonly expr?: string }[]
}

interface Dashboard {
  readonly uid: string
  readonly title: string
  readonly templating: { readonly list: readonly { readonly name: string, readonly type: string }[] }
  readonly panels: readonly Panel[]
}

const folder = join(projectRoot(import.meta.dirname), 'deploy/grafana')
const dashboards = readdirSync(folder).map(file =>
  JSON.parse(readFileSync(join(folder, file), 'utf8')) as Dashboard)

/** Grafana's macros, as its ClickHouse plug-in documents them. */
function withoutMacros(sql: string): string {
  const [from, to] = ['2025-11-21 00:00:00', '2025-11-22 00:00:00']
  return sql.replace(/\$__timeInterval\((\w+)\)/g, 'toStartOfInterval(toDateTime($1), INTERVAL 60 second)')
    .replace(/\$__timeFilter\((\w+)\)/g, `$1 >= toDateTime('${from}') AND $1 <= toDateTime('${to}')`)
    .replace(/\$__dateFilter\((\w+)\)/g, `$1 >= toDate('${from}') AND $1 <= toDate('${to}')`)
}

t.test('the shape', async t => {
  t.same(dashboards.map(({ uid }) => uid).sort(), ['hinata-engine', 'hinata-records'])
  for (const { title, panels, templating } of dashboards) {
    t.ok(templating.list.some(({ type }) => type === 'datasource'), `${title} lets its data source be chosen`)
    t.equal(new Set(panels.map(({ id }) => id)).size, panels.length, 'ids of panels are unique')
    for (const { title: name, description, gridPos: { x, w, h }, targets } of panels) {
      t.ok(name !== '' && description !== '' && x + w <= 24 && h > 0, name)
      t.ok(targets.length > 0 && targets.every(({ rawSql, expr }) => (rawSql ?? expr ?? '') !== ''), name)
    }
  }
})

t.test('every query to ClickHouse runs for an analyst', async t => {
  const dataDir = temporaryFolder(t)
  const server = await openServer(t, { dataDir })
  const analytics = await openAnalytics({ url: server.url })
  await analytics.close()
  const token = new AnalystRegister(dataDir).add('grafana', {}, new Date(0))
  const queries = dashboards.flatMap(({ panels }) => panels).flatMap(({ targets }) => targets)
    .flatMap(({ rawSql }) => rawSql ?? [])
  t.ok(queries.length >= 9)
  for (const sql of queries) {
    const written = withoutMacros(sql)
    t.notMatch(written, '$__')
    const answer = await ask(server.url, '/?default_format=JSON&max_execution_time=60', { method: 'POST',
      body: written, headers: { authorization: `Bearer ${token}` } })
    t.equal(answer.status, 200, answer.text.slice(0, 200))
  }
})

t.test('every query to Prometheus names metrics that there are', async t => {
  const expressions = dashboards.flatMap(({ panels }) => panels).flatMap(({ targets }) => targets)
    .flatMap(({ expr }) => expr ?? [])
  t.ok(expressions.length >= 10)
  for (const expression of expressions) t.same(await unknownMetrics(expression), [], expression)
})
