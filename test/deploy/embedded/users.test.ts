/** Who is let in, and what for. */
import t from 'tap'
import { assertMaySet, assertUsersFit, authenticate, credentialsOf } from '../../../deploy/embedded/users.js'

const open = { name: 'default' }
const analyst = { name: 'analyst', password: 'sé:cret', readonly: true }
const local = '127.0.0.1'

t.test('U1 a user without a password comes from this machine, and not for a foreign page', async t => {
  const given = { name: 'default', password: '' }
  t.equal(authenticate([open], given, '::ffff:127.0.0.1', undefined), open)
  t.equal(authenticate([open], given, local, 'http://localhost:3000'), open)
  t.throws(() => authenticate([open], given, '10.0.0.7', undefined), { code: 194, status: 401 })
  t.throws(() => authenticate([open], given, local, 'https://evil.example'), { code: 194 })
  t.throws(() => authenticate([open], given, local, 'null'), { code: 194 })
  t.throws(() => assertUsersFit([open], '0.0.0.0'), { code: 'CONFIG_INVALID' })
  t.throws(() => assertUsersFit([open, open], local), { code: 'CONFIG_INVALID' })
  t.doesNotThrow(() => assertUsersFit([open, analyst], '0.0.0.0'))
})

t.test('U2 a wrong password and an unknown user read the same', async t => {
  t.throws(() => authenticate([analyst], { name: 'analyst', password: 'x' }, local, undefined),
    { code: 516, status: 403 })
  t.throws(() => authenticate([analyst], { name: 'nobody', password: '' }, local, undefined), { code: 516 })
  t.throws(() => authenticate([analyst], { name: 'analyst', password: '' }, local, undefined), { code: 516 })
  t.equal(authenticate([analyst], { name: 'analyst', password: 'sé:cret' }, '10.0.0.7', undefined), analyst)
})

t.test('credentials are found where clients put them', async t => {
  const none = new URLSearchParams()
  const basic = `Basic ${Buffer.from('analyst:sé:cret').toString('base64')}`
  t.same(credentialsOf({ authorization: basic }, none), { name: 'analyst', password: 'sé:cret' })
  t.same(credentialsOf({ 'x-clickhouse-user': 'a', 'x-clickhouse-key': 'b' }, none),
    { name: 'a', password: 'b' })
  t.same(credentialsOf({}, new URLSearchParams('user=a&password=b')), { name: 'a', password: 'b' })
  t.same(credentialsOf({}, none), { name: 'default', password: '' })
})

t.test('U3 a read-only user sets only what is harmless', async t => {
  t.doesNotThrow(() => assertMaySet(analyst, 'output_format_json_quote_64bit_integers'))
  t.doesNotThrow(() => assertMaySet(analyst, 'param_x'))
  t.throws(() => assertMaySet(analyst, 'max_memory_usage'), { code: 164 })
  t.doesNotThrow(() => assertMaySet(open, 'max_memory_usage'))
})
