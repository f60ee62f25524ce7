/**
 * Questions that an analyst asks first, as examples: `npm start` prints them with their answers, the README
 * links here. Each runs as it stands in any ClickHouse client.
 */
import type { Analytics } from './connection.js'

/** A question and the query that answers it. */
export interface ExampleQuery {
  readonly question: string
  readonly sql: string
}

/** Three questions, from the simplest to the most telling. */
export const exampleQueries: readonly ExampleQuery[] = [
  {
    question: 'What do people keep, month by month? The three tags with the most records of each month.',
    sql: `
SELECT toStartOfMonth(event_time) AS month, arrayJoin(tag) AS tag,
       count() AS records, uniqExact(user_id) AS persons
FROM records FINAL
GROUP BY month, tag
ORDER BY month DESC, records DESC, tag
LIMIT 3 BY month
LIMIT 12`,
  },
  {
    question: 'What gets the most attention? Topics of the last 30 days of records, by summed attention.',
    sql: `
SELECT arrayJoin(main_topics) AS topic, round(sum(attention_weight), 2) AS attention, count() AS records,
       round(avg(quality_score), 2) AS quality, uniqExact(user_id) AS persons
FROM records FINAL
WHERE event_time > (SELECT max(event_time) FROM records) - INTERVAL 30 DAY
GROUP BY topic
ORDER BY attention DESC, topic
LIMIT 10`,
  },
  {
    question: 'How settled are the prompts? Changes of PSP components per person, and what they came to.',
    sql: `
SELECT user_id, uniqExact(component_id) AS components, countIf(change = 'created') AS created,
       countIf(change = 'superseded') AS superseded, max(sequence) AS changes,
       round(changes / components, 1) AS changes_per_component,
       argMax(description, (total_attention_weight, sequence)) AS strongest
FROM psp_components FINAL
GROUP BY user_id
ORDER BY components DESC, user_id
LIMIT 10`,
  },
]

/** The answer to an example query as an aligned text table, for a terminal. */
export async function answerOf(analytics: Analytics, example: ExampleQuery): Promise<string> {
  const rows = await analytics.query<Record<string, unknown>>(example.sql)
  const [first] = rows
  if (first === undefined) return '(no rows yet)'
  const names = Object.keys(first)
  const lines = [names, ...rows.map(row => names.map(name => String(row[name])))]
  const widths = names.map((_, column) => Math.max(...lines.map(line => line[column].length)))
  const aligned = lines.map(line => line.map((text, column) => text.padEnd(widths[column])).join('  '))
  return aligned.map(line => line.trimEnd()).join('\n')
}
