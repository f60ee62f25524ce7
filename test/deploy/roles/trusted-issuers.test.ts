// The file of other issuers: read whole, or refused with what it must hold.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { readIssuers } from '../../../deploy/roles/trusted-issuers.js'

const file = join(t.testdir(), 'issuers.json')

t.test('a list of issuers is read', async t => {
  const keys = [{ kty: 'OKP', kid: 'k' }]
  const issuer = { issuer: 'https://a.test', audience: 'hinata', tenant: 'acme', keys }
  writeFileSync(file, JSON.stringify([issuer, { ...issuer, tenant: undefined }]))
  t.match(readIssuers(file), [issuer, { issuer: 'https://a.test' }])
})

t.test('anything else is refused', async t => {
  const good = { issuer: 'a', audience: 'b', keys: [] }
  const bad = ['', '{', '{}', '[1]', ...[
    { ...good, keys: undefined }, { ...good, keys: [1] }, { ...good, tenant: 'A b' }, { ...good, issuer: 1 },
  ].map(one => JSON.stringify([one]))]
  for (const text of bad) {
    writeFileSync(file, text)
    t.throws(() => readIssuers(file), { code: 'CONFIG_INVALID' }, text)
  }
  t.throws(() => readIssuers(join(file, 'missing')), { code: 'CONFIG_INVALID' })
})
