/** What a run of the fuzzer found. */
import { errorTable } from '../../engine/index.js'

/** Something that must not be. */
export interface Finding {
  /** Makes the same input again: `--only INDEX` with the run's seed. */
  readonly index: number
  readonly kind: string
  readonly what: string
}

/** How much of what is kept to be shown. */
const findingsMax = 20
const shownCharactersMax = 300

/** Counts inputs and keeps findings. */
export class Outcome {
  readonly inputs: Record<string, number> = {}
  /** Refusals by their code. */
  readonly refusals = new Map<string, number>()
  readonly findings: Finding[] = []
  /** Hears of each finding at once: a long run may be ended before its end. */
  onFinding: (finding: Finding | undefined) => void = () => undefined

  /** All inputs so far. */
  get total(): number {
    return Object.values(this.inputs).reduce((sum, count) => sum + count, 0)
  }

  count(kind: string): void {
    this.inputs[kind] = (this.inputs[kind] ?? 0) + 1
  }

  wrong(index: number, kind: string, what: string): void {
    if (this.findings.length >= findingsMax) return
    this.findings.push({ index, kind, what: brief(what) })
    this.onFinding(this.findings.at(-1))
  }

  /** What the server refuses by itself, by its status. */
  refusedOutside(status: number): void {
    const code = `status ${status}`
    this.refusals.set(code, (this.refusals.get(code) ?? 0) + 1)
  }

  /** A refusal must have a code of the table that is not our own fault. */
  refused(index: number, kind: string, code: unknown, where: string): void {
    if (typeof code === 'string' && code in errorTable && code !== 'INTERNAL') {
      this.refusals.set(code, (this.refusals.get(code) ?? 0) + 1)
    } else this.wrong(index, kind, `refused as ${String(code)}: ${where}`)
  }
}

/** The beginning of a text. */
export function brief(text: string): string {
  return text.length > shownCharactersMax ? `${text.slice(0, shownCharactersMax)}…` : text
}
