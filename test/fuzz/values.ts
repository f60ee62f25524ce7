/** Values that break things, and changes to values that fit: structure first, bytes later (bytes.ts). */
import type { Draw } from './draw.js'

/** Any value that can be sent. */
export type Value = unknown

const texts: readonly string[] = [
  '', ' ', '\u0000', '\ud800', '\udfff\ud800', '__proto__', 'constructor', 'prototype', 'toString',
    'hasOwnProperty',
  'null', 'NaN', '-1', '1e999', '0-0', '99999999999999999999-0', '1-1:1', '../../etc/passwd', '%00',
    '%2e%2e%2f',
  '\'; DROP TABLE records; --', '{{7*7}}', '<script>x</script>', '\r\nSet-Cookie: a=b', '\u202egnirts',
    '\ufeff',
  '2026-02-30T10:00:00Z', '2026-03-01T10:00:00+99:99', '+275760-09-13T00:00:00Z', '0000-01-01T00:00:00Z',
  '2026-03-01', 'a'.repeat(101), 'b'.repeat(201), 'c'.repeat(5_000), 'd'.repeat(10_001), 'e'.repeat(50_001),
  '\u0301'.repeat(500), '👩‍👩‍👧‍👦'.repeat(50), 'x'.repeat(63) + '\u001f', 'other\u001fada', 'other/ada', '*',
    '[EMAIL]',
  '('.repeat(200), 'a@'.repeat(400), '1'.repeat(400), '1.'.repeat(300), 'http://'.repeat(100),
    '-'.repeat(400),
  'javascript:alert(1)', 'file:///etc/passwd', 'http://[::1]:99999/', '```\n'.repeat(100), '# '.repeat(300),
]

const numbers: readonly number[] = [
  0, -0, -1, 1, 0.5, 101, 5_001, 2 ** 31, 2 ** 32, 2 ** 53, -(2 ** 53), 1e308, -1e308, 5e-324, 1e21, 0.1
    + 0.2,
]

/** A value out of nowhere, not deeper than `depth`. */
function anyValue(draw: Draw, depth = 3): Value {
  switch (draw.below(depth === 0 ? 5 : 9)) {
    case 0: return draw.pick(texts)
    case 1: return draw.pick(numbers)
    case 2: return draw.once(2)
    case 3: return null
    case 4: return draw.pick(texts) + draw.pick(texts)
    case 5: return Array.from({ length: draw.below(4) }, () => anyValue(draw, depth - 1))
    case 6: return Array.from({ length: draw.pick([0, 65, 101, 500]) }, () => draw.below(3))
    case 7: return nested(draw.pick([10, 63, 64, 65, 500]), draw.once(2))
    default: return Object.fromEntries(
      Array.from({ length: draw.below(4) }, () => [draw.pick(texts), anyValue(draw, depth - 1)]))
  }
}

/** The value with one to three changes somewhere inside. Never the given object itself. */
export function changed(value: Value, draw: Draw): Value {
  let result = structuredClone(value)
  for (let changes = 1 + draw.below(3); changes > 0; changes--) result = changedOnce(result, draw)
  return result
}

function changedOnce(value: Value, draw: Draw): Value {
  if (typeof value !== 'object' || value === null || draw.once(8)) return replaced(value, draw)
  if (Array.isArray(value)) return changedArray(value as Value[], draw)
  const fields = value as Record<string, Value>
  const names = Object.keys(fields)
  if (names.length === 0 || draw.once(4)) {
    // defined, not assigned: `__proto__` becomes a field of its own, as JSON.parse makes it
    const more = { value: anyValue(draw), enumerable: true, configurable: true, writable: true }
    Object.defineProperty(fields, draw.pick(texts), more)
    return fields
  }
  const name = draw.pick(names)
  if (draw.once(5)) delete fields[name]
  else fields[name] = changedOnce(fields[name], draw)
  return fields
}

function changedArray(values: Value[], draw: Draw): Value {
  const at = draw.below(values.length + 1)
  switch (draw.below(4)) {
    case 0: return values.filter((_, i) => i !== at)
    case 1: return [...values.slice(0, at), anyValue(draw), ...values.slice(at)]
    case 2: return values.length > 0 && values.length < 30
      ? Array.from({ length: values.length * 4 }, (_, i) => values[i % values.length]) : values
    default: return values.map((one, i) => (i === at ? changedOnce(one, draw) : one))
  }
}

function replaced(value: Value, draw: Draw): Value {
  switch (draw.below(5)) {
    case 0: return [value]
    case 1: return { value }
    case 2: return typeof value === 'string' ? value + draw.pick(texts) : JSON.stringify(value)
    default: return anyValue(draw)
  }
}

function nested(levels: number, isArray: boolean): Value {
  let value: Value = 1
  for (let i = 0; i < levels; i++) value = isArray ? [value] : { a: value }
  return value
}
