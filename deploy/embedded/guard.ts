/**
 * Keeps statements inside the database: no files, no network, no programs of this machine.
 *
 * The first wall is the engine's own: the privileges in `engine-config.ts` grant no source and no foreign
 * table engine. This is the second wall, for what the engine does not ask a privilege for (the scalar
 * function file(), INTO OUTFILE, ATTACH … FROM a path) and for users without `externalSources` on a server
 * that grants sources.
 *
 * W1  A call is a name followed by a bracket, whatever blanks or comments stand between; quoting a name hides
 *     nothing. `APPLY name` is a call as well. A table may have such a name: `INSERT INTO url (a)` is none.
 */
import { refusal } from './exception.js'
import { tokensOf } from './lexer.js'

/** Functions and table engines that reach outside, by the beginning of their name in lower case. */
const outsideCalls = new RegExp('^(?:' + [
  'file(?:cluster|log)?', 'filesystem', 'url(?:cluster)?', 'executable(?:pool)?', 'eval', 'remote(?:secure)?',
  'cluster(?:allreplicas)?', 's3.*', 'gcs', 'oss', 'cosn', 'azure.*', 'hdfs.*', 'iceberg.*', 'deltalake.*',
  'hudi.*',
  'paimon.*', 'mysql', 'postgresql', 'materializedpostgresql', 'mongodb', 'redis', 'sqlite', 'odbc', 'jdbc',
  'ytsaurus', 'arrowflight', 'arrowstream', 'python', 'kafka', 'nats', 'rabbitmq', 'catboostevaluate',
  'queryrunner',
  'distributed', 'keepermap', 'embeddedrocksdb', 'fuzzquery', 'backup', 'datalakecatalog',
].join('|') + ')$')



/** Throws ACCESS_DENIED or INTO_OUTFILE_NOT_ALLOWED if `sql` reaches for something outside the database. */
export function assertInside(sql: string): void {
  let last = ''
  let beforeLast = ''
  let verb = ''
  let quotedLast = false
  for (const token of tokensOf(sql)) {
    const text = token.kind === 'quoted' ? token.text.toLowerCase() : token.text
    verb ||= text
    const isTable = beforeLast === 'into' || beforeLast === 'exists'
    if (token.text === '(' && outsideCalls.test(last) && !isTable) throw denied(`${last}()`)
    const isApplied = last === 'apply' || (beforeLast === 'apply' && last === '(')
    if (isApplied && outsideCalls.test(text)) throw denied(`${text}()`)
    if (beforeLast === 'engine' && last === '=' && outsideCalls.test(text)) throw denied(`the engine ${text}`)
    if (last === 'engine' && verb !== 'select' && outsideCalls.test(text)) throw denied(`the engine ${text}`)
    if (token.kind === 'word' && !quotedLast) {
      if (text === 'outfile' && last === 'into') {
        throw refusal('INTO_OUTFILE_NOT_ALLOWED', 'INTO OUTFILE is not allowed.')
      }
      if (text === 'infile' && last === 'from') throw denied('FROM INFILE')
    }
    if (token.kind === 'string' && last === 'from' && verb === 'attach') throw denied('ATTACH … FROM a path')
    beforeLast = last
    last = token.kind === 'string' ? '' : text
    quotedLast = token.kind === 'quoted'
  }
}

function denied(what: string): Error {
  return refusal('ACCESS_DENIED',
    `Not enough privileges: ${what} reaches outside the database, which this server does not allow.`)
}
