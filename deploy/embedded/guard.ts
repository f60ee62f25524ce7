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
 * W2  A setting that names a file or an address is one that reaches outside, wherever it is set: FORMAT
 *     Template reads any file, `output_format_schema` writes one.
 * W3  A reader's statement begins with a word that reads, and of the system's own tables it names those that
 *     describe the data; functions that take a table's name as a text are not for readers.
 *     A name that comes as a parameter is none that can be judged. Tables that say whose rows are whose, and
 *     who looked at whose, are not for readers: the view `persons` is.
 * W4  `CREATE TABLE name ENGINE = File(Parquet)`, just so, is inside: without a path its data lie where those
 *     of any table lie. Cold records are kept so. In any other place such a call could be of the function.
 */
import { refusal } from './exception.js'
import { tokensOf, type Token } from './lexer.js'

/** Functions and table engines that reach outside, by the beginning of their name in lower case. */
const outsideCalls = new RegExp('^(?:' + [
  'file(?:cluster|log)?', 'filesystem', 'url(?:cluster)?', 'executable(?:pool)?', 'eval', 'remote(?:secure)?',
  'cluster(?:allreplicas)?', 's3.*', 'gcs', 'oss', 'cosn', 'azure.*', 'hdfs.*', 'iceberg.*', 'deltalake.*',
  'hudi.*',
  'paimon.*', 'mysql', 'postgresql', 'materializedpostgresql', 'mongodb', 'redis', 'sqlite', 'odbc', 'jdbc',
  'ytsaurus', 'arrowflight', 'arrowstream', 'python', 'kafka', 'nats', 'rabbitmq', 'catboostevaluate',
  'queryrunner',
  'distributed', 'keepermap', 'embeddedrocksdb', 'fuzzquery', 'backup',
  'ai(?:generate|classify|extract|translate|embed)', 'datalakecatalog',
].join('|') + ')$')

/** Settings that name a file or an address (W2). */
const outsideSettings = new RegExp('^(?:' + [
  'format_schema\\w*', 'output_format_schema', 'format_template_\\w+', 'format_avro_schema_registry\\w*',
  '\\w*_file_path', 'ai_\\w+',
].join('|') + ')$')

/** First words of what readers may ask (W3). */
const readVerbs = /^(?:select|with|from|show|describe|desc|explain|exists|kill)$/

/** Tables of `system` that describe the data, its types and the language. */
const openSystemTables = new RegExp('^(?:' + [
  'aggregate_function_combinators', 'collations', 'columns', 'data_skipping_indices', 'data_type_families',
  'databases', 'formats', 'functions', 'keywords', 'numbers', 'numbers_mt', 'one', 'parts', 'parts_columns',
  'projections', 'settings', 'table_engines', 'table_functions', 'tables', 'time_zones', 'zeros', 'zeros_mt',
].join('|') + ')$')

/** Functions that take names of tables as texts, or whole statements. */
const namingCalls = new RegExp('^(?:' + [
  'merge', 'loop', 'dictionary', 'joinget', 'joingetornull', 'viewexplain', 'mergetree\\w+',
  'timeseries\\w+', 'prometheus\\w+',
].join('|') + ')$')

/** Tables of ours that name persons who did not consent to it (analytics/row-names.ts, gateway/privacy). */
const personTables = /^(?:row_names|shown_persons|data_access)(?:_local)?$/

/** Throws ACCESS_DENIED for a setting that reaches outside (W2). */
export function assertSettingInside(name: string): void {
  if (outsideSettings.test(name.toLowerCase())) throw denied(`the setting ${name}`)
}

/**
 * Throws READONLY or ACCESS_DENIED for what a reader may not ask (W3). The engine's `readonly` is the other
 * wall.
 */
export function assertReads(sql: string): void {
  const tokens = tokensOf(sql)
  let last = ''
  let beforeLast = ''
  let verb = ''
  for (const token of tokens) {
    const text = token.kind === 'quoted' ? token.text.toLowerCase() : token.text
    if (verb === '' && token.text !== '(') {
      verb = text
      if (!readVerbs.test(verb)) throw refusal('READONLY', 'Cannot execute query in readonly mode.')
    }
    if (verb === 'show' && text === 'processlist') {
      throw refusal('ACCESS_DENIED', 'Not enough privileges: SHOW PROCESSLIST is not for readers.')
    }
    const isName = token.kind === 'word' || token.kind === 'quoted'
    if (isName && personTables.test(text)) {
      throw refusal('ACCESS_DENIED', `Not enough privileges: ${text} is not for readers.`)
    }
    if (text === 'identifier' && last === ':') {
      throw refusal('ACCESS_DENIED', 'Not enough privileges: names as parameters are not for readers.')
    }
    if (isName && last === '.' && beforeLast === 'system' && !openSystemTables.test(text)) {
      throw refusal('ACCESS_DENIED', `Not enough privileges: system.${text} is not for readers.`)
    }
    if (token.text === '(' && namingCalls.test(last)) {
      throw refusal('ACCESS_DENIED', `Not enough privileges: ${last}() is not for readers.`)
    }
    beforeLast = last
    last = token.kind === 'string' ? '' : text
  }
}

/** Throws ACCESS_DENIED or INTO_OUTFILE_NOT_ALLOWED if `sql` reaches for something outside the database. */
export function assertInside(sql: string): void {
  let last = ''
  let beforeLast = ''
  let verb = ''
  let quotedLast = false
  const tokens = [...tokensOf(sql)]
  const ownFile = ownFileAt(tokens)
  for (const [at, token] of tokens.entries()) {
    const text = token.kind === 'quoted' ? token.text.toLowerCase() : token.text
    verb ||= text
    if (ownFile !== undefined && (at === ownFile || at === ownFile + 1)) {
      beforeLast = last
      last = text
      continue
    }
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
    if (text === '=') assertSettingInside(last)
    if (token.kind === 'string' && last === 'from' && verb === 'attach') throw denied('ATTACH … FROM a path')
    beforeLast = last
    last = token.kind === 'string' ? '' : text
    quotedLast = token.kind === 'quoted'
  }
}

/** Where the engine stands in a statement that begins `CREATE TABLE name ENGINE = File(Parquet)` (W4). */
function ownFileAt(tokens: readonly Token[]): number | undefined {
  const isAt = (from: number, words: readonly string[]): boolean => words.every((text, i) => {
    const token = tokens[from + i]
    return token !== undefined && token.text === text && token.kind !== 'quoted' && token.kind !== 'string'
  })
  const nameAt = isAt(2, ['if', 'not', 'exists']) ? 5 : 2
  const isOwn = isAt(0, ['create', 'table']) && isAt(nameAt + 1, ['engine', '=', 'file', '(', 'parquet', ')'])
  return isOwn ? nameAt + 3 : undefined
}

function denied(what: string): Error {
  return refusal('ACCESS_DENIED',
    `Not enough privileges: ${what} reaches outside the database, which this server does not allow.`)
}
