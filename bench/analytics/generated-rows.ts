/**
 * Generated rows of `records` and `psp_components`, computed by ClickHouse itself from running numbers: the
 * same seed gives the same rows, at any number of them.
 *
 * Record n is made at the n-th of `total` even steps through a year that ends with `endMs`. A few persons
 * write much and many little; tags, topics and hosts are as uneven. One record in fifty is a revision of an
 * earlier one. Texts are 10 to 60 words long.
 */

/** Rows that one insert makes: a part of some 30 MB. */
export const chunkRows = 100_000
/** A revision comes so many records later, in another insert. Never of a revision: 100,007 % 50 is not 0. */
const revisedAfter = 100_007

/** What to generate. */
export interface Generation {
  readonly total: number
  readonly persons: number
  readonly seed: number
  /** The present of the generated world, ms UTC. */
  readonly endMs: number
}

const yearMs = 365 * 86_400_000
const tags = ['health', 'running', 'rust', 'databases', 'bread', 'gardening', 'piano', 'taxes', 'travel',
  'school',
  'poetry', 'physics', 'design', 'chess', 'film', 'cycling', 'history', 'statistics', 'typescript', 'birds']
const words = ['keep', 'learn', 'the', 'a', 'of', 'slow', 'index', 'bread', 'dough', 'morning', 'before',
  'river',
  'index', 'latency', 'practice', 'because', 'never', 'usually', 'long', 'short', 'answer', 'question',
  'garden',
  'seed', 'train', 'query', 'table', 'because', 'window', 'winter', 'light', 'sound', 'string', 'chord',
  'note',
  'paper', 'proof', 'chapter', 'figure', 'number', 'result', 'method', 'sleep', 'pace', 'heart', 'distance']

const list = (texts: readonly string[]): string => `[${texts.map(text => `'${text}'`).join(', ')}]`

/** Uneven choice below `count`: most often 0. `salt` makes it independent of other choices. */
const uneven = (count: string, salt: number, seed: number): string =>
  `toUInt32(pow((cityHash64(n, ${salt}, ${seed}) % 1000003) / 1000003, 3) * ${count})`

/** An even fraction 0..1. */
const fraction = (salt: number, seed: number): string => `(cityHash64(n, ${salt}, ${seed}) % 10007) / 10007`

const text = (least: number, most: number, salt: number, seed: number): string =>
  `arrayStringConcat(arrayMap(i -> ws[1 + cityHash64(n, i, ${salt}, ${seed}) % length(ws)], `
  + `range(${least} + cityHash64(n, ${salt}, ${seed}) % ${most - least})), ' ')`

/** The statement that inserts chunk `chunk` of the records. */
export function recordsStatement(generation: Generation, chunk: number): string {
  const { persons, seed } = generation
  const f = (salt: number): string => `round(${fraction(salt, seed)}, 4)`
  return `
INSERT INTO records (user_id, id, revision, sequence, app, source, access, event_time, received_at,
  accepted_at,
  inserted_at, position, highlight, note, address, tag, enhanced_tags, main_topics, key_concepts, sentiment,
  sentiment_score, complexity_level, sensitivity, is_masked, content_hash, quality_score, quality_depth,
  quality_information, quality_engagement, quality_complexity, quality_novelty, attention_weight,
  highlight_frequency, note_density, address_revisit, time_investment, interaction_depth,
  psp_influence_weight, psp_relevance, priority_score, cluster_id, storage_tier, embedding_model,
  embedding_version, embedding_dim, processing_version, processing_steps)
WITH ${list(tags)} AS ts, ${list(words)} AS ws, n % 50 = 49 AND n >= ${revisedAfter} AS is_revision,
  toUInt64(n - ${revisedAfter} * is_revision) AS n0,
  ${uneven(String(persons), 1, seed).replaceAll('(n,', '(n0,')} AS person,
  ts[1 + ${uneven(String(tags.length), 2, seed)}] AS t1, ts[1 + ${uneven(String(tags.length), 3,
  seed)}] AS t2,
  ${instantOf(generation)} AS at
SELECT concat('person-', toString(person)), concat('r-', toString(n0)), is_revision + 1, n + 1,
  concat('app-', toString(person % 7)), ['browser_extension', 'notes_app', 'reading_app', 'my_chatbot'][
  1 + ${uneven('4', 4, seed)}], 'private', at - toIntervalMinute(cityHash64(n, 5) % 600), at, at,
  at + toIntervalMillisecond(300 + cityHash64(n, 6) % 6000), concat('gen-', '${chunk}', ':', toString(n)),
  ${text(5, 25, 7, seed)}, ${text(10, 60, 8, seed)},
  concat('https://site-', toString(${uneven('500', 9, seed)}), '.example/', toString(cityHash64(n,
  10) % 300)),
  arrayDistinct([t1, t2]), arrayDistinct([t2, ws[1 + cityHash64(n, 11) % length(ws)]]), [t1],
  [concat(t1, ' ', t2)], ['neutral', 'positive', 'negative'][1 + ${uneven('3', 12, seed)}], ${f(13)},
  ['medium', 'low', 'high'][1 + ${uneven('3', 14, seed)}],
  ['public', 'internal', 'confidential', 'restricted'][1 + ${uneven('4', 15, seed)} AS s], s > 1,
  lower(hex(SHA256(toString(n)))), ${f(16)}, ${f(17)}, ${f(18)}, ${f(19)}, ${f(20)}, ${f(21)}, ${f(22)}, .1,
  .4,
  .5, .1, 'low', ${f(23)}, ${f(24)}, ${f(25)}, concat('c', toString(cityHash64(person, t1) % 40)), 'warm',
  'static-hash', '1', 384, 1, ['validated', 'enhanced']
FROM ${numbersOf(generation, chunk)}
SETTINGS max_insert_block_size = ${chunkRows}, min_insert_block_size_rows = ${chunkRows}, max_threads = 1,
  max_block_size = ${chunkRows}, deduplicate_blocks_in_dependent_materialized_views = 0`
}

