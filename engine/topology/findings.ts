/** What a verification found wrong: counted by check and kind, with a few examples of each. */

/** Lost: acknowledged and gone. Doubled: there twice. Changed: there, but not what it must be. */
export type FindingKind = 'lost' | 'doubled' | 'changed'

/** One sort of finding. */
export interface Finding {
  readonly check: string
  readonly kind: FindingKind
  readonly count: number
  readonly examples: readonly string[]
}

const examplesMax = 5

/** Gathers findings. */
export class Findings {
  readonly #found = new Map<string, { check: string, kind: FindingKind, count: number, examples: string[] }>()

  /** Notes `count` of them. */
  add(check: string, kind: FindingKind, example: string, count = 1): void {
    const name = `${check} ${kind} ${example.slice(0, example.indexOf(':'))}`
    const found = this.#found.get(name) ?? { check, kind, count: 0, examples: [] }
    this.#found.set(name, found)
    found.count += count
    if (found.examples.length < examplesMax) found.examples.push(example)
  }

  get all(): readonly Finding[] {
    return [...this.#found.values()]
  }

  /** How many of a kind. */
  count(kind: FindingKind): number {
    return this.all.reduce((sum, finding) => sum + (finding.kind === kind ? finding.count : 0), 0)
  }
}
