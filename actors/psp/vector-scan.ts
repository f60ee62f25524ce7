/**
 * Scanning: the cosines of one vector to many. A row is copied into the kernel's memory, and its length
 * taken, only when it is another object than the row that is there: a row's bytes never change (C4), so the
 * same object is the same vector.
 */
import { staticHash } from '../embedding/index.js'
import { dotKernel, type DotKernel } from './dot-kernel.js'

const dim = staticHash.dim

/** Rows to be compared with one vector at a time. */
export class VectorScan {
  readonly #rows: (Uint8Array | undefined)[] = []
  #rowsMax: number
  /** The square of the length of each of `#rows`. */
  #squares: Float64Array
  #cosines: Float64Array
  #kernel: DotKernel | undefined

  /** `rowsMax`: rows that there is room for; more make room when they are put. */
  constructor(rowsMax: number) {
    this.#rowsMax = rowsMax
    this.#squares = new Float64Array(rowsMax)
    this.#cosines = new Float64Array(rowsMax)
  }

  /** Makes `row` row `at`. */
  put(at: number, row: Uint8Array): void {
    if (this.#rows[at] !== row) this.#copy(at, row)
  }

  /** The cosine of `vector` to each of the first `count` rows, multiples of 1e-4, until the next scan. */
  cosines(vector: Uint8Array, count: number): Float64Array {
    if (count === 0) return this.#cosines
    const { dots } = this.#ready()
    const square = this.#run(vector, count)
    for (let i = 0; i < count; i += 1) {
      const scale = Math.sqrt(square * this.#squares[i])
      this.#cosines[i] = scale === 0 ? 0 : rounded(dots[i] / scale)
    }
    return this.#cosines
  }

  /** The largest of those cosines, 0 at least. Rounding keeps the order, so that one number is rounded. */
  nearest(vector: Uint8Array, count: number): number {
    if (count === 0) return 0
    const { dots } = this.#ready()
    const square = this.#run(vector, count)
    const squares = this.#squares
    let largest = 0
    let threshold = 0
    for (let i = 0; i < count; i += 1) {
      const dot = dots[i]
      if (dot <= 0 || dot * dot < threshold * squares[i]) continue // a root and a division less
      const cosine = dot / Math.sqrt(square * squares[i])
      if (cosine <= largest) continue
      largest = cosine
      threshold = cosine * cosine * square * ALMOST
    }
    return rounded(largest)
  }

  /** The dot products of `vector` with the first `count` rows; answers the square of its length. */
  #run(vector: Uint8Array, count: number): number {
    const kernel = this.#ready()
    kernel.bytes.set(vector, 0)
    const square = kernel.squareAt(0)
    kernel.run(count)
    return square
  }

  #copy(at: number, row: Uint8Array): void {
    if (at >= this.#rowsMax) this.#grow(at)
    const { bytes, rowsAt, squareAt } = this.#ready()
    bytes.set(row, rowsAt + at * dim)
    this.#rows[at] = row
    this.#squares[at] = squareAt(rowsAt + at * dim)
  }

  #ready(): DotKernel {
    return (this.#kernel ??= dotKernel(this.#rowsMax, dim))
  }

  /** Twice the room; every row is copied when it is put again. */
  #grow(at: number): void {
    const known = this.#rows.slice()
    this.#rowsMax = 2 * at
    this.#squares = new Float64Array(this.#rowsMax)
    this.#cosines = new Float64Array(this.#rowsMax)
    this.#kernel = undefined
    this.#rows.length = 0
    known.forEach((row, i) => { if (row !== undefined) this.#copy(i, row) })
  }
}

/** Cosines that are as large but for the error of floating point are not left out. */
const ALMOST = 1 - 1e-9

function rounded(cosine: number): number {
  return Math.round(cosine * 1e4) / 1e4
}
