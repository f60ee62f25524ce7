/**
 * Scanning: the cosines of one vector to many. Rows that are in the kernel's memory from the scan before are
 * not copied again, nor are their lengths looked up: a row's bytes never change (C4), so the same object is
 * the same vector.
 */
import { staticHash } from '../embedding/index.js'
import { dotKernel, type DotKernel } from './dot-kernel.js'
import { squareOf } from './vectors.js'

const dim = staticHash.dim

/** Scans up to `rowsMax` vectors at a time; more are scanned in turns. */
export class VectorScan {
  readonly #rowsMax: number
  readonly #rows: (Uint8Array | undefined)[]
  /** The square of the length of each of `#rows`. */
  readonly #squares: Float64Array
  #kernel: DotKernel | undefined
  #cosines = new Float64Array(0)

  constructor(rowsMax: number) {
    this.#rowsMax = rowsMax
    this.#rows = new Array<Uint8Array | undefined>(rowsMax)
    this.#squares = new Float64Array(rowsMax)
  }

  /**
   * The cosine of `vector` to each of `rows`, multiples of 1e-4. The answer is overwritten by the next scan.
   */
  cosines(vector: Uint8Array, rows: readonly Uint8Array[]): Float64Array {
    if (this.#cosines.length < rows.length)
      this.#cosines = new Float64Array(Math.max(this.#rowsMax, rows.length))
    const kernel = (this.#kernel ??= dotKernel(this.#rowsMax, dim))
    kernel.bytes.set(vector, 0)
    const square = squareOf(vector)
    for (let from = 0; from < rows.length; from += this.#rowsMax) {
      const count = Math.min(this.#rowsMax, rows.length - from)
      this.#copy(kernel, rows, from, count)
      kernel.run(0, count)
      for (let i = 0; i < count; i += 1) {
        const scale = Math.sqrt(square * this.#squares[i])
        this.#cosines[from + i] = scale === 0 ? 0 : Math.round((kernel.dots[i] / scale) * 1e4) / 1e4
      }
    }
    return this.#cosines
  }

  #copy({ bytes, rowsAt }: DotKernel, rows: readonly Uint8Array[], from: number, count: number): void {
    for (let i = 0; i < count; i += 1) {
      const row = rows[from + i]
      if (this.#rows[i] === row) continue
      bytes.set(row, rowsAt + i * dim)
      this.#rows[i] = row
      this.#squares[i] = squareOf(row)
    }
  }
}
