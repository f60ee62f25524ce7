/** Example 5: windows and joins in event time, behind each other, and a test of them. */
import {
  count, hopping, intervalJoin, output, rekey, testDriver, top, topic, tumbling, type DeadLetter,
  type Late, type Pane, type Topology,
} from '../engine/index.js'

// #region windows
/** What somebody did with an article. */
export interface Action {
  readonly kind: 'open' | 'finish'
  readonly article: string
  readonly reader: string
}

/** How often an article was opened. */
export interface Opened {
  readonly article: string
  readonly times: number
}

/** The three articles that were opened most, for each minute. */
export const mostOpened = output<Pane<readonly Opened[]>>('most-opened')
/** Actions that came after all their windows had closed. */
export const tooLate = output<Late<Action>>('too-late')

const ranking = tumbling({
  type: 'ranking',
  sizeMs: 60_000,
  aggregate: top<Opened>(3, (a, b) => b.times - a.times),
  to: mostOpened,
})

const perArticle = hopping({
  type: 'per-article',
  sizeMs: 10 * 60_000, // of ten minutes,
  everyMs: 60_000, //      one each minute
  aggregate: count<Action>(),
  allowedLatenessMs: 5_000,
  late: tooLate,
  to: rekey<Pane<number>>({
    actor: ranking,
    where: ({ timing }) => timing === 'on-time',
    key: ({ end }) => `until ${end}`,
    body: ({ key, result }) => ({ article: key, times: result }),
  }),
})
// #endregion

// #region join
/** Who finished what within an hour, and who did not. */
export const readings = output<{ article: string, reader: string, minutes: number | null }>('readings')

const finished = intervalJoin({
  type: 'finished',
  kind: 'left', // an opening without a finish is told too, once the hour is over
  lowerMs: 0,
  upperMs: 60 * 60_000,
  join: (open: Action & { at: number }, finish: Action & { at: number } | undefined) => ({
    article: open.article, reader: open.reader,
    minutes: finish ? (finish.at - open.at) / 60_000 : null,
  }),
  to: readings,
})
// #endregion

// #region topology
const dead = output<DeadLetter>('dead')
const isOpen = ({ kind }: Action): boolean => kind === 'open'
const isFinish = ({ kind }: Action): boolean => kind === 'finish'
const readingOf = ({ article, reader }: Action): string => `${reader} ${article}`

/** Records are keyed by reader; each operator has the key that it needs. */
export const readingTopology: Topology = {
  name: 'reading', version: 1,
  source: topic<Action & { at: number }>('actions', { partitions: 16 }),
  stages: [],
  target: { actor: perArticle, message: 'add', where: isOpen, key: ({ article }: Action) => article },
  routes: [
    { actor: finished, message: 'left', where: isOpen, key: readingOf },
    { actor: finished, message: 'right', where: isFinish, key: readingOf },
  ],
  actors: [perArticle, ranking, finished],
  relays: true, // other keys may live in other partitions
  eventTime: { outOfOrderMs: 10_000, idleMs: 60_000 },
  sinks: [], views: [],
  deadLetters: dead,
}
// #endregion

/** Two readers, one of them finishes. */
export async function driveReading(): Promise<{
  first: Pane<readonly Opened[]>, minutes: (number | null)[]
}> {
  // #region drive
  const driver = await testDriver(readingTopology)
  const start = Date.UTC(2026, 0, 1)
  const act = (reader: string, kind: Action['kind'], article: string, at: number): Promise<void> =>
    driver.push(reader, { kind, article, reader, at }, at)
  await act('ada', 'open', 'mills', start + 9_000)
  await act('bob', 'open', 'mills', start + 4_000) // out of order, within the bound
  await act('bob', 'open', 'looms', start + 20_000)
  await act('ada', 'finish', 'mills', start + 12 * 60_000)
  await driver.endInput() // no more records: every window closes

  const [first] = driver.emitted(mostOpened) // mills 2, looms 1, until one minute after start
  const minutes = driver.emitted(readings).map(reading => reading.minutes) // 11.85, and null twice
  // #endregion
  return { first, minutes }
}
