/** Data keys on a real Redis: Q1 one between two erasures, Q2 never a stale one, Q3 destroyed is not lost. */
import t, { type Test } from 'tap'
import {
  DataKeys, countWrapped, encrypt, rewrapAll, type DataKeysPlace,
} from '../../../engine/cipher/index.js'
import { HinataError } from '../../../engine/errors/index.js'
import { appendErasure, type KeyPlace } from '../../../engine/log/index.js'
import { send } from '../../../engine/redis/index.js'
import { MasterKeyFile } from '../../../gateway/privacy/master-keys.js'
import { connectRedis } from '../../support/connection.js'
import { masterKeyFile } from '../../support/master-keys.js'

interface Place extends DataKeysPlace {
  readonly masters: MasterKeyFile
  erase(key: string, id: string): Promise<string>
}

async function open(t: Test): Promise<Place> {
  const { redis, keys } = await connectRedis(t)
  const place = { redis, keys, topic: 'in', partitions: 1, masters: masterKeyFile(t) }
  const at = (key: string): KeyPlace => ({ redis, keys, topic: 'in', partition: 0, key })
  return { ...place, erase: async (key, id) =>
    (await appendErasure(at(key), { id, reason: 'person', isFinal: true, dataKey: '-' }))! }
}

t.test('Q1: whoever asks first makes it, everybody gets the same', async t => {
  const place = await open(t)
  const many = Array.from({ length: 8 }, () => new DataKeys(place))
  const ids = await Promise.all(many.map(async keys => (await keys.toAppend(['ada'])).get('ada')!.key.id))
  t.equal(new Set(ids).size, 1)
  const bob = (await many[0].toAppend(['ada', 'bob'])).get('bob')!
  t.not(bob.key.id, ids[0])
  t.equal(bob.since, '0-0')
  const stored = String(await send(place.redis, 'HVALS', [place.keys.dataKeys(0, 'in')]))
  t.notMatch(stored, bob.key.secret.toString('base64url'))
})

t.test('Q2 Q3: a box is opened by whoever remembers nothing or the wrong, unless it was erased', async t => {
  const place = await open(t)
  const [mine, theirs] = [new DataKeys(place), new DataKeys(place)]
  const first = (await mine.toAppend(['ada'])).get('ada')!
  const before = encrypt(first.key, Buffer.from('tea'))
  t.strictSame(await theirs.open([['ada', before]]), [Buffer.from('tea')])
  const entry = await place.erase('ada', 'e1')
  const second = (await new DataKeys(place).toAppend(['ada'])).get('ada')!
  t.not(second.key.id, first.key.id)
  t.equal(second.since, entry, 'Q1: it begins at the erasure')
  const after = encrypt(second.key, Buffer.from('ham'))
  t.strictSame(await theirs.open([['ada', after], ['ada', before]]), [Buffer.from('ham'), 'erased'])
  t.ok(await mine.refresh('ada'))
  t.notOk(await mine.refresh('ada'))

  const [broken, lost] = await mine.open([['ada', Buffer.concat([after.subarray(0, -1), Buffer.from([1])])],
    ['eve', after]])
  t.match(broken, { code: 'CIPHER_BROKEN' })
  t.match(lost, { code: 'CIPHER_KEY_MISSING' })
})

t.test('Q2: what stands before an erasure has no key any more, what follows it has the next', async t => {
  const place = await open(t)
  const keys = new DataKeys(place)
  const first = (await keys.toAppend(['ada'])).get('ada')!
  const entry = await place.erase('ada', 'e1')
  t.equal((await keys.toCommit(['ada'], '1-0')).get('ada')!.key?.id, first.key.id,
    'remembered: it is as good as none')
  keys.forget('ada')
  t.equal((await keys.toCommit(['ada'], '1-0')).get('ada')!.key, undefined)
  const next = (await keys.toCommit(['ada'], entry)).get('ada')!
  t.equal(next.since, entry)
  t.ok(next.key)
  const others = await new DataKeys(place).toCommit(['ada', 'eve'], '1-0')
  t.equal(others.get('ada')!.key, undefined, 'in force, but not yet')
  t.ok(others.get('eve')!.key, 'of whom nothing is known: made')
})

t.test('wrapping anew: cut off and begun again, beside erasures and new keys', async t => {
  const place = await open(t)
  const { masters } = place
  const keys = new DataKeys(place)
  const names = Array.from({ length: 1_700 }, (_, i) => `p${i}`)
  const made = await keys.toAppend(names)
  const boxes = names.map(name => [name, encrypt(made.get(name)!.key, Buffer.from(name))] as const)
  const [{ id: old }] = masters.list()
  const { id: next } = masters.add()
  const cutOff = new HinataError('INTERNAL', { reason: 'killed' })
  await t.rejects(rewrapAll(place, () => { throw cutOff }), cutOff)
  const half = await countWrapped(place)
  t.ok(half.get(old)! > 0 && half.get(next)! > 0, 'R1: some are')
  const [rewrapped] = await Promise.all([rewrapAll(place), place.erase('p3', 'e1'),
    place.erase('p1500', 'e2'), new DataKeys(place).toAppend(['late1', 'late2'])])
  t.ok(rewrapped > 0)
  t.strictSame([...await countWrapped(place)], [[next, 1_700]], 'two went, two came')
  t.equal(await rewrapAll(place), 0)
  masters.remove(old)
  const opened = await new DataKeys({ ...place, masters: new MasterKeyFile(masters.path) }).open(boxes)
  t.strictSame(opened.map(String),
    names.map(name => (name === 'p3' || name === 'p1500' ? 'erased' : name)), 'R2')
})
