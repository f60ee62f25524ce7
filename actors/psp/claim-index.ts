/**
 * Which claims a new one may meet: those of its slot that share a telling word with it. A person says
 * thousands of things; each is compared with the few that it can be the same as, or contradict.
 *
 * X1 Whatever compareClaims (guard.ts) does not call apart, or isReplaced (match.ts) finds, is among `near`;
 *    much else is not.
 *
 * X1 holds for the rarest words of a claim alone. Claims that say the same but for one word lack at most one
 * word of each other; claims of one subject share SAME_SUBJECT of their stems, and what is turned around
 * TURNED_AROUND. Who shares so much has one of any few words (R. Bayardo, Y. Ma, R. Srikant, Scaling Up All
 * Pairs Similarity Search, 2007): so only the few rarest are looked up.
 */
import type { Claim } from './component.js'
import { SAME_SUBJECT, TURNED_AROUND } from './guard.js'

const ALMOST = 1e-9
const nobody: readonly number[] = []

/** Claims by number. */
export class ClaimIndex {
  readonly #slots = new Map<string, SlotClaims>()

  add(number: number, claim: Claim): void {
    let slot = this.#slots.get(claim.slot)
    if (slot === undefined) this.#slots.set(claim.slot, (slot = new SlotClaims()))
    slot.add(number, claim)
  }

  /** Takes a claim out that was added. */
  remove(number: number, claim: Claim): void {
    const slot = this.#slots.get(claim.slot)
    slot?.remove(number, claim)
    if (slot?.isEmpty === true) this.#slots.delete(claim.slot)
  }

  /** Numbers of the claims that may say the same as `claim`, or contradict it; each once, in no order. */
  near(claim: Claim, replaced: Claim | undefined): Set<number> {
    const found = new Set<number>()
    this.#slots.get(claim.slot)?.addNear(claim, found)
    if (replaced !== undefined) this.#slots.get(replaced.slot)?.addReplaced(replaced, found)
    return found
  }
}

/** The claims of one slot. */
class SlotClaims {
  /** By stem, word, and the hash of all words together: whoever shares one is found. */
  readonly #byToken = new Map<number, number[]>()
  /** Claims of one value at a time contradict each other, whatever they say. */
  readonly #singles: number[] = []
  /** Claims without stems are about the same nothing. */
  readonly #bare: number[] = []
  #count = 0

  get isEmpty(): boolean {
    return this.#count === 0
  }

  add(number: number, claim: Claim): void {
    this.#count += 1
    if (claim.isSingle) this.#singles.push(number)
    if (claim.stems.length === 0) this.#bare.push(number)
    for (const token of tokensOf(claim)) {
      const known = this.#byToken.get(token)
      if (known === undefined) this.#byToken.set(token, [number])
      else known.push(number)
    }
  }

  remove(number: number, claim: Claim): void {
    this.#count -= 1
    if (claim.isSingle) drop(this.#singles, number)
    if (claim.stems.length === 0) drop(this.#bare, number)
    for (const token of tokensOf(claim)) {
      const known = this.#byToken.get(token)
      if (known === undefined) continue
      drop(known, number)
      if (known.length === 0) this.#byToken.delete(token)
    }
  }

  addNear(claim: Claim, found: Set<number>): void {
    const { stems, against, wording: { words, joined } } = claim
    if (claim.isSingle) addAll(this.#singles, found)
    if (stems.length === 0) addAll(this.#bare, found)
    addAll(this.#byToken.get(joined) ?? nobody, found)
    this.#addSharing(words, 2, found)
    this.#addSharing(stems, lackedAtMost(stems.length, SAME_SUBJECT) + 1, found)
    this.#addSharing(against, lackedAtMost(against.length, TURNED_AROUND) + 1, found)
  }

  /** Claims that have all words of the one that is no longer so. */
  addReplaced({ wording: { words } }: Claim, found: Set<number>): void {
    this.#addSharing(words, 1, found)
  }

  /** Whoever has one of the `looked` rarest tokens. */
  #addSharing(tokens: readonly number[], looked: number, found: Set<number>): void {
    const lists = [...new Set(tokens)].map(token => this.#byToken.get(token) ?? nobody)
    if (lists.length > looked) lists.sort((a, b) => a.length - b.length)
    for (let i = 0; i < Math.min(looked, lists.length); i += 1) addAll(lists[i], found)
  }
}

/** How many of its `count` stems a claim may lack that shares `share` of all with another. */
function lackedAtMost(count: number, share: number): number {
  return count - Math.ceil(share * count - ALMOST)
}

function tokensOf({ stems, wording: { words, joined } }: Claim): Set<number> {
  return new Set([...stems, ...words, joined])
}

function addAll(numbers: readonly number[], found: Set<number>): void {
  for (const number of numbers) found.add(number)
}

function drop(numbers: number[], number: number): void {
  const at = numbers.lastIndexOf(number)
  if (at >= 0) numbers.splice(at, 1)
}
