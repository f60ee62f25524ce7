/**
 * Questions about what people keep, to `records_current`: each record once, with its newest content. A
 * window of
 * acceptance leaves months outside it unread. Of one person `records FINAL` is cheaper: the key begins with
 * the person.
 */
import type { Question } from './question.js'

/** What is kept, when, where, and with what worth. */
export const questionsOfKeeping: readonly Question[] = [
  {
    name: 'tags-by-month',
    question: 'What do people keep, month by month? The three tags with the most records, of 90 days.',
    sql: `
SELECT toStartOfMonth(event_time) AS month, arrayJoin(tag) AS tag,
       count() AS records, uniq(user_id) AS persons
FROM records_current
WHERE accepted_at > (SELECT at FROM latest) - INTERVAL 90 DAY
GROUP BY month, tag
ORDER BY month DESC, records DESC, tag
LIMIT 3 BY month
LIMIT 12`,
  },
  {
    name: 'topics-by-attention',
    question: 'What gets the most attention? Topics of the last 30 days, by summed attention.',
    sql: `
SELECT arrayJoin(main_topics) AS topic, round(sum(attention_weight), 2) AS attention, count() AS records,
       round(avg(quality_score), 2) AS quality, uniq(user_id) AS persons
FROM records_current
WHERE accepted_at > (SELECT at FROM latest) - INTERVAL 30 DAY
GROUP BY topic
ORDER BY attention DESC, topic
LIMIT 10`,
  },
  {
    name: 'active-by-week',
    question: 'How many people are active? Persons, records and records per person of each week.',
    sql: `
SELECT toStartOfWeek(event_time, 1) AS week, uniq(user_id) AS persons, count() AS records,
       round(records / persons, 1) AS records_per_person
FROM records_current
WHERE accepted_at > (SELECT at FROM latest) - INTERVAL 90 DAY
GROUP BY week
ORDER BY week DESC
LIMIT 12`,
  },
  {
    name: 'sources',
    question: 'Where do records come from? Sources with their share, persons and quality.',
    sql: `
SELECT source, count() AS records, round(records / sum(records) OVER (), 3) AS share,
       uniq(user_id) AS persons, round(avg(quality_score), 3) AS quality
FROM records_current
WHERE accepted_at > (SELECT at FROM latest) - INTERVAL 90 DAY
GROUP BY source
ORDER BY records DESC, source
LIMIT 20`,
  },
  {
    name: 'returning-hosts',
    question: 'Which sites do people return to? Hosts by records per address.',
    sql: `
SELECT address_host AS host, count() AS records, uniq(address) AS addresses,
       round(records / addresses, 2) AS records_per_address, uniq(user_id) AS persons
FROM records_current
WHERE address_host != '' AND accepted_at > (SELECT at FROM latest) - INTERVAL 90 DAY
GROUP BY host
HAVING records >= 3
ORDER BY records_per_address DESC, records DESC, host
LIMIT 10`,
  },
  {
    name: 'rising-and-fading',
    question: 'Which interests rise and fade? Tags of the last four weeks against the four weeks before.',
    sql: `
WITH (SELECT at FROM latest) AS present
SELECT arrayJoin(tag) AS tag, countIf(event_time > present - INTERVAL 28 DAY) AS now,
       countIf(event_time <= present - INTERVAL 28 DAY) AS before, toInt64(now) - toInt64(before) AS change
FROM records_current
WHERE event_time > present - INTERVAL 56 DAY AND accepted_at > present - INTERVAL 57 DAY
GROUP BY tag
ORDER BY abs(change) DESC, tag
LIMIT 10`,
  },
  {
    name: 'hours',
    question: 'When do people write? Records by hour of the day, UTC, and how many of them carry a note.',
    sql: `
SELECT toHour(event_time) AS hour, count() AS records, round(countIf(note != '') / records, 2) AS with_note,
       round(avg(attention_weight), 3) AS attention
FROM records_current
WHERE accepted_at > (SELECT at FROM latest) - INTERVAL 90 DAY
GROUP BY hour
ORDER BY hour`,
  },
  {
    name: 'mood-by-month',
    question: 'In which mood do people write? Sentiment month by month.',
    sql: `
SELECT toStartOfMonth(event_time) AS month, countIf(sentiment = 'positive') AS positive,
       countIf(sentiment = 'neutral') AS neutral, countIf(sentiment = 'negative') AS negative,
       round(avg(sentiment_score), 3) AS mean_score
FROM records_current
WHERE accepted_at > (SELECT at FROM latest) - INTERVAL 90 DAY
GROUP BY month
ORDER BY month DESC
LIMIT 12`,
  },
  {
    name: 'quality-parts',
    question: 'What makes good records good? Parts of the quality, by steps of a fifth.',
    sql: `
SELECT floor(quality_score * 5) / 5 AS quality_from, count() AS records,
       round(avg(quality_depth), 3) AS depth, round(avg(quality_information), 3) AS information,
       round(avg(quality_engagement), 3) AS engagement, round(avg(quality_complexity), 3) AS complexity,
       round(avg(quality_novelty), 3) AS novelty
FROM records_current
WHERE accepted_at > (SELECT at FROM latest) - INTERVAL 90 DAY
GROUP BY quality_from
ORDER BY quality_from DESC`,
  },
  {
    name: 'weightiest-records',
    question: 'Which records shape a person\'s prompt most? Ten of one person, by influence.',
    sql: `
SELECT id, toDate(event_time) AS day, round(psp_influence_weight, 3) AS influence,
       round(attention_weight, 3) AS attention, if(highlight = '', note, highlight) AS text
FROM
(
    SELECT * FROM records_all WHERE user_id = {person:String} ORDER BY id, revision DESC LIMIT 1 BY id
)
ORDER BY psp_influence_weight DESC, id
LIMIT 10`,
    parameters: { person: 'lena' },
  },
  {
    name: 'sensitivity',
    question: 'How much is sensitive? Records by sensitivity, and how many are masked here.',
    sql: `
SELECT sensitivity, count() AS records, countIf(is_masked) AS masked, uniq(user_id) AS persons
FROM records_current
WHERE accepted_at > (SELECT at FROM latest) - INTERVAL 90 DAY
GROUP BY sensitivity
ORDER BY records DESC, sensitivity`,
  },
  {
    name: 'tags-together',
    question: 'Which interests go together? Pairs of tags on the same record.',
    sql: `
SELECT first, arrayJoin(tag) AS second, count() AS records, uniq(user_id) AS persons
FROM records_current ARRAY JOIN tag AS first
WHERE first < second AND accepted_at > (SELECT at FROM latest) - INTERVAL 30 DAY
GROUP BY first, second
ORDER BY records DESC, first, second
LIMIT 10`,
  },
]
