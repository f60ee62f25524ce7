/** Values as bytes that are not quite what they should be: JSON and msgpack, cut, flipped and spoilt. */
import { encodeValue } from '../../engine/index.js'
import type { Draw } from './draw.js'
import type { Value } from './values.js'

/** Bytes that are not UTF-8, wherever they stand. */
const noText = [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf8, 0x88, 0x80, 0x80], [0xe2, 0x82], [0x80]]

/** Heads of msgpack values that promise more than there is, or are of no use. */
const heads = [[0xc1], [0xdd, 0xff, 0xff, 0xff, 0xff], [0xdf, 0xff, 0xff, 0xff, 0xff], [0xdb, 0xff, 0xff,
  0xff, 0xff],
  [0xc6, 0xff, 0xff, 0xff, 0xff], [0xc9, 0xff, 0xff, 0xff, 0xff, 0x01], [0xd4, 0x00, 0x00], [0xd6, 0xff, 0, 0,
    0, 0],
  [0xc7, 0x00, 0x74], [0xc7, 0x01, 0x74, 0x09], [0xd4, 0x72, 0x40], [0xd4, 0x78, 0x01], [0xd4, 0x65, 0x01],
  [0xc7, 0x04, 0x62, 1, 2, 3, 4], [0xd5, 0x69, 1, 2], [0xd4, 0x73, 0], [0xcb, 0x7f, 0xf8, 0, 0, 0, 0, 0, 0],
  [0xcf, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], [0x81, 0xa9, ...Buffer.from('__proto__'), 0x80]]

/** A value as JSON, mostly as it should be. */
export function jsonBytes(value: Value, draw: Draw): Buffer {
  const text = JSON.stringify(value) ?? 'null'
  switch (draw.below(16)) {
    case 0: return spoilt(Buffer.from(text), draw)
    case 1: return Buffer.from(text.slice(0, draw.below(text.length + 1)))
    case 2: return Buffer.from(text.replace(/^\{("[^"]*"):/, '{$1:1,$1:[2],$1:'))
    case 3: return Buffer.from(text.replace(/"[^"]*"/, '['.repeat(draw.pick([100, 10_000, 100_000]))))
    case 4: return inserted(Buffer.from(text), draw.pick(noText), draw)
    case 5: return Buffer.from(draw.pick(['\ufeff', ' '.repeat(10_000), '/* a */', '{},', '\u0000']) + text)
    case 6: return Buffer.from(text + draw.pick(['}', ',', text, '\u0000', '//']))
    case 7: return Buffer.from(text.replace(/\d+/, draw.pick(['NaN', '1e99999', '-', '0x10', '01', '1.',
      '9'.repeat(400)])))
    case 8: return Buffer.from(text.replace(/^\{/,
      '{"__proto__":{"polluted":true},"constructor":{"prototype":'
      + '{"polluted":true}},'))
    case 9: return Buffer.from(text.replace(/"([^"])/g, (whole, first: string) => (draw.once(6)
      ? `"\\u${first.charCodeAt(0).toString(16).padStart(4, '0')}` : whole)))
    default: return Buffer.from(text)
  }
}

/** A value as msgpack, mostly as it should be. */
export function msgpackBytes(value: Value, draw: Draw): Buffer {
  const packed = encodeValue(value)
  switch (draw.below(12)) {
    case 0: return spoilt(packed, draw)
    case 1: return packed.subarray(0, draw.below(packed.length + 1))
    case 2: return inserted(packed, draw.pick(heads), draw)
    case 3: return Buffer.concat([packed, Buffer.from(draw.pick(heads))])
    case 4: return Buffer.concat([Buffer.alloc(draw.pick([100, 10_000, 100_000]), draw.pick([0x91, 0x81])),
      packed])
    case 5: return replacedTail(packed, draw)
    default: return packed
  }
}

function spoilt(bytes: Buffer, draw: Draw): Buffer {
  const copy = Buffer.from(bytes)
  for (let flips = 1 + draw.below(4); flips > 0 && copy.length > 0; flips--) {
    const at = draw.below(copy.length)
    copy[at] = (copy[at] ?? 0) ^ 1 << draw.below(8)
  }
  return copy
}

function inserted(bytes: Buffer, more: readonly number[], draw: Draw): Buffer {
  const at = draw.below(bytes.length + 1)
  return Buffer.concat([bytes.subarray(0, at), Buffer.from(more), bytes.subarray(at)])
}

function replacedTail(bytes: Buffer, draw: Draw): Buffer {
  return Buffer.concat([bytes.subarray(0, draw.below(bytes.length + 1)), Buffer.from(draw.pick(heads))])
}
