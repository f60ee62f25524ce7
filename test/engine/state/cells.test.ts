/**
 * Every cell against a plain JavaScript model, under random steps: mutate, fail (roll back), commit, restore.
 * C1 a failed turn leaves no trace; C2 only changes are collected; C3 the same steps give the same bytes.
 */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import {
  counter, indexedMap, Journal, list, map, table, value, type Cell, type CellDeclaration, type CellWriter,
  type CounterCell, type IndexedMapCell, type MapIndex,
  timeline, type ListCell, type MapCell, type TableCell, type TableRows, type TimelineCell, type ValueCell,
} from '../../../engine/state/index.js'

/** A cell under test: random mutations of it and of its model, and what both look like. */
interface Subject<C, M> {
  readonly declared: CellDeclaration<C>
  readonly model: () => M
  readonly mutation: fc.Arbitrary<(cell: C, model: M) => void>
  readonly seen: (cell: C) => unknown
  readonly expected: (model: M) => unknown
}

type Step<C, M> = { readonly turn: ((cell: C, model: M) => void)[],
  readonly fails: boolean } | 'commit' | 'restore'

const journal = new Journal()
const key = fc.constantFrom('a', 'b', 'c', 'd')
const amount = fc.integer({ min: 1, max: 5 })

/** The stored fields of one cell, written and read back by name. */
class Fields implements CellWriter {
  readonly stored = new Map<string, Uint8Array>()
  writes = 0

  put(field: string, packed: Uint8Array): void {
    this.writes++
    this.stored.set(field, packed)
  }

  remove(field: string): void {
    this.writes++
    this.stored.delete(field)
  }

  restore<C>(declared: CellDeclaration<C>): C & Cell {
    const cell = declared.create(journal)
    for (const [field, packed] of this.stored) {
      cell.load(field === 'cell' ? '' : field.slice('cell:'.length), packed)
    }
    return cell
  }

  dump(): string {
    return [...this.stored].sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([field, packed]) => `${field}=${Buffer.from(packed).toString('hex')}`).join('\n')
  }
}

function holds<C, M>(name: string, subject: Subject<C, M>): void {
  const turn = fc.record({ turn: fc.array(subject.mutation, { minLength: 1, maxLength: 4 }),
    fails: fc.boolean() })
  const step: fc.Arbitrary<Step<C, M>> = fc.oneof({ weight: 6, arbitrary: turn },
    { weight: 2, arbitrary: fc.constant('commit' as const) },
      { weight: 1, arbitrary: fc.constant('restore' as const) })

  t.test(`${name}: equals its model after any steps, and after being restored`, async t => {
    fc.assert(fc.property(fc.array(step, { maxLength: 40 }), steps => {
      const [one, two] = [run(subject, steps), run(subject, steps)]
      assert.deepEqual(one.seen, one.expected)
      assert.deepEqual(subject.seen(one.fields.restore(subject.declared)), one.expected, 'restored')
      assert.equal(one.fields.dump(), two.fields.dump(), 'C3: the same steps, the same bytes')
    }), { seed: 23, numRuns: 150 })
    t.pass('150 runs')
  })
}

function run<C, M>(
  subject: Subject<C, M>, steps: Step<C, M>[],
): { seen: unknown, expected: unknown, fields: Fields } {
  const fields = new Fields()
  let cell = subject.declared.create(journal)
  const model = subject.model()
  for (const step of steps) {
    if (step === 'commit') cell.collect(fields, 'cell')
    else if (step === 'restore') {
      cell.collect(fields, 'cell')
      cell = fields.restore(subject.declared)
    } else {
      for (const mutate of step.turn) mutate(cell, step.fails ? subject.model() : model)
      if (step.fails) journal.rollBack()
      else journal.keep()
    }
  }
  cell.collect(fields, 'cell')
  const { writes } = fields
  cell.collect(fields, 'cell')
  assert.equal(fields.writes, writes, 'C2: nothing changed, nothing collected')
  return { seen: subject.seen(cell), expected: subject.expected(model), fields }
}

holds<ValueCell<number>, { now: number }>('value', {
  declared: value(7), model: () => ({ now: 7 }),
  mutation: amount.map(by => (cell, model) => {
    cell.update(now => now * 2 + by)
    model.now = model.now * 2 + by
  }),
  seen: cell => cell.get(), expected: model => model.now,
})

