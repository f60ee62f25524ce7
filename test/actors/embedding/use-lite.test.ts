/** The optional embedder: U1..U4, its thread T1..T2, and what is said when it is not installed. */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import t from 'tap'
import {
  EmbedderThread, openUseLite, quantisedRows, similarity,
} from '../../../actors/embedding/index.js'
import { HinataError } from '../../../engine/index.js'
import { isUseLiteInstalled, notInstalled } from '../../support/use-lite.js'

const texts = [
  'Prefers tea to coffee', 'Likes green tea', 'Runs in the morning', 'Dislikes loud music', 'Hates noise',
  'Would rather read on paper', 'Learns Rust', 'Wants to run a half marathon in under two hours', 'tea', '世界',
  'x', 'Prefers coffee to tea', 'Plans to move to Lisbon in spring', 'Works on Project Falcon', '🙂', '…',
]
const skip = isUseLiteInstalled() ? false : notInstalled

t.test('without its packages it says what is missing and how to install it', async t => {
  const folder = mkdtempSync(join(tmpdir(), 'hinata-lite-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  // a copy of the one file, where no packages are
  const dist = fileURLToPath(new URL('../../../', import.meta.url))
  for (const part of ['actors/embedding/use-lite.js', 'engine/errors', 'actors/text/remembered.js']) {
    cpSync(join(dist, part), join(folder, part), { recursive: true })
  }
  const script = `
    import { register } from 'node:module'
    const faces = {
      'engine/index.js': 'engine/errors/index.js', 'text/index.js': 'actors/text/remembered.js',
    }
    register('data:text/javascript,' + encodeURIComponent(\`
      const faces = \${JSON.stringify(faces)}
      export async function resolve(name, context, next) {
        const face = Object.keys(faces).find(end => name.endsWith(end))
        return next(face ? new URL(faces[face], 'file://${folder}/').href : name, context)
      }\`))
    const { openUseLite } = await import('file://${folder}/actors/embedding/use-lite.js')
    await openUseLite().catch(error => console.log(error.code, error.message))`
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script],
    { encoding: 'utf8', cwd: folder })
  t.match(stdout, /^EMBEDDER_MISSING The embedder use-lite needs packages.*core is not installed/, stderr)
  t.match(stdout, 'npm install --no-save @energetic-ai/core@0.2.0 @energetic-ai/embeddings@0.2.0')
})

t.test('U1 the same bits, alone and in any batch', { skip }, async t => {
  const [together] = await rowsOf([texts])
  const alone = await rowsOf([...texts].reverse().map(text => [text]))
  alone.reverse().forEach((row, i) => t.same(row, together.slice(i * 512, (i + 1) * 512), texts[i]))
})

t.test('T1 its thread gives the same vectors, many texts at once, and remembers them', { skip }, async t => {
  const thread = new EmbedderThread()
  t.teardown(() => thread.stop())
  const here = quantisedRows(await openUseLite(), texts)
  const there = await Promise.all(texts.map(text => thread.embed(text)))
  t.same(there.map(row => Buffer.from(row)), here.map(row => Buffer.from(row)))
  t.equal(await thread.embed(texts[0]), there[0])
})

t.test('U2 rows have length 1, or 0 when nothing is known; long texts are cut', { skip }, async t => {
  const embedder = await openUseLite()
  const squareOf = (text: string): number => embedder.embedBatch([text]).reduce((sum, x) => sum + x * x, 0)
  for (const text of ['Likes green tea', 'tea']) t.ok(Math.abs(squareOf(text) - 1) < 1e-5, text)
  for (const text of ['', '   ']) t.equal(squareOf(text), 0)
  const long = 'Prefers tea. '.repeat(2_000)
  t.same(embedder.embedBatch([long]), embedder.embedBatch([long.slice(0, 1_000)]))
  t.equal(embedder.embedBatch([]).length, 0)
})

t.test('it knows what sentences mean', { skip }, async t => {
  const embedder = await openUseLite()
  const near = (a: string, b: string): number => {
    const [first, second] = quantisedRows(embedder, [a, b]).map(row => new Int8Array(row.buffer))
    return similarity(first, second)
  }
  t.ok(near('Avoids dishes with shrimp or crab', 'Which restaurant for seafood should I try?')
    > near('Avoids dishes with shrimp or crab', 'Which laptop should I buy?') + 0.15)
})

t.test('T2 what waits is bounded, and refused when the thread stops', { skip }, async t => {
  const thread = new EmbedderThread()
  const asked = Array.from({ length: 300 }, (_, i) => thread.embed(`text ${i}`).then(() => '', codeOf))
  await thread.stop()
  const codes = await Promise.all(asked)
  t.equal(codes.filter(code => code === 'OVERLOADED').length, 300 - 256 - 1)
  t.equal(codes.filter(code => code === 'STOPPING').length, 256 + 1)
  await t.rejects(thread.embed('more'), { code: 'STOPPING' })
})

function codeOf(thrown: unknown): string {
  return thrown instanceof HinataError ? thrown.code : String(thrown)
}

/** Rows of each batch, by an embedder that remembers nothing yet, in a thread of its own. */
function rowsOf(batches: readonly (readonly string[])[]): Promise<Float32Array[]> {
  const code = `
    const { parentPort, workerData: { module, batches } } = require('node:worker_threads')
    import(module).then(async ({ openUseLite }) => {
      const embedder = await openUseLite()
      parentPort.postMessage(batches.map(batch => embedder.embedBatch(batch)))
    })`
  const module = new URL('../../../actors/embedding/use-lite.js', import.meta.url).href
  return new Promise((resolve, reject) => {
    new Worker(code, { eval: true, workerData: { module, batches } })
      .once('message', resolve).once('error', reject)
  })
}
