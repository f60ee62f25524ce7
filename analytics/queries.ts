/**
 * Three of the twenty questions as examples: `npm start` prints them with their answers, the README links
 * here.
 */
import type { Analytics } from './connection.js'
import { questions, type Question } from './questions/index.js'

const named = ['tags-by-month', 'topics-by-attention', 'settled-prompts']

/** Three questions, from the simplest to the most telling. */
export const exampleQueries: readonly Question[] = named.flatMap(name =>
  questions.filter(question => question.name === name))

/** The answer to a question as an aligned text table, for a terminal. */
export async function answerOf(analytics: Analytics, example: Question): Promise<string> {
  const rows = await analytics.query<Record<string, unknown>>(example.sql, example.parameters)
  const [first] = rows
  if (first === undefined) return '(no rows yet)'
  const names = Object.keys(first)
  const lines = [names, ...rows.map(row => names.map(name => String(row[name])))]
  const widths = names.map((_, column) => Math.max(...lines.map(line => line[column].length)))
  const aligned = lines.map(line => line.map((text, column) => text.padEnd(widths[column])).join('  '))
  return aligned.map(line => line.trimEnd()).join('\n')
}
