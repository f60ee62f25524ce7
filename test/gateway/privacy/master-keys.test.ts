/** The file of master keys: M1 a rotation reaches those that run, M2 it is whole, and of its owner alone. */
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import t from 'tap'
import { MasterKeyFile } from '../../../gateway/privacy/master-keys.js'
import { masterKeyFile } from '../../support/master-keys.js'

const secret = Buffer.alloc(32, 7)

t.test('what one wraps all unwrap, and nobody without the file', t => {
  const file = masterKeyFile(t)
  const wrapped = file.wrap(secret)
  t.notOk(wrapped.includes(secret.toString('base64url')))
  t.strictSame(new MasterKeyFile(file.path).unwrap(wrapped), secret)
  t.throws(() => masterKeyFile(t).unwrap(wrapped), { code: 'MASTER_KEY_MISSING' })
  const [id, packed] = wrapped.split(' ')
  t.throws(() => file.unwrap(`${id} ${packed.slice(0, -2)}AA`), { code: 'MASTER_KEYS_UNREADABLE' })
  t.equal(statSync(file.path).mode & 0o777, 0o600)
  t.end()
})

t.test('M1: a process that runs wraps with the newest, and reads what the newest wrapped', t => {
  const mine = masterKeyFile(t)
  const other = new MasterKeyFile(mine.path)
  const old = other.wrap(secret)
  const { id } = mine.add()
  t.notOk(other.isNewest(old))
  t.ok(other.wrap(secret).startsWith(`${id} `))
  const { id: newest } = mine.add()
  t.strictSame(other.unwrap(mine.wrap(secret)), secret)
  t.strictSame(other.list().map(key => key.id).slice(1), [id, newest])
  t.throws(() => other.remove(newest), { code: 'MASTER_KEY_USED' })
  other.remove(old.split(' ')[0])
  t.throws(() => new MasterKeyFile(mine.path).unwrap(old), { code: 'MASTER_KEY_MISSING' })
  t.end()
})

t.test('M2: a first one is made once, nothing lies beside it, and what is no file of keys is refused', t => {
  const file = masterKeyFile(t)
  const text = readFileSync(file.path, 'utf8')
  new MasterKeyFile(file.path).make()
  t.equal(readFileSync(file.path, 'utf8'), text)
  file.add()
  t.strictSame(readdirSync(dirname(file.path)), ['master-keys.json'])
  for (const wrong of ['', '{}', '{"keys": []}', '{"keys": [{"id": "mk_1", "secret": "short"}]}']) {
    writeFileSync(file.path, wrong)
    t.throws(() => new MasterKeyFile(file.path).wrap(secret), { code: 'MASTER_KEYS_UNREADABLE' })
  }
  t.throws(() => new MasterKeyFile(`${file.path}.none`).assertPresent(), { code: 'MASTER_KEYS_UNREADABLE' })
  t.end()
})
