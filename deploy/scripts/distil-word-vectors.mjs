// Tries to distil the embedder use-lite into a static table (docs/decisions/0058): each of the most frequent
// words embedded alone, the weighted mean taken out, principal components, SIF weights, int8. The file has
// the form of assets/word-vectors.bin, so that, put in its place, everything can be measured with it. The
// same packages give the same bytes: plain arithmetic in a fixed order.
//
// Usage, after a build: node deploy/scripts/distil-word-vectors.mjs OUT
//        Needs the packages of use-lite (docs/OPERATIONS.md). Some minutes. Prints the sha256 of what it
//        wrote.
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'

const built = folder => import(new URL(`../../dist/actors/${folder}/index.js`, import.meta.url).href)
const { openUseLite } = await built('embedding')
const { isStopWord } = await built('text')

const ASSET = new URL('../../assets/word-vectors.bin', import.meta.url)
const MAGIC = 'HWV1'
const HEADER_BYTES = 16
const WORDS = 36_000 // 4 MB
const DIM = 100
const FULL_DIM = 512
const SIF_A = 1e-3
const STOP_SHARE = 0.3 // stop words count less
const ZIPF_SHIFT = 2.7
const ZIPF_TOTAL = 10.02 // see actors/embedding/static-hash.ts
const SOFTENING = 0.25 // components are divided by their eigenvalue to this power
const ROUNDS = 12
const CALL_WORDS = 512

const words = wordsOf(readFileSync(ASSET))
const rows = await embedded(words)
const moments = momentsOf(rows)
const { directions, lengths } = componentsOf(moments.covariance)
const bytes = packed()
writeFileSync(process.argv[2], bytes)
process.stdout.write(`${bytes.length} bytes sha256 ${createHash('sha256').update(bytes).digest('hex')}\n`)

/** The first words of a table, most frequent first. */
function wordsOf(file) {
  const [count, dim] = [file.readUInt32LE(4), file.readUInt32LE(8)]
  return file.toString('utf8', HEADER_BYTES + count * (4 + dim)).split('\n').slice(0, WORDS)
}

async function embedded(texts) {
  const embedder = await openUseLite()
  const all = new Float32Array(texts.length * FULL_DIM)
  for (let at = 0; at < texts.length; at += CALL_WORDS) {
    all.set(embedder.embedBatch(texts.slice(at, at + CALL_WORDS)), at * FULL_DIM)
  }
  return all
}

function chanceOf(rank) {
  return 1 / ((rank + ZIPF_SHIFT) * ZIPF_TOTAL)
}

/** Mean and covariance of the words, each by the root of its chance. */
function momentsOf(all) {
  const shares = words.map((_, rank) => Math.sqrt(chanceOf(rank)))
  const total = shares.reduce((sum, share) => sum + share, 0)
  const mean = new Float64Array(FULL_DIM)
  shares.forEach((share, i) => {
    for (let d = 0; d < FULL_DIM; d += 1) mean[d] += share / total * all[i * FULL_DIM + d]
  })
  const covariance = Array.from({ length: FULL_DIM }, () => new Float64Array(FULL_DIM))
  const centred = new Float64Array(FULL_DIM)
  shares.forEach((share, i) => {
    for (let d = 0; d < FULL_DIM; d += 1) centred[d] = all[i * FULL_DIM + d] - mean[d]
    for (let a = 0; a < FULL_DIM; a += 1) {
      const factor = share / total * centred[a]
      for (let b = 0; b < FULL_DIM; b += 1) covariance[a][b] += factor * centred[b]
    }
  })
  return { mean, covariance }
}

/** The first DIM principal components, by orthogonal iteration. */
function componentsOf(covariance) {
  let directions = Array.from({ length: DIM }, (_, j) =>
    Float64Array.from({ length: FULL_DIM }, (_, d) => (j + 1) * (d + 1) * 7_919 % 1_009 / 1_009 - 0.5))
  let lengths = []
  for (let round = 0; round < ROUNDS; round += 1) {
    directions = directions.map(direction => covariance.map(line => dot(line, direction)))
    lengths = directions.map((direction, j) => {
      for (let i = 0; i < j; i += 1) {
        const along = dot(directions[i], direction)
        for (let d = 0; d < FULL_DIM; d += 1) direction[d] -= along * directions[i][d]
      }
      const length = Math.sqrt(dot(direction, direction))
      for (let d = 0; d < FULL_DIM; d += 1) direction[d] /= length
      return length
    })
  }
  return { directions, lengths }
}

/** Layout: see actors/embedding/word-vectors.ts, which decodes it. */
function packed() {
  const text = Buffer.from(words.join('\n'), 'utf8')
  const file = Buffer.alloc(HEADER_BYTES + words.length * (4 + DIM) + text.length)
  file.write(MAGIC, 0, 'latin1')
  ;[words.length, DIM, text.length].forEach((number, i) => file.writeUInt32LE(number, 4 + 4 * i))
  const centred = new Float64Array(FULL_DIM)
  words.forEach((word, i) => {
    for (let d = 0; d < FULL_DIM; d += 1) centred[d] = rows[i * FULL_DIM + d] - moments.mean[d]
    const weight = SIF_A / (SIF_A + chanceOf(i)) * (isStopWord(word) ? STOP_SHARE : 1)
    const row = directions.map((direction, j) => dot(direction, centred) * weight * lengths[j] ** -SOFTENING)
    const scale = Math.fround(row.reduce((max, x) => Math.max(max, Math.abs(x)), 0) / 127)
    file.writeFloatLE(scale, HEADER_BYTES + i * 4)
    const at = HEADER_BYTES + words.length * 4 + i * DIM
    row.forEach((x, d) => file.writeInt8(scale === 0 ? 0 : Math.round(x / scale), at + d))
  })
  text.copy(file, HEADER_BYTES + words.length * (4 + DIM))
  return file
}

function dot(a, b) {
  let sum = 0
  for (let d = 0; d < FULL_DIM; d += 1) sum += a[d] * b[d]
  return sum
}
