/** Cosines by SIMD are those by hand, few rows or many, and after rows have moved. */
import t from 'tap'
import { staticHash } from '../../../actors/embedding/index.js'
import { probeOf, Vectors } from '../../../actors/search/vectors.js'
import { seededRandom } from '../../support/random.js'
import { folded } from './folded-records.js'

const { dim } = staticHash
const random = seededRandom(5)

function vector(): Int8Array {
  return Int8Array.from({ length: dim }, () => Math.floor(random() * 255) - 127)
}

function cosine(a: Int8Array, b: Int8Array): number {
  const dot = (x: Int8Array, y: Int8Array): number => x.reduce((sum, step, i) => sum + step * y[i], 0)
  return Math.round(dot(a, b) / (Math.sqrt(dot(a, a)) * Math.sqrt(dot(b, b))) * 1e4) / 1e4
}

for (const count of [1, 40, 3_000]) {
  t.test(`V2 ${count} rows: compared at once, and again when a third has left`, async t => {
    const rows = Array.from({ length: count }, vector)
    const vectors = new Vectors()
    rows.forEach((row, slot) =>
      vectors.set(slot, folded(slot + 1, { id: `r${slot}`, vector: new Uint8Array(row.buffer) })))
    const probe = probeOf(vector())
    t.ok(probe)
    if (probe === undefined) return
    const all = vectors.compare(probe)
    t.same(rows.map((_, slot) => all.of(slot)), rows.map(row => cosine(row, probe.vector)))
    let kept = 0
    const moved = Int32Array.from(rows, (_, slot) => (slot % 3 === 1 ? -1 : kept++))
    vectors.compact(moved)
    const left = vectors.compare(probe)
    const living = rows.filter((_, slot) => slot % 3 !== 1)
    t.same(living.map((_, slot) => left.of(slot)), living.map(row => cosine(row, probe.vector)))
    t.same(vectors.probe(0)?.vector, rows[0])
    t.ok(vectors.bytes >= living.length * dim)
  })
}

t.test('V1 vectors of another model are kept out, and one without direction is no probe', async t => {
  const vectors = new Vectors()
  const embedding = { model: 'use-lite', version: '1', dim }
  vectors.set(0, folded(1, { id: 'foreign', embedding, vector: new Uint8Array(vector().buffer) }))
  t.notOk(vectors.has(0))
  const probe = probeOf(vector())
  t.equal(vectors.compare(probe).of(0), 0)
  t.equal(probeOf(new Int8Array(dim)), undefined)
})
