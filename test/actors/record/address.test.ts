/** Keys: of addresses, and of content. */
import t from 'tap'
import { addressKey, contentHash } from '../../../actors/record/index.js'

t.test('the key of an address: host lower-case, default port and tracking removed', async t => {
  const cases: readonly (readonly [string, string])[] = [
    ['HTTPS://Docs.Example.ORG:443/A?utm_source=x&b=1', 'https://docs.example.org/A?b=1'],
    ['http://example.org:80/?fbclid=1', 'http://example.org/'],
    ['http://example.org:8080/', 'http://example.org:8080/'],
    ['https://example.org/p?a=%20x', 'https://example.org/p?a=%20x'],
    ['https://example.org/#/route', 'https://example.org/#/route'],
    ['notes://inbox/7', 'notes://inbox/7'],
    ['  ', ''],
    ['Chapter 3, page 4', 'Chapter 3, page 4'],
  ]
  for (const [address, key] of cases) t.equal(addressKey(address), key)
})

t.test('long keys are short, and differ when their ends differ', async t => {
  const long = `https://example.org/${'x'.repeat(1_000)}`
  t.ok(addressKey(long).length < 320)
  t.not(addressKey(`${long}a`), addressKey(`${long}b`))
})

t.test('the content hash does not let text wander between fields', async t => {
  t.not(contentHash({ highlight: 'ab', note: 'c' }), contentHash({ highlight: 'a', note: 'bc' }))
  t.not(contentHash({ highlight: 'a\n', note: 'b' }), contentHash({ highlight: 'a', note: '\nb' }))
  t.match(contentHash({ highlight: 'a', note: '' }), /^[0-9a-f]{64}$/)
})
