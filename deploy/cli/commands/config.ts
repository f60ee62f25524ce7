/** hinata config: the effective configuration, and where each value came from. */
import type { Config } from '../../config/index.js'

/** Prints one line per option. */
export function printConfig(config: Config, options: { json?: boolean }): void {
  const rows = config.rows()
  if (options.json) {
    process.stdout.write(`${JSON.stringify(rows)}\n`)
    return
  }
  const widths = { name: longest(rows.map(row => row.name)), value: longest(rows.map(row => row.value)) }
  for (const { name, value, origin, description } of rows) {
    process.stdout.write(
      `${name.padEnd(widths.name)}  ${value.padEnd(widths.value)}  ${origin.padEnd(11)}  ${description}\n`)
  }
}

function longest(texts: string[]): number {
  return texts.reduce((most, text) => Math.max(most, text.length), 0)
}
