/** Results as files, one JSON array per line, and whether they are what SQL says. */
import { closeSync, createReadStream, openSync, writeSync } from 'node:fs'
import { createInterface } from 'node:readline'
import type { Comparison, Oracle } from './oracle.js'
import type { Query, Row } from './query.js'

const linesPerWrite = 10_000

/** Where a run leaves its rows, and those that came too late. */
export interface RowFiles {
  readonly rowsFile: string
  readonly lateFile: string
}

/** Writes rows. */
export function writeRows(file: string, rows: readonly Row[]): void {
  const descriptor = openSync(file, 'w')
  for (let from = 0; from < rows.length; from += linesPerWrite) {
    const lines = rows.slice(from, from + linesPerWrite).map(row => `${JSON.stringify(row)}\n`)
    writeSync(descriptor, lines.join(''))
  }
  closeSync(descriptor)
}

/** Whether both files hold the rows of the query's SQL; says what differs. */
export async function isEqualToSql(
  oracle: Oracle, { name, sql, lateSql }: Query, files: RowFiles, say: (line: string) => void,
): Promise<boolean> {
  const found = await oracle.compare(linesOf(files.rowsFile), sql)
  const foundLate = await oracle.compare(linesOf(files.lateFile), lateSql ?? 'SELECT 1 WHERE 0')
  return [tell(name, found, say), tell(`${name} late`, foundLate, say)].every(Boolean)
}

function linesOf(file: string): AsyncIterable<string> {
  return createInterface({ input: createReadStream(file), crlfDelay: Infinity })
}

function tell(
  what: string, { rows, expected, missing, surplus }: Comparison, say: (line: string) => void,
): boolean {
  const isEqual = rows === expected && missing.length === 0 && surplus.length === 0
  if (!isEqual) {
    say(`${what}: ${rows} rows, the oracle has ${expected}`)
    say(`  missing ${missing.join(' ')}; surplus ${surplus.join(' ')}`)
  }
  return isEqual
}
