/**
 * Questions about what is known of people, to `psp_components`. A change is never replaced by another: so
 * none
 * needs FINAL, and all say so.
 */
import type { Question } from './question.js'

/** How prompts come about and what they rest on. */
export const questionsOfKnowing: readonly Question[] = [
  {
    name: 'settled-prompts',
    question: 'How settled are the prompts? Changes of components per person in 90 days.',
    sql: `
SELECT user_id, uniq(component_id) AS components, countIf(change = 'created') AS created,
       countIf(change = 'superseded') AS superseded, max(sequence) AS changes,
       round(changes / components, 1) AS changes_per_component,
       argMax(description, (total_attention_weight, sequence)) AS strongest
FROM psp_components
WHERE changed_at > (SELECT at FROM latest) - INTERVAL 90 DAY
GROUP BY user_id
ORDER BY components DESC, user_id
LIMIT 10
SETTINGS final = 0`,
  },
  {
    name: 'changes-of-mind',
    question: 'Where did people change their mind? What was true, until when, and what replaced it.',
    sql: `
SELECT old.user_id AS user_id, old.description AS before, toDate(old.valid_to) AS until,
       new.description AS after
FROM
(
    SELECT user_id, superseded_by, description, valid_to FROM psp_components
    WHERE change = 'superseded' ORDER BY valid_to DESC, user_id, component_id LIMIT 100
) AS old
INNER JOIN
(
    SELECT user_id, component_id, description FROM psp_components WHERE change = 'created'
) AS new ON new.user_id = old.user_id AND new.component_id = old.superseded_by
ORDER BY until DESC, user_id, before
LIMIT 10
SETTINGS final = 0`,
  },
  {
    name: 'evidence',
    question: 'Why does a prompt say what it says? The notes behind the components of one person.',
    sql: `
SELECT known.description AS description, evidence.event_time AS event_time, evidence.id AS id,
       evidence.text AS text
FROM
(
    SELECT description, arrayJoin(evidence) AS id FROM psp_current
    WHERE user_id = {person:String} AND description ILIKE {words:String}
) AS known
INNER JOIN
(
    SELECT id, event_time, if(note = '', highlight, note) AS text FROM records_all
    WHERE user_id = {person:String} ORDER BY id, revision DESC LIMIT 1 BY id
) AS evidence ON evidence.id = known.id
ORDER BY description, event_time, id
LIMIT 20`,
    parameters: { person: 'lena', words: '%postgres%' },
  },
  {
    name: 'known-now',
    question: 'What is known of people? Components of the last 90 days that hold, by memory and type.',
    sql: `
SELECT memory, type, count() AS components, uniq(user_id) AS persons,
       round(avg(confidence), 2) AS confidence, round(avg(behind), 1) AS records_behind
FROM
(
    SELECT user_id, argMax(memory, sequence) AS memory, argMax(type, sequence) AS type,
           argMax(change, sequence) AS newest, argMax(psp_components.confidence, sequence) AS confidence,
           argMax(supporting_records, sequence) AS behind
    FROM psp_components
    WHERE changed_at > (SELECT at FROM latest) - INTERVAL 90 DAY
    GROUP BY user_id, component_id
)
WHERE newest NOT IN ('superseded', 'archived', 'removed')
GROUP BY memory, type
ORDER BY memory, type
SETTINGS final = 0`,
  },
  {
    name: 'known-then',
    question: 'What was known of a person at some time? Components as they were then, the strongest first.',
    sql: `
SELECT description, type, round(total_attention_weight, 3) AS weight
FROM
(
    SELECT * FROM psp_components
    WHERE user_id = {person:String} AND changed_at <= {at:DateTime64(3, 'UTC')}
    ORDER BY sequence DESC
    LIMIT 1 BY component_id
)
WHERE change NOT IN ('superseded', 'archived', 'removed')
ORDER BY total_attention_weight DESC, component_id
LIMIT 10
SETTINGS final = 0`,
    parameters: { person: 'lena', at: '2026-02-15 00:00:00' },
  },
  {
    name: 'churn-by-day',
    question: 'How much do prompts move? Changes of components per day and memory.',
    sql: `
SELECT day, memory, changes, created, superseded, persons
FROM psp_changes_per_day
WHERE day > (SELECT toDate(at) FROM latest) - 7
ORDER BY day DESC, memory
LIMIT 28
SETTINGS final = 0`,
  },
]
