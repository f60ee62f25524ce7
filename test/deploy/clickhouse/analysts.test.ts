/**
 * The rights of analysts on a ClickHouse of one's own: the engine understands every statement, and each table
 * and view of the schema is either theirs or closed on purpose.
 */
import { readFile } from 'node:fs/promises'
import t from 'tap'
import { schemaSteps } from '../../../analytics/migration.js'
import { ask, openServer } from '../embedded/open-server.js'

/** Whose names would be found by these, and what only the engine's own work is about. */
const closed = ['row_names', 'shown_persons', 'data_access', 'cold_parts', 'expirations']

const sql = await readFile(new URL('../../../deploy/clickhouse/analysts.sql', import.meta.url), 'utf8')
const statements = sql.replaceAll(/^ *--.*$/gm, '').split(/;\s*$/m)
  .map(statement => statement.trim()).filter(statement => statement !== '')
const granted = [...sql.matchAll(/^GRANT SELECT ON hinata\.(\w+) TO hinata_analyst;$/gm)]
  .map(([, name]) => name)

t.test('every table and view is granted, or closed on purpose', async t => {
  const made = (await schemaSteps()).flatMap(({ statements }) => statements)
    .flatMap(statement => /^CREATE (?:TABLE|VIEW) IF NOT EXISTS (\w+)/m.exec(statement)?.[1] ?? [])
  t.strictSame([...new Set([...granted, ...closed])].sort(), [...new Set(made)].sort())
  t.strictSame(granted.filter(name => closed.includes(name)), [])
})

t.test('nothing is given but reading of these tables', t => {
  const given = statements.filter(statement => statement.startsWith('GRANT'))
  t.equal(given.length, granted.length)
  t.notMatch(sql.replaceAll(/^ *--.*$/gm, ''), /\*\.\*|SOURCES|GRANT ALL|WITH GRANT OPTION/)
  t.match(statements.find(statement => statement.includes('SETTINGS PROFILE')), /readonly = 1,/)
  t.end()
})

t.test('the engine understands every statement', async t => {
  const server = await openServer(t)
  for (const statement of statements) {
    const { status, text } = await ask(server.url, '/', { method: 'POST', body: `EXPLAIN AST ${statement}` })
    t.equal(status, 200, `${statement.slice(0, 60)}: ${text.slice(0, 300)}`)
  }
  const { status } = await ask(server.url, '/', { method: 'POST', body: 'EXPLAIN AST CREATE ROLLE x' })
  t.not(status, 200, 'what it does not understand is refused')
})