holds<MapCell<number>, Map<string, number>>('map', {
  declared: map<number>(), model: () => new Map(),
  mutation: fc.oneof(
    fc.tuple(key, amount).map(([at, by]) => (cell: MapCell<number>, model: Map<string, number>) => {
      cell.update(at, now => by * 10 + (now === undefined ? 0 : 1))
      model.set(at, by * 10 + (model.has(at) ? 1 : 0))
    }),
    key.map(at => (cell: MapCell<number>, model: Map<string, number>) => {
      cell.delete(at)
      model.delete(at)
    })),
  seen: cell => [cell.size, cell.entries(), cell.has('a'), cell.get('a')],
  expected: model => [model.size, [...model].sort(([a], [b]) => (a < b ? -1 : 1)), model.has('a'),
    model.get('a')],
})

/** Too long to be decoded before it is asked for. */
const longText = (by: number): string => `${by}`.repeat(100)

holds<MapCell<string>, Map<string, string>>('map of entries that stay packed', {
  declared: map<string>(), model: () => new Map(),
  mutation: fc.oneof(
    fc.tuple(key, amount).map(([at, by]) => (cell: MapCell<string>, model: Map<string, string>) => {
      cell.update(at, now => longText(by + (now?.length ?? 0)))
      model.set(at, longText(by + (model.get(at)?.length ?? 0)))
    }),
    key.map(at => (cell: MapCell<string>, model: Map<string, string>) => {
      cell.delete(at)
      model.delete(at)
    })),
  seen: cell => [cell.size, cell.get('b'), cell.has('a'), cell.entries()],
  expected: model => [model.size, model.get('b'), model.has('a'),
    [...model].sort(([a], [b]) => (a < b ? -1 : 1))],
})

/** Asleep until it is asked: the sum of all entries. */
class Sum implements MapIndex<readonly number[]> {
  #sum: number | undefined

  constructor(private readonly entries: MapCell<readonly number[]>) {}

  changed(_key: string, before: readonly number[] = [], after: readonly number[] = []): void {
    if (this.#sum !== undefined) this.#sum += total(after) - total(before)
  }

  get sum(): number {
    return this.#sum ??= this.entries.entries().reduce((sum, [, numbers]) => sum + total(numbers), 0)
  }
}

function total(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0)
}

const manyOf = (by: number): number[] => new Array<number>(100).fill(by)

holds<IndexedMapCell<readonly number[], Sum>, Map<string, readonly number[]>>('map with an index', {
  declared: indexedMap((entries: MapCell<readonly number[]>) => new Sum(entries)), model: () => new Map(),
  mutation: fc.tuple(key, fc.option(amount), fc.boolean()).map(([at, by, isAsked]) => (cell, model) => {
    if (isAsked) void cell.index.sum
    if (by === null) {
      cell.delete(at)
      model.delete(at)
    } else {
      cell.put(at, manyOf(by))
      model.set(at, manyOf(by))
    }
  }),
  seen: cell => [cell.index.sum, cell.entries()],
  expected: model => [[...model.values()].reduce((sum, value) => sum + total(value), 0),
    [...model].sort(([a], [b]) => (a < b ? -1 : 1))],
})

holds<ListCell<number>, number[]>('list', {
  declared: list<number>({ max: 3 }), model: () => [],
  mutation: fc.oneof(
    { weight: 4, arbitrary: amount.map(item => (cell: ListCell<number>, model: number[]) => {
      cell.push(item)
      model.push(item)
      if (model.length > 3) model.shift()
    }) },
    { weight: 1, arbitrary: fc.constant((cell: ListCell<number>, model: number[]) => {
      cell.shift()
      model.shift()
    }) },
    { weight: 1, arbitrary: amount.map(item => (cell: ListCell<number>, model: number[]) => {
      if (cell.length === 0) return
      cell.put(cell.length - 1, item)
      if (model.length > 0) model[model.length - 1] = item
    }) }),
  seen: cell => {
    const placed = cell.places.filter(item => item !== undefined).sort((a, b) => a - b)
    return [[...cell], cell.length, cell.at(0), cell.at(3), cell.at(-1), placed]
  },
  expected: model => [
    model, model.length, model[0], undefined, undefined, [...model].sort((a, b) => a - b),
  ],
})

holds<CounterCell, [string, number, number][]>('counter', {
  declared: counter({ windowMs: 40, steps: 4 }), model: () => [],
  mutation: fc.tuple(key, fc.integer({ min: 0, max: 200 }), amount).map(([name, at, by]) => (cell, model) => {
    cell.add(name, at, by)
    const newest = Math.max(at, ...model.filter(([other]) => other === name).map(([, when]) => when))
    if (Math.floor(at / 10) > Math.floor(newest / 10) - 4) model.push([name, at, by])
  }),
  seen: cell => ['a', 'b', 'c', 'd'].map(name => cell.sum(name, 200)),
  expected: model => ['a', 'b', 'c', 'd'].map(name => model
    .filter(([other, at]) => other === name && Math.floor(at / 10) > 20 - 4)
      .reduce((sum, [, , by]) => sum + by, 0)),
})

