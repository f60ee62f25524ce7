/**
 * The effective configuration: defaults < YAML file < environment < flags. The only place that reads the
 * environment. Unknown keys are refused with the nearest known one; every value remembers where it came from.
 */
import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { HinataError } from '../../engine/errors/index.js'
import { options, type Option, type OptionName } from './options.js'

/** Where a value came from. */
export type Origin = 'default' | 'file' | 'environment' | 'flag'

/** The effective values. */
export class Config {
  readonly #values: ReadonlyMap<string, { value: string | number, origin: Origin }>

  constructor(values: ReadonlyMap<string, { value: string | number, origin: Origin }>) {
    this.#values = values
  }

  text(name: OptionName): string {
    return String(this.#values.get(name)!.value)
  }

  integer(name: OptionName): number {
    return Number(this.#values.get(name)!.value)
  }

  /** What is not a default, as the environment of a process that shall have the same. */
  environment(): NodeJS.ProcessEnv {
    return Object.fromEntries((options as readonly Option[]).flatMap(({ name, env }) => {
      const { value, origin } = this.#values.get(name)!
      return env === undefined || origin === 'default' ? [] : [[env, String(value)]]
    }))
  }

  /** All options with their values (secrets hidden) and origins, for `hinata config`. */
  rows(): { name: string, value: string, origin: Origin, description: string }[] {
    return options.map(option => {
      const { value, origin } = this.#values.get(option.name)!
      const shown = (option as Option).type === 'secret' && value !== '' ? '(hidden)' : String(value)
      return { name: option.name, value: shown, origin, description: option.description }
    })
  }
}

/** Flags as the command line parsed them, by their long name in camel case. */
export type Flags = Readonly<Record<string, unknown>>

/** Reads the configuration. `file` is the YAML file, if any. Throws CONFIG_INVALID. */
export function loadConfig(flags: Flags = {}, file?: string, env: NodeJS.ProcessEnv = process.env): Config {
  const fromFile = file === undefined ? new Map<string, unknown>() : readYaml(file)
  const values = new Map<string, { value: string | number, origin: Origin }>()
  for (const option of options as readonly Option[]) {
    const flag = option.flag === undefined ? undefined : flags[camel(option.flag)]
    const variable = option.env === undefined ? undefined : env[option.env]
    if (flag !== undefined) values.set(option.name, { value: parsed(option, flag), origin: 'flag' })
    else if (variable !== undefined) values.set(option.name,
      { value: parsed(option, variable), origin: 'environment' })
    else if (fromFile.has(option.name)) {
      values.set(option.name, { value: parsed(option, fromFile.get(option.name)), origin: 'file' })
    } else values.set(option.name, { value: option.default, origin: 'default' })
  }
  return new Config(values)
}

function readYaml(file: string): Map<string, unknown> {
  let document: unknown
  try {
    document = parse(readFileSync(file, 'utf8'))
  } catch (error) {
    throw new HinataError('CONFIG_INVALID', { path: file, reason: error instanceof Error ? error.message
      : String(error) })
  }
  const found = new Map<string, unknown>()
  if (document === null) return found
  if (typeof document !== 'object') {
    throw new HinataError('CONFIG_INVALID', { path: file, reason: 'sections are expected.' })
  }
  for (const [section, entries] of Object.entries(document)) {
    if (typeof entries !== 'object' || entries === null) throw unknown(section)
    for (const [name, value] of Object.entries(entries as Record<string, unknown>)) {
      const path = `${section}.${name}`
      if (!options.some(option => option.name === path)) throw unknown(path)
      found.set(path, value)
    }
  }
  return found
}

function unknown(path: string): HinataError {
  const nearest = options.map(({ name }) => name).sort((a, b) => distance(path, a) - distance(path, b))[0]
  return new HinataError('CONFIG_INVALID', { path, reason: `is not an option. Did you mean ${nearest}?` })
}

function parsed(option: Option, given: unknown): string | number {
  const refuse = (expected: string): HinataError =>
    new HinataError('CONFIG_INVALID', { path: option.name,
      reason: `${expected} expected, found ${String(given)}.` })
  if (option.type === 'integer') {
    const value = typeof given === 'number' ? given : Number(String(given).trim() || NaN)
    if (!Number.isInteger(value)) throw refuse('a whole number')
    if (value < (option.min ?? -Infinity) || value > (option.max ?? Infinity)) {
      throw refuse(`a number from ${option.min} to ${option.max}`)
    }
    return value
  }
  if (typeof given !== 'string' && typeof given !== 'number') throw refuse('a text')
  const value = String(given)
  if (option.oneOf && !option.oneOf.includes(value)) {
    throw refuse(`one of ${option.oneOf.filter(Boolean).join(', ')}`)
  }
  return value
}

function camel(flag: string): string {
  return flag.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())
}

/** Edit distance, for suggestions. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      next.push(Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1)))
    }
    row = next
  }
  return row[b.length]
}

/** The environment that processes of ours are started with: PATH, locale and whatever the operator set. */
export function inheritedEnvironment(): NodeJS.ProcessEnv {
  return { ...process.env }
}
