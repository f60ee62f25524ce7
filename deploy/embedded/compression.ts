/**
 * HTTP compression in both directions, as ClickHouse understands it: a body by its Content-Encoding always,
 * an answer only when the client asks with enable_http_compression=1 and names a codec it accepts.
 */
import { pipeline, type Readable, type Transform } from 'node:stream'
import {
  constants, createBrotliCompress, createBrotliDecompress, createDeflate, createGunzip, createGzip,
  createInflate,
} from 'node:zlib'
import { refusal } from './exception.js'

/** A codec of both directions. Brotli packs at quality 4: its default is for files that are packed once. */
const codecs: ReadonlyMap<string, { pack: () => Transform, unpack: () => Transform }> = new Map([
  ['gzip', { pack: () => createGzip({ level: 3 }), unpack: () => createGunzip() }],
  ['deflate', { pack: () => createDeflate({ level: 3 }), unpack: () => createInflate() }],
  ['br', { pack: () => createBrotliCompress({ params: { [constants.BROTLI_PARAM_QUALITY]: 4 } }),
    unpack: () => createBrotliDecompress() }],
])

/**
 * The body as it was before packing. Throws UNKNOWN_COMPRESSION_METHOD; a broken body fails while it is read.
 */
export function unpacked(body: Readable, encoding: string | undefined): Readable {
  if (encoding === undefined || encoding === '' || encoding === 'identity') return body
  const codec = codecs.get(encoding.toLowerCase())
  if (codec === undefined) {
    throw refusal('UNKNOWN_COMPRESSION_METHOD',
      `Unknown compression method '${encoding}'. Known: ${[...codecs.keys()].join(', ')}.`)
  }
  const result = codec.unpack()
  // It may fail before anybody reads it; whoever reads it then is told, and nobody else need care.
  result.on('error', () => {})
  return pipeline(body, result, () => {})
}

/** A packer for the first codec of Accept-Encoding that we know, with its name. */
export function packerFor(
  acceptEncoding: string | undefined,
): { encoding: string, packer: Transform } | undefined {
  for (const offer of (acceptEncoding ?? '').split(',')) {
    const [name = '', weight] = offer.trim().toLowerCase().split(';')
    const codec = codecs.get(name.trim())
    if (codec !== undefined && !/^\s*q=0(?:\.0*)?$/.test(weight ?? '')) {
      return { encoding: name.trim(), packer: codec.pack() }
    }
  }
  return undefined
}