type Timed = [time: number, value: number][]
const instant = fc.constantFrom(-3, -0.5, 0, 2, 10, 1_000_000)
const indexIn = (model: Timed, from: number): number => model.findIndex(([time]) => time >= from)
holds<TimelineCell<number>, Timed>('timeline', {
  declared: timeline<number>(), model: () => [],
  mutation: fc.oneof(
    { weight: 3, arbitrary: fc.tuple(instant, amount).map(([time, by]) =>
      (cell: TimelineCell<number>, model: Timed) => {
        cell.add(time, by)
        const later = model.findIndex(([other]) => other > time)
        model.splice(later < 0 ? model.length : later, 0, [time, by])
      }) },
    { weight: 1, arbitrary: instant.map(from => (cell: TimelineCell<number>, model: Timed) => {
      const moment = cell.range(from, Infinity).at(0)
      if (moment) cell.remove(moment)
      const at = indexIn(model, from)
      if (at >= 0) model.splice(at, 1)
    }) },
    { weight: 1, arbitrary: fc.tuple(instant, amount).map(([from, by]) =>
      (cell: TimelineCell<number>, model: Timed) => {
        const moment = cell.range(from, Infinity).at(0)
        if (moment) cell.replace(moment, by)
        const at = indexIn(model, from)
        if (at >= 0) model[at] = [model[at][0], by]
      }) }),
  seen: cell => [cell.range(-Infinity, Infinity), cell.range(-0.5, 2), cell.first ? [cell.first] : []]
    .map(moments => moments.map(({ time, value }) => [time, value])),
  expected: model => [model, model.filter(([time]) => time >= -0.5 && time <= 2), model.slice(0, 1)],
})

t.test('list: refuses a place that is not there', async t => {
  const cell = list<number>({ max: 3 }).create(journal)
  cell.push(1)
  t.throws(() => cell.put(1, 9), RangeError)
  t.throws(() => cell.put(-1, 9), RangeError)
})

t.test('table: rows are fetched, changed, undone and released', async t => {
  const rows = new Fields()
  const cell = table<number>().create(journal) as TableCell<number> & Cell & TableRows
  t.strictSame(cell.missing(['a', 'b']), ['a', 'b'])
  cell.loadRow('a', null)
  t.strictSame(cell.missing(['a', 'b']), ['b'])
  t.throws(() => cell.get('b'), { code: 'ROW_NOT_DECLARED' },
    'B2: what was not declared is never silently absent')
  t.throws(() => cell.put('b', 1), { code: 'ROW_NOT_DECLARED' })
  t.throws(() => cell.delete('b'), { code: 'ROW_NOT_DECLARED' })
  t.equal(cell.get('a'), undefined)
  cell.put('a', 1)
  journal.keep()
  cell.put('a', 2)
  cell.delete('a')
  journal.rollBack()
  t.equal(cell.get('a'), 1, 'undone to what the turn before left')
  cell.collect(rows, 'cell')
  t.strictSame([...rows.stored.keys()], ['a'])
  cell.releaseRows()
  t.strictSame(cell.missing(['a']), ['a'])
  cell.loadRow('a', rows.stored.get('a')!)
  t.equal(cell.get('a'), 1)
  cell.delete('a')
  journal.keep()
  cell.collect(rows, 'cell')
  t.equal(rows.stored.size, 0)
})

t.test('a cell knows roughly what it holds in memory, also before it was ever restored', async t => {
  const text = 'x'.repeat(10_000)
  const fields = new Fields()
  const many = map<string>().create(journal)
  const ring = list<string>({ max: 3 }).create(journal)
  for (let i = 0; i < 10; i++) {
    many.put(String(i), text)
    ring.push(text)
  }
  journal.keep()
  many.collect(fields, 'cell')
  ring.collect(fields, 'cell')
  t.ok(many.bytes > 100_000 && many.bytes < 120_000, `a map of ${many.bytes} bytes`)
  t.ok(ring.bytes > 30_000 && ring.bytes < 40_000, `a list of ${ring.bytes} bytes`)
  for (let i = 1; i < 10; i++) many.delete(String(i))
  journal.keep()
  many.collect(fields, 'cell')
  t.ok(many.bytes < 15_000, `one entry left: ${many.bytes} bytes`)
})