/**
 * The statement that inserts the changes of components that chunk `chunk` of the records caused, one
 * each.
 */
export function componentsStatement(generation: Generation, chunk: number): string {
  const { persons, seed } = generation
  return `
INSERT INTO psp_components (user_id, component_id, sequence, change, changed_at, record_id, type, memory,
  description, confidence, total_attention_weight, normalized_weight, priority, activation_threshold,
  evidence,
  supporting_records, created_at, last_updated, last_activated, source_apps, superseded_by, valid_from,
  valid_to)
WITH ${list(tags)} AS ts, ${list(words)} AS ws, ${uneven(String(persons), 1, seed)} AS person,
  ${uneven('30', 30, seed)} AS component, ${instantOf(generation)} AS at,
  1 + cityHash64(person, component, ${seed}) % 4 AS kind,
  ['strengthened', 'updated', 'merged', 'created', 'superseded'][1 + ${uneven('5', 31, seed)}] AS what
SELECT concat('person-', toString(person)), concat('k-', toString(component)), n + 1, what, at,
  concat('r-', toString(n)), ['core_interest', 'current_goal', 'learning_preference',
  'communication_style'][kind],
  ['core', 'working', 'learning', 'context'][kind], concat('Interested in ', ts[1 + component % length(ts)],
  ' ', ws[1 + component % length(ws)]), ${fraction(32, seed)}, ${fraction(33, seed)} * 20, ${fraction(34,
  seed)},
  ['low', 'medium', 'high'][1 + ${uneven('3', 35, seed)}], .4, [concat('r-', toString(n))], 3, at, at, at,
  [concat('app-', toString(person % 7))], if(what = 'superseded', concat('k-', toString(component + 1)),
  ''), at,
  if(what = 'superseded', at, NULL)
FROM ${numbersOf(generation, chunk)}
SETTINGS max_insert_block_size = ${chunkRows}, min_insert_block_size_rows = ${chunkRows}, max_threads = 1,
  max_block_size = ${chunkRows}`
}

/** Rows of a chunk: the last one may be shorter. */
export function rowsOfChunk({ total }: Generation, chunk: number): number {
  return Math.min(chunkRows, total - chunk * chunkRows)
}

function numbersOf(generation: Generation, chunk: number): string {
  return `(SELECT number AS n FROM numbers(${chunk * chunkRows}, ${rowsOfChunk(generation, chunk)}))`
}

function instantOf({ total, endMs }: Generation): string {
  const stepMs = yearMs / total
  return `fromUnixTimestamp64Milli(toInt64(${endMs - yearMs} + n * ${stepMs}), 'UTC')`
}
