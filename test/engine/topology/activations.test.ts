/** The actors in memory: what they weigh together is known without asking each of them. */
import fc from 'fast-check'
import t from 'tap'
import type { ListCell, MapCell } from '../../../engine/index.js'
import { Journal, type Cell } from '../../../engine/state/index.js'
import { Activations } from '../../../engine/topology/activations.js'
import type { StateStore } from '../../../engine/topology/state-store.js'
import { cart } from './shop.js'

const keys = ['ada', 'bo', 'cy', 'dee', 'eve']
const emptyStore: StateStore = {
  load: async (actors, rows) => ({
    fields: actors.map(() => ({})), rows: rows.map(({ rows: names }) => names.map(() => null)),
  }),
}

type Step = readonly ['change', key: string, item: string] | readonly ['wipe', key: string]
  | readonly ['activate', key: string] | readonly ['passivate', bytesMax: number]

const key = fc.constantFrom(...keys)
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.tuple(fc.constant('change' as const), key, fc.string({ maxLength: 300 })),
  fc.tuple(fc.constant('wipe' as const), key),
  fc.tuple(fc.constant('activate' as const), key),
  fc.tuple(fc.constant('passivate' as const), fc.nat(6_000)),
)

async function take(activations: Activations, [kind, what, item]: Step): Promise<void> {
  if (kind === 'passivate') {
    activations.passivate(what)
    t.ok(activations.bytes <= what || activations.size === 0, 'no more is held than allowed')
    return
  }
  if (kind === 'wipe') activations.wipe([cart], what)
  if (kind === 'activate') return activations.activate(cart, what)
  if (kind !== 'change') return
  if (!activations.get(cart, what)) await activations.activate(cart, what)
  const held = activations.get(cart, what)!
  const { items, last } = held.cells as Record<string, Cell & MapCell<number> & ListCell<string>>
  activations.use(held)
  items.put(item!, 1)
  last.push(item!)
  activations.collect(held)
}

t.test('the sum of the sizes is kept in step with what changes, goes and is replaced', async t => {
  await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 40 }), async steps => {
    const activations = new Activations(emptyStore, new Journal())
    for (const one of steps) await take(activations, one)
    const sum = keys.reduce((bytes, key) => bytes + (activations.get(cart, key)?.bytes ?? 0), 0)
    t.equal(activations.bytes, sum)
  }))
})
