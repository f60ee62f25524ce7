/**
 * The optional embedder `use-lite`: the Universal Sentence Encoder Lite of @energetic-ai, a small transformer
 * that knows what a sentence means. 512 numbers; 7 to 20 ms a text, so that it is for the few texts where
 * meaning matters most: what persons say of themselves, and questions.
 *
 * U1 A function of the text alone, whatever is embedded with it, in every thread: texts are computed
 *    together only with texts of as many pieces, which changes no bit of them (padding would).
 * U2 Of a text, the first TEXT_CHARS_MAX characters count, and of those the first PIECES_MAX pieces.
 * U3 Synchronous once it is open. The model's graph has two steps whose size is known only when they have
 *    run; what they would find is given to it instead. At the opening the outcome is compared with the
 *    model's own.
 * U4 At most REMEMBERED_MAX texts are remembered, and CALL_TEXTS_MAX computed at once.
 */
import { createRequire } from 'node:module'
import { HinataError } from '../../engine/errors/index.js'
import { Remembered } from '../text/index.js'
import type { Embedder } from './embedder.js'

const VERSION = '0.2.0'
const DIM = 512
const PACKAGES = ['core', 'embeddings', 'model-embeddings-en'].map(name => `@energetic-ai/${name}`)
const PIECES_MAX = 128
const TEXT_CHARS_MAX = 1_000
const REMEMBERED_MAX = 4_096
const CALL_TEXTS_MAX = 16

/** Names of steps in the model's graph (U3). */
const ENCODER = 'module_apply_default/Encoder_en/KonaTransformer/'
const KEPT_PIECES = `${ENCODER}ClipToMaxLength/Reshape`
const PLACES = `${ENCODER}Encode/TransformerStack/Layer_1/TransformerLayer/FFN/StoreMask/ToInt32`
const TIMES = `${ENCODER}Encode/TransformerStack/Layer_0/AddTimingSignal/strided_slice_2`
const CHECKED = 'I would rather read on paper than on a screen.'

/** What is used of the packages, whose types name packages that do not come along. */
interface Tensor {
  dataSync(): Float32Array
}
interface TensorPackage {
  tensor1d(values: readonly number[], type: 'int32'): Tensor
  tensor2d(values: readonly number[], shape: readonly [number, number], type: 'int32'): Tensor
  tidy<T>(work: () => T): T
}
interface Model {
  embed(text: string): Promise<number[]>
  readonly tokenizer: { encode(text: string): number[] }
  readonly model: {
    readonly outputs: readonly { readonly name: string }[]
    execute(inputs: Readonly<Record<string, Tensor>>, outputs: readonly string[]): Tensor | Tensor[]
  }
}

/** What is known of it before it is open. */
export const useLiteModel: Pick<Embedder, 'id' | 'version' | 'dim'> =
  { id: 'use-lite', version: VERSION, dim: DIM }

let opening: Promise<Embedder> | undefined

/** Throws EMBEDDER_MISSING unless the optional packages are installed in the version that is known. */
export function assertUseLite(): void {
  const require = createRequire(import.meta.url)
  for (const name of PACKAGES) {
    let found: string | undefined
    try {
      found = (require(`${name}/package.json`) as { version: string }).version
    } catch { /* not installed */ }
    if (found !== VERSION) throw missing(`${name} is ${found ?? 'not installed'}`)
  }
}

/** Opens it, once per thread: 0.3 s of processor time, 130 MB. Throws EMBEDDER_MISSING. */
export function openUseLite(): Promise<Embedder> {
  return opening ??= open()
}

async function open(): Promise<Embedder> {
  assertUseLite()
  const [tensors, embeddings, weights] = await Promise.all(PACKAGES.map(name => import(name))) as [
    TensorPackage,
    { initModel(source: unknown): Promise<Model> },
    { readonly modelSource: unknown },
  ]
  const model = await embeddings.initModel(weights.modelSource)
  const embedder = new UseLite(tensors, model)
  const own = await model.embed(CHECKED)
  const [row] = embedder.compute([embedder.piecesOf(CHECKED)])
  if (own.some((number, i) => Math.fround(number) !== row[i])) {
    throw missing('what is installed computes something else')
  }
  return embedder
}

function missing(found: string): HinataError {
  const install = `npm install --no-save ${PACKAGES.map(name => `${name}@${VERSION}`).join(' ')}`
  return new HinataError('EMBEDDER_MISSING', { embedder: useLiteModel.id, found, install })
}

class UseLite implements Embedder {
  readonly id = useLiteModel.id
  readonly version = VERSION
  readonly dim = DIM
  readonly #tensors: TensorPackage
  readonly #model: Model
  readonly #outputs: readonly string[]
  readonly #known = new Remembered<Float32Array>(REMEMBERED_MAX)

  constructor(tensors: TensorPackage, model: Model) {
    this.#tensors = tensors
    this.#model = model
    this.#outputs = model.model.outputs.map(({ name }) => name)
  }

  embedBatch(texts: readonly string[]): Float32Array {
    const rows = new Float32Array(texts.length * DIM)
    const cut = texts.map(text => text.slice(0, TEXT_CHARS_MAX))
    const found = new Map<string, Float32Array>()
    const open = new Map<string, readonly number[]>()
    for (const text of new Set(cut)) {
      const known = this.#known.get(text)
      if (known === undefined) open.set(text, this.piecesOf(text))
      else found.set(text, known)
    }
    for (const [text, row] of this.#computeAll(open)) {
      found.set(text, row)
      this.#known.set(text, row)
    }
    cut.forEach((text, i) => rows.set(found.get(text)!, i * DIM))
    return rows
  }

  /** Numbers of the pieces that the model knows a text as; none when it is blank. */
  piecesOf(text: string): readonly number[] {
    return text.trim() === '' ? [] : this.#model.tokenizer.encode(text).slice(0, PIECES_MAX)
  }

  /** Rows of texts that have as many pieces, at least one each. */
  compute(texts: readonly (readonly number[])[]): Float32Array[] {
    const values = texts.flat()
    const indices = texts.flatMap((pieces, text) => pieces.flatMap((_, at) => [text, at]))
    const places = texts.flatMap(pieces => pieces.map((_, at) => at))
    const { tensor1d, tensor2d, tidy } = this.#tensors
    const all = tidy(() => {
      const found = this.#model.model.execute({
        indices: tensor2d(indices, [values.length, 2], 'int32'),
        values: tensor1d(values, 'int32'),
        [KEPT_PIECES]: tensor1d(values.map((_, i) => i), 'int32'),
        [PLACES]: tensor2d(indices, [values.length, 2], 'int32'),
        [TIMES]: tensor1d(places, 'int32'),
      }, this.#outputs)
      return (Array.isArray(found) ? found[0] : found).dataSync()
    })
    return texts.map((_, i) => all.slice(i * DIM, (i + 1) * DIM))
  }

  #computeAll(open: ReadonlyMap<string, readonly number[]>): Map<string, Float32Array> {
    const rows = new Map<string, Float32Array>()
    const byPieces = new Map<number, string[]>()
    for (const [text, { length }] of open) {
      if (length === 0) rows.set(text, new Float32Array(DIM))
      else byPieces.set(length, [...byPieces.get(length) ?? [], text])
    }
    for (const alike of byPieces.values()) {
      for (let at = 0; at < alike.length; at += CALL_TEXTS_MAX) {
        const texts = alike.slice(at, at + CALL_TEXTS_MAX)
        this.compute(texts.map(text => open.get(text) ?? [])).forEach((row, i) => rows.set(texts[i], row))
      }
    }
    return rows
  }
}
