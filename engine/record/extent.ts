/**
 * Where a packed value ends, without unpacking it: for whoever must cut records and emissions out of a block
 * and leave their values alone. Reads every form of msgpack; bytes that end too early throw a RangeError.
 */

/** Bytes of the length or number behind each first byte from 0xc0 to 0xdf. */
const numberBytes = [
  0, 0, 0, 0, 1, 2, 4, 1, 2, 4, 4, 8, 1, 2, 4, 8, // nil, booleans, binaries, extensions, floats, unsigned
  1, 2, 4, 8, 0, 0, 0, 0, 0, 1, 2, 4, 2, 4, 2, 4, // signed, fixed extensions, texts, arrays, maps
]

/** The index behind the value that begins at `at`. */
export function endOfValue(bytes: Buffer, at: number): number {
  let end = at
  for (let open = 1; open > 0; open--) {
    const first = bytes.readUInt8(end++)
    if (first < 0x80 || first >= 0xe0) continue // a small integer
    if (first < 0x90) open += 2 * (first & 0x0f)
    else if (first < 0xa0) open += first & 0x0f
    else if (first < 0xc0) end += first & 0x1f
    else {
      const size = numberBytes[first - 0xc0]
      const isSized = first < 0xc4 || (first >= 0xca && first < 0xd9)
      if (isSized) {
        end += size + (first >= 0xd4 && first < 0xd9 ? 1 + (1 << (first - 0xd4)) : 0)
        continue
      }
      const length = bytes.readUIntBE(end, size)
      end += size
      if (first >= 0xde) open += 2 * length
      else if (first >= 0xdc) open += length
      else end += length + (first >= 0xc7 && first < 0xca ? 1 : 0)
    }
  }
  if (end > bytes.length) throw new RangeError(`a value ends at ${end} of ${bytes.length} bytes`)
  return end
}
