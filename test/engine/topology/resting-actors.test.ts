/** Q1 what rests is what is stored, and is loaded without the store; Q2 bounded, the newest stay. */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { actor, map, value, type MapCell, type ValueCell } from '../../../engine/index.js'
import { Activation, FieldChanges } from '../../../engine/actor/index.js'
import { HinataError } from '../../../engine/errors/index.js'
import { restingSlabBytes } from '../../../engine/limits/limits.js'
import { encodeValue } from '../../../engine/record/pack.js'
import { Journal, type Cell } from '../../../engine/state/index.js'
import { Activations } from '../../../engine/topology/activations.js'
import { MemoryStore } from '../../../engine/topology/memory-store.js'
import { RestingActors } from '../../../engine/topology/resting-actors.js'
import type { ActorRequest, LoadedState, RowRequest } from '../../../engine/topology/state-store.js'
import { cart } from './shop.js'

const journal = new Journal()
const note = actor('note', {
  state: { texts: map<string>(), count: value(0) }, receive: { write() { /* only its state is used */ } },
})

function noteOf(key: string, texts: Readonly<Record<string, string>>): Activation {
  const activation = new Activation(note, key, journal)
  activation.load(Object.fromEntries(
    Object.entries(texts).map(([name, text]) => [`texts:${name}`, encodeValue(text)])))
  return activation
}

/** Packed fields as text, in the order of their names. */
function shown(fields: Readonly<Record<string, Uint8Array>>): string {
  return Object.entries(fields).map(([name, packed]) => `${name}=${Buffer.from(packed).toString('base64')}`)
    .sort().join(' ')
}

type Step = readonly ['put' | 'take' | 'drop', key: string, texts: Readonly<Record<string, string>>]

const texts = fc.dictionary(fc.string({ minLength: 1, maxLength: 9, unit: 'grapheme' }),
  fc.tuple(fc.string(), fc.constantFrom(1, 10, 20_000)).map(([text, times]) => text.repeat(times)),
  { minKeys: 1, maxKeys: 5 })
const step: fc.Arbitrary<Step> = fc.tuple(fc.constantFrom('put', 'put', 'take', 'drop'),
  fc.constantFrom('ada', 'bo', 'cy', 'dee', 'eve'), texts)

t.test('Q1 Q2: what is taken is what was put last, once; the newest is always there', async t => {
  fc.assert(fc.property(fc.array(step, { maxLength: 40 }), steps => {
    const resting = new RestingActors()
    const model = new Map<string, string>()
    for (const [kind, key, texts] of steps) {
      if (kind === 'put') {
        const [activation, fields] = [noteOf(key, texts), new FieldChanges()]
        assert.ok(activation.pack(fields))
        resting.put(activation, 2 * restingSlabBytes)
        model.set(key, shown(Object.fromEntries(
          Object.entries(texts).map(([name, text]) => [`texts:${name}`, encodeValue(text)]))))
        const isLarge = fields.puts.reduce((sum, { length }) => sum + length, 0) > restingSlabBytes / 2
        if (!isLarge) assert.ok(resting.size > 0, 'it rests')
      } else if (kind === 'drop') {
        resting.drop(note.type, key)
        model.delete(key)
      } else {
        const taken = resting.take(note.type, key)
        if (taken) assert.equal(shown(taken), model.get(key))
        assert.equal(resting.take(note.type, key), undefined, 'only once')
        model.delete(key)
      }
      assert.ok(resting.size <= model.size, 'nobody rests who was taken or dropped')
    }
  }), { seed: 3, numRuns: 150 })
  t.pass('150 histories')
})

t.test('Q2: the slab that was begun first makes room; who is too large does not rest', async t => {
  const resting = new RestingActors()
  const large = 'x'.repeat(restingSlabBytes * 0.4)
  for (const key of ['a', 'b', 'c', 'd', 'e']) resting.put(noteOf(key, { large }), 2 * restingSlabBytes)
  t.equal(resting.size, 3, 'two to a slab: the first two made room for the fifth')
  t.equal(resting.take(note.type, 'a'), undefined)
  t.ok(resting.take(note.type, 'e'))
  resting.put(noteOf('huge', { large, more: large, most: large }), 2 * restingSlabBytes)
  t.equal(resting.take(note.type, 'huge'), undefined)
  resting.put(noteOf('f', { large }), 0)
  t.equal(resting.take(note.type, 'f'), undefined, 'no room at all')
})

/** Counts what is asked of it. */
class CountingStore extends MemoryStore {
  asked = 0

  override load(actors: readonly ActorRequest[], rows: readonly RowRequest[]): Promise<LoadedState> {
    this.asked += actors.length
    return super.load(actors, rows)
  }
}

type Cells = Record<string, Cell & MapCell<number> & ValueCell<number>>

t.test('who rests comes back without the store, with its queue; who is erased does not', async t => {
  const store = new CountingStore()
  const activations = new Activations(store, new Journal())
  const cellsOf = (key: string): Cells => activations.get(cart, key)!.cells as Cells
  for (const key of ['ada', 'bob']) {
    await activations.activate(cart, key)
    cellsOf(key).items.put('tea', 3)
    activations.get(cart, key)!.enqueue()
    store.write({ hashes: activations.collect(activations.get(cart, key)!) })
  }
  activations.passivate(0, restingSlabBytes)
  t.equal(activations.size, 0)
  t.equal(store.asked, 2)
  await activations.activate(cart, 'ada')
  t.equal(store.asked, 2)
  t.strictSame(cellsOf('ada').items.entries(), [['tea', 3]])
  t.equal(cellsOf('ada').additions.get(), 0)
  t.equal(activations.get(cart, 'ada')!.isFirst(0), true)
  activations.wipe([cart], 'bob')
  activations.collect(activations.get(cart, 'bob')!)
  activations.passivate(0, 0)
  await activations.activate(cart, 'bob')
  t.equal(store.asked, 3, 'what rested of bob is gone')
})

t.test('Q1: what is not as it is stored does not rest', async t => {
  const older = actor('note', {
    state: { count: value(0) }, receive: { write() { /* only its state is used */ } },
    schema: 2, upcast: { 1: fields => ({ ...fields, count: 7 }) },
  })
  const upcast = new Activation(older, 'ada', journal)
  upcast.load({ count: encodeValue(1) })
  t.equal(upcast.pack(new FieldChanges()), false, 'brought to the present, not committed')
  const written = new FieldChanges()
  upcast.collect(written, () => new FieldChanges())
  const packed = new FieldChanges()
  t.equal(upcast.pack(packed), true)
  t.strictSame(packed.puts.map(String).sort(), written.puts.map(String).sort(), 'with its schema')
  const refused = new Activation(note, 'bo', journal)
  refused.refuse(new HinataError('INTERNAL', { reason: 'test' }))
  t.equal(refused.pack(new FieldChanges()), false)
  const wiped = new Activation(note, 'cy', journal)
  wiped.wipe()
  t.equal(wiped.pack(new FieldChanges()), false)
})
