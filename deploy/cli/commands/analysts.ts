/** hinata analysts: who may read the embedded ClickHouse, each with a token of their own. */
import { join } from 'node:path'
import { HinataError, systemClock } from '../../../engine/index.js'
import type { Config } from '../../config/index.js'
import { AnalystRegister, type AnalystChoice } from '../../embedded/index.js'
import { findSystemFile } from '../../roles/system-file.js'

const mebibyte = 1_024 * 1_024

/** Bounds as the command line gives them. */
export interface AnalystBounds {
  readonly seconds?: string
  readonly memoryMib?: string
  readonly rows?: string
  readonly readRows?: string
}

/** Makes an analyst and prints the token, which nobody can read again. Throws USAGE. */
export function addAnalyst(config: Config, name: string, given: AnalystBounds): void {
  const memoryMib = wholeOf('--memory-mib', given.memoryMib)
  const choice: AnalystChoice = {
    ...named('seconds', wholeOf('--seconds', given.seconds)),
    ...named('memoryBytes', memoryMib && memoryMib * mebibyte),
    ...named('resultRows', wholeOf('--rows', given.rows)),
    ...named('readRows', wholeOf('--read-rows', given.readRows)),
  }
  const token = registerOf(config).add(name, choice, new Date(systemClock.now()))
  const url = findSystemFile(config.text('system.data_dir'))?.clickhouse ?? 'http://127.0.0.1:8123'
  process.stdout.write(`${token}\n`)
  process.stderr.write(`Shown once; only its hash is kept. Try it:\n`
    + `  curl -H 'Authorization: Bearer ${token}' '${url}/?query=SELECT+count()+FROM+records'\n`)
}

/** Prints the analysts and their bounds. */
export function listAnalysts(config: Config, given: { readonly json?: boolean }): void {
  const all = registerOf(config).list()
  if (given.json) return void process.stdout.write(all.map(one => `${JSON.stringify(one)}\n`).join(''))
  process.stdout.write(all.length === 0 ? 'No analysts. Make one: hinata analysts add NAME\n'
    : all.map(({ name, createdAt, limits }) =>
      `${name}  since ${createdAt.slice(0, 10)}, ${limits.seconds} s, `
      + `${Math.round(limits.memoryBytes / mebibyte)} MiB, `
      + `answers of ${limits.resultRows} rows, reads ${limits.readRows} rows\n`).join(''))
}

/** Takes an analyst's token away at once. Throws USAGE. */
export function removeAnalyst(config: Config, name: string): void {
  registerOf(config).remove(name)
  process.stdout.write(`${name} is not let in any more.\n`)
}

function registerOf(config: Config): AnalystRegister {
  if (config.text('clickhouse.url') !== '') {
    const reason = 'analysts belong to the embedded ClickHouse; on a server of your own make a user there '
      + '(docs/ANALYTICS.md has the statements).'
    throw new HinataError('USAGE', { reason })
  }
  return new AnalystRegister(join(config.text('system.data_dir'), 'clickhouse'))
}

function wholeOf(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const value = Number(text)
  if (Number.isSafeInteger(value) && value > 0) return value
  throw new HinataError('USAGE', { reason: `${flag} must be a whole number above 0, found ${text}.` })
}

function named(name: keyof AnalystChoice, value: number | undefined): AnalystChoice {
  return value === undefined ? {} : { [name]: value }
}
