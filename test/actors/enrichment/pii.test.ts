/**
 * PII: what is found, what is left alone, and I1..I4 of actors/enrichment/pii.ts. All numbers are invented or
 * reserved for examples.
 */
import fc from 'fast-check'
import t from 'tap'
import { findPii, maskPii } from '../../../actors/enrichment/index.js'

const FOUND: readonly (readonly [text: string, masked: string])[] = [
  ['write to jane.doe+x@mail.example.org.', 'write to [EMAIL].'],
  ['müller@bücher.example', '[EMAIL]'],
  ['SSN 219-09-9999 ok', 'SSN [SSN] ok'],
  ['my social security number is 219099999', 'my social security number is [SSN]'],
  ['pay with 4111 1111 1111 1111 now', 'pay with [CARD] now'],
  ['amex 378282246310005', 'amex [CARD]'],
  ['to DE89 3704 0044 0532 0130 00 please', 'to [IBAN] please'],
  ['gb82west12345698765432', '[IBAN]'],
  ['host 192.0.2.17 is down', 'host [IP] is down'],
  ['ping 2001:db8:0:0:1::17 now', 'ping [IP] now'],
  ['ping 2001:db8::ff00:42:8329', 'ping [IP]'],
  ['reach me: +44 20 7946 0958', 'reach me: [PHONE]'],
  ['(212) 555-0123', '[PHONE]'],
  ['212-555-0123 ext. 7', '[PHONE]'],
  ['ring 030 1234567 tonight', 'ring [PHONE] tonight'],
  ['Phone:\n60-56-85-91', 'Phone:\n[PHONE]'],
  ['I live at 221B Baker Street, London', 'I live at [ADDRESS], London'],
  ['1600 Pennsylvania Ave, Apt 4', '[ADDRESS]'],
  ['PO Box 1234', '[ADDRESS]'],
  ['Lindenstraße 17', '[ADDRESS]'],
  ['12 rue de la Paix', '[ADDRESS]'],
  ['My name is Ada King Lovelace and I code', 'My name is [NAME] and I code'],
  ['ask Dr. Grace B. Hopper about it', 'ask Dr. [NAME] about it'],
  ['password: hunter2hunter2', 'password: [SECRET]'],
  ['AKIAIOSFODNN7EXAMPLE', '[SECRET]'],
]

const LEFT_ALONE = [
  'meet on 2024-05-17 or 17.05.2024 at 12:30:45', 'version 1.2.3.4 and v10.0.0.1',
    'std::vector<int> and a::b::c',
  '4111 1111 1111 1112 fails its check digit', 'DE89 3704 0044 0532 0130 01 fails its check digit',
    'order 123456789 of 1,000,000 items',
  'pi is 3.14159265358979', '10 Windows machines', 'user @ home, a@b', 'at 5:00:00 the ratio is 1:2:3',
    'Apple, Google and Amazon',
  'isbn 978-3-16-148410-0', 'the token ring network', 'commit 9fceb02d0ae598e95dc970b74767f19372d61af8',
    'my name is on the list',
  '000-12-3456 and 666-12-3456 are never issued',
]

t.test('found, each way of writing, and masked with its kind', async t => {
  for (const [text, masked] of FOUND) t.equal(maskPii(text), masked, text)
})

t.test('left alone', async t => {
  for (const text of LEFT_ALONE) t.same(findPii(text), [], text)
})

t.test('hits say where they are, in order and without overlaps', async t => {
  const text = 'Mail a@b.example or call 212-555-0123'
  t.same(findPii(text).map(({ kind, start, end }) => [kind, text.slice(start, end)]),
    [['email', 'a@b.example'], ['phone', '212-555-0123']])
})

t.test('I2 a masked text has no hit left, and never throws', async () => {
  const piece = fc.oneof(
    fc.constantFrom(...FOUND.map(([text]) => text), '-', ' ', '.', ',', ':', '1', '22', '333-', '+49', '(0',
      'Mr. ', 'Aa ', 'call ', '@', 'x.yz',
      ' Street', '::', 'ab', '[EMAIL]', 'password: ', 'PO Box '),
    fc.string({ unit: 'binary', maxLength: 8 }))
  fc.assert(fc.property(fc.array(piece, { maxLength: 14 }),
    parts => findPii(maskPii(parts.join(''))).length === 0), { seed: 9, numRuns: 2_000 })
})

t.test('I1 long hostile texts come back', async t => {
  const hostile = ['1', '1 ', '12-', 'a@', 'a.', 'a@b.', 'a:', 'ab1:', 'Mr. Aa ', '12 Aa ', 'call ', '+1',
    'GB12', 'my name is ', 'eyJ', 'Calle A ']
  for (const unit of hostile) t.type(maskPii(`${unit.repeat(50_000 / unit.length)}1`), 'string', unit)
})
