// Frames and their two codecs: F1, F2.
import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import t from 'tap'
import { encodeValue, HinataError } from '../../../engine/index.js'
import type { GatewayFrame } from '../../../gateway/schema/gateway-frames.js'
import { codecOf, codecs, frameOf, seqOf } from '../../../gateway/socket/frames.js'

const [json, msgpack] = codecs
if (json === undefined || msgpack === undefined) throw new Error('two codecs')

function codeOf(act: () => unknown): string {
  try {
    act()
  } catch (thrown) {
    return thrown instanceof HinataError ? thrown.code : `foreign: ${String(thrown)}`
  }
  return 'none'
}

t.test('the first offered subprotocol that we speak is taken', async t => {
  t.equal(codecOf('other, hinata.msgpack.v1, hinata.json.v1').subprotocol, 'hinata.msgpack.v1')
  t.equal(codecOf('hinata.json.v1').subprotocol, 'hinata.json.v1')
  t.equal(codeOf(() => codecOf('')), 'SUBPROTOCOL_UNSUPPORTED')
  t.equal(codeOf(() => codecOf('hinata.json.v2')), 'SUBPROTOCOL_UNSUPPORTED')
})

t.test('both codecs carry the same frames', async t => {
  const frame: GatewayFrame = {
    type: 'ack', seq: 7, accepted: 1, duplicates: 2, rejected: [
      { index: 3, id: null, code: 'X', message: 'ü 😀' },
    ],
    durability: 'memory', positions: ['1-0:0'],
  }
  for (const codec of codecs) t.same(codec.read(Buffer.from(codec.encode(frame))), frame, codec.subprotocol)
})

t.test('F2 an update around packed data is the update, whatever the data', async t => {
  const head = fc.record({
    id: fc.string({ unit: 'grapheme', maxLength: 40 }), position: fc.constant('1-0:0'), skipped: fc.nat(),
  }, { requiredKeys: ['id', 'position'] })
  fc.assert(fc.property(head, fc.jsonValue({ maxDepth: 3 }), (head, data) => codecs.every(codec => {
    const { updates } = codec
    const around = codec.read(updates.frame(head, updates.pack(data)))
    const whole = codec.read(Buffer.from(codec.encode({ type: 'update', ...head, data })))
    return isDeepStrictEqual(around, whole)
  })), { seed: 11, numRuns: 500 })
  t.pass()
})

t.test('a submit keeps its records as they are', async t => {
  const sent = {
    type: 'submit', seq: 1, user_id: 'ada', records: [1, null, 'x', { id: 'a', nested: { b: [2] } }],
  }
  t.same(frameOf(json.read(Buffer.from(JSON.stringify(sent)))), sent)
  t.same(frameOf(msgpack.read(encodeValue(sent))), sent)
})

t.test('what is wrong with a frame is named', async t => {
  const cases: [unknown, string][] = [
    [[], 'FRAME_MALFORMED'], [null, 'FRAME_MALFORMED'], ['hello', 'FRAME_MALFORMED'],
    [{}, 'FRAME_TYPE'], [{ type: 'nope' }, 'FRAME_TYPE'], [{ type: 'constructor' }, 'FRAME_TYPE'],
    [{ type: '__proto__' }, 'FRAME_TYPE'],
    [{ type: 'submit', user_id: 'a', records: [] }, 'REQUEST_INVALID'],
    [{ type: 'submit', seq: -1, user_id: 'a', records: [] }, 'REQUEST_INVALID'],
    [{ type: 'submit', seq: 1.5, user_id: 'a', records: [] }, 'REQUEST_INVALID'],
    [{ type: 'subscribe', id: 'x', topic: 'everything' }, 'REQUEST_INVALID'],
    [{ type: 'ping', extra: 1 }, 'REQUEST_INVALID'],
    [JSON.parse('{"type":"ping","__proto__":{"a":1}}'), 'REQUEST_INVALID'],
  ]
  for (const [value, code] of cases) t.equal(codeOf(() => frameOf(value)), code, JSON.stringify(value))
  t.equal(codeOf(() => json.read(Buffer.from('{"type":'))), 'FRAME_MALFORMED')
  t.equal(codeOf(() => msgpack.read(Buffer.from([0x92, 0x01]))), 'FRAME_MALFORMED', 'cut short')
  t.equal(codeOf(() => frameOf(msgpack.read(Buffer.from([0xc1])))), 'FRAME_TYPE')
})

t.test('F1 bytes of any kind give a value or FRAME_MALFORMED, and leave the codec well', async t => {
  const known = encodeValue({ type: 'ping', n: 64, m: 127 })
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), bytes => {
    for (const codec of codecs) {
      const code = codeOf(() => frameOf(codec.read(bytes)))
      if (!['none', 'FRAME_MALFORMED', 'FRAME_TYPE', 'REQUEST_INVALID'].includes(code)) return false
    }
    return JSON.stringify(msgpack.read(known)) === '{"type":"ping","n":64,"m":127}'
  }), { seed: 7, numRuns: 2_000 })
  t.pass()
})

t.test('F1 a towering nest is refused, not a crash', async t => {
  const deep = Buffer.alloc(200_000, 0x91)
  t.equal(codeOf(() => frameOf(msgpack.read(deep))), 'FRAME_MALFORMED')
  const text = Buffer.from('['.repeat(200_000) + ']'.repeat(200_000))
  t.match(codeOf(() => frameOf(json.read(text))), 'FRAME_MALFORMED')
})

t.test('a msgpack frame cannot teach the codec new structures', async t => {
  const structure = Buffer.from([0xd4, 0x72, 0x40, 0x91, 0xa1, 0x61, 0x01]) // defines 0x40 as {a}, uses it
  codeOf(() => msgpack.read(structure))
  t.same(msgpack.read(encodeValue([64, 65, 127])), [64, 65, 127])
})

t.test('the seq of a refused frame is found where there is one', async t => {
  t.equal(seqOf({ seq: 4 }), 4)
  t.equal(seqOf({ seq: '4' }), undefined)
  t.equal(seqOf(null), undefined)
})
