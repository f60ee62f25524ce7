/**
 * What is known of all components of a person together, so that a record costs what it touches and not what
 * is known: which of them a statement may be about, what they weigh, which are on the person's mind, which of
 * our own words they are.
 *
 * N1 A function of the components as they are: their cell tells every change, undone ones too. Nothing is
 *    stored.
 * N2 Asleep, and free of cost, until it is asked: whoever only reads components pays nothing for it.
 */
import type { MapCell, MapIndex } from '../../engine/index.js'
import { ClaimIndex } from './claim-index.js'
import { numberOf } from './component-id.js'
import type { Claim, Component } from './component.js'
import { descriptionKey } from './echo.js'
import { isRuledOut } from './held.js'
import { NewestComponents } from './newest-components.js'
import { WeightSums } from './weight-sums.js'

const nobody: readonly number[] = []

/** See the top of the file. Components are named by their numbers; current means valid now. */
export class ComponentIndex implements MapIndex<Component> {
  #isAwake = false
  readonly #newest = new NewestComponents()
  readonly #sums = new WeightSums()
  /** Statements; what has a name is in `#named`. */
  readonly #claims = new ClaimIndex()
  /** By slot: topics, addresses, tones, of which a slot has one. */
  readonly #named = new Lists<string>()
  /** By the only record that a statement rests on. */
  readonly #alone = new Lists<string>()
  /** How many say this, by the key of the description. */
  readonly #said = new Map<number, number>()
  readonly #ruledOut = new Map<number, Component>()

  constructor(private readonly components: MapCell<Component>) {}

  changed(_key: string, before: Component | undefined, after: Component | undefined): void {
    if (this.#isAwake) this.#apply(before, after)
  }

  /** Current ones whose claims may say the same as `claim`, contradict it, or be what is no longer so. */
  near(claim: Claim, replaced: Claim | undefined): Set<number> {
    const { named, claims } = this.#awake()
    const found = claims.near(claim, replaced)
    for (const number of named.of(claim.slot)) found.add(number)
    return found
  }

  /** Current ones of a slot that is a name. */
  ofSlot(slot: string): readonly number[] {
    return this.#awake().named.of(slot)
  }

  /** Current statements that rest on one record alone. */
  aloneOn(recordId: string): readonly number[] {
    return this.#awake().alone.of(recordId)
  }

  /** Is this key that of a current description (echo.ts)? */
  says(key: number): boolean {
    return this.#awake().said.has(key)
  }

  /** The largest cosine of `vector` to one of the current ones that changed last, 0 at least. */
  nearest(vector: Uint8Array): number {
    return this.#awake().newest.nearest(vector)
  }

  /** What the current ones weigh at `now`, see weight-sums.ts. */
  totalAt(now: number, gapMs: number): number {
    const { sums, newest } = this.#awake()
    return sums.totalAt(now, gapMs, newest.all)
  }

  /** What the person does not want to be known. */
  get ruledOut(): Iterable<Component> {
    return this.#awake().ruledOut.values()
  }

  #awake() {
    if (!this.#isAwake) {
      this.#isAwake = true
      for (const [, component] of this.components.entries()) this.#apply(undefined, component)
    }
    return { newest: this.#newest, sums: this.#sums, claims: this.#claims, named: this.#named,
      alone: this.#alone, said: this.#said, ruledOut: this.#ruledOut }
  }

  #apply(before: Component | undefined, after: Component | undefined): void {
    const [was, is] = [currentOf(before), currentOf(after)]
    if (was !== undefined || is !== undefined) {
      this.#newest.changed(was, is)
      this.#sums.changed(was, is)
      this.#describe(was, is)
      this.#claim(was, is)
    }
    if (before !== undefined && isOut(before)) this.#ruledOut.delete(numberOf(before.id))
    if (after !== undefined && isOut(after)) this.#ruledOut.set(numberOf(after.id), after)
  }

  #describe(was: Component | undefined, is: Component | undefined): void {
    if (was?.description === is?.description) return
    if (was !== undefined) this.#count(descriptionKey(was.description), -1)
    if (is !== undefined) this.#count(descriptionKey(is.description), 1)
  }

  #count(key: number, step: 1 | -1): void {
    const count = (this.#said.get(key) ?? 0) + step
    if (count === 0) this.#said.delete(key)
    else this.#said.set(key, count)
  }

  #claim(was: Component | undefined, is: Component | undefined): void {
    const [before, after] = [loneRecordOf(was), loneRecordOf(is)]
    if (before !== after) {
      if (was !== undefined && before !== '') this.#alone.remove(before, numberOf(was.id))
      if (is !== undefined && after !== '') this.#alone.add(after, numberOf(is.id))
    }
    if (was?.claim === is?.claim) return // the same object says the same (C4)
    if (was !== undefined) {
      if (isName(was.claim)) this.#named.remove(was.claim.slot, numberOf(was.id))
      else this.#claims.remove(numberOf(was.id), was.claim)
    }
    if (is !== undefined) {
      if (isName(is.claim)) this.#named.add(is.claim.slot, numberOf(is.id))
      else this.#claims.add(numberOf(is.id), is.claim)
    }
  }
}

/** Numbers by key. */
class Lists<K> {
  readonly #lists = new Map<K, number[]>()

  of(key: K): readonly number[] {
    return this.#lists.get(key) ?? nobody
  }

  add(key: K, number: number): void {
    const list = this.#lists.get(key)
    if (list === undefined) this.#lists.set(key, [number])
    else list.push(number)
  }

  remove(key: K, number: number): void {
    const left = this.of(key).filter(known => known !== number)
    if (left.length === 0) this.#lists.delete(key)
    else this.#lists.set(key, left)
  }
}

function currentOf(component: Component | undefined): Component | undefined {
  return component?.valid_to === null ? component : undefined
}

function isOut(component: Component): boolean {
  return component.valid_to !== null && isRuledOut(component)
}

/** A claim without words, that only has a value in its slot. */
function isName({ isSingle, stems, wording }: Claim): boolean {
  return isSingle && stems.length === 0 && wording.words.length === 0
}

function loneRecordOf(component: Component | undefined): string {
  if (component === undefined || component.support.records !== 1) return ''
  return component.claim.slot.startsWith('topic:') ? '' : component.evidence[0] ?? ''
}
