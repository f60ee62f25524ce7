/**
 * Knowledge: the components of one person during one turn. Changes are gathered and written once per
 * component.
 *
 * W1 Nothing is written before `settle`; a component that changed twice is written once and reported once.
 * W2 Only what changed is written: shares are computed for the report, not stored with the others.
 * W3 A turn costs what it asks for and changes, however much is known: all else is in the index
 *    (component-index.ts), as it was when the turn began.
 */
import type { IndexedMapCell } from '../../engine/index.js'
import { relatedTo } from './absorb.js'
import { componentId, numberOf } from './component-id.js'
import type { ComponentIndex } from './component-index.js'
import { COMPONENTS_MAX, type Claim, type Component, type Memory } from './component.js'
import { weightAt } from './decay.js'
import { withShare } from './rebalance.js'

/** What happened to a component in a turn. */
export type ChangeKind =
  'created' | 'strengthened' | 'updated' | 'merged' | 'superseded' | 'archived' | SaidKind

/** What somebody said of a component (saying.ts). */
type SaidKind = 'rated' | 'corrected' | 'pinned' | 'unpinned' | 'removed' | 'restored'

/** One changed component. */
export interface Change {
  readonly change: ChangeKind
  readonly component: Component
}

/** The components of a person, with their index. */
export type Components = IndexedMapCell<Component, ComponentIndex>

/**
 * Components that leave at once when there are too many: to find those that weigh least is a walk through
 * all.
 */
const ARCHIVED_AT_ONCE = 100

/** A turn's view of the components. */
export class Knowledge {
  readonly #cells: Components
  /** Components as this turn left them. */
  readonly #turned = new Map<string, Component>()
  readonly #changed = new Map<string, ChangeKind>()
  readonly #touched = new Set<string>()
  #created: number

  /** `created`: how many components the person ever had. */
  constructor(cells: Components, created: number) {
    this.#cells = cells
    this.#created = created
  }

  /**
   * The valid components of one memory that a claim may say again, contradict, or end (`replaced`), in the
   * order of their creation.
   */
  near(claim: Claim, replaced: Claim | undefined, memory?: Memory): Component[] {
    const found: Component[] = []
    for (const number of this.#cells.index.near(claim, replaced)) {
      const id = componentId(number)
      const known = this.#turned.has(id) ? undefined : this.#cells.get(id)
      if (known !== undefined) found.push(known)
    }
    for (const known of this.#turned.values()) if (known.valid_to === null) found.push(known)
    const those = memory === undefined ? found : found.filter(known => known.memory === memory)
    return those.sort((a, b) => numberOf(a.id) - numberOf(b.id))
  }

  /** What the person does not want to be known, as it was when the turn began. */
  get ruledOut(): readonly Component[] {
    return [...this.#cells.index.ruledOut]
  }

  /** A component that is valid now. */
  get(id: string): Component | undefined {
    const known = this.known(id)
    return known?.valid_to === null ? known : undefined
  }

  /** A component, valid or not, as it is now. */
  known(id: string): Component | undefined {
    return this.#turned.get(id) ?? this.#cells.get(id)
  }

  /** The valid component of a slot that is a name: of a topic, an address, a tone. */
  ofSlot(slot: string): Component | undefined {
    for (const known of this.#turned.values())
      if (known.valid_to === null && known.claim.slot === slot) return known
    for (const number of this.#cells.index.ofSlot(slot)) {
      const known = this.get(componentId(number))
      if (known !== undefined) return known
    }
    return undefined
  }

  /** The valid statements that rested on this record alone when the turn began. */
  aloneOn(recordId: string): Component[] {
    return this.#cells.index.aloneOn(recordId).flatMap(number => this.get(componentId(number)) ?? [])
  }

  /** How many components were ever created. */
  get created(): number {
    return this.#created
  }

  /** The id for a new component. */
  nextId(): string {
    this.#created += 1
    return componentId(this.#created)
  }

  /** Notes a change. The first kind stays, but for superseded, which ends a component. */
  put(change: ChangeKind, component: Component): void {
    this.#turned.set(component.id, component)
    if (!this.#changed.has(component.id) || component.valid_to !== null)
      this.#changed.set(component.id, change)
  }

  /** The record says again what it said before: the component stands, unchanged. */
  touch(id: string): void {
    this.#touched.add(id)
  }

  /** Did the record of this turn speak of the component? */
  isTouched(id: string): boolean {
    return this.#changed.has(id) || this.#touched.has(id)
  }

  /** Writes what changed and reports it with its shares at `at`. */
  settle(at: number, gapMs: number): Change[] {
    if (this.#changed.size === 0) return []
    const touched = [...this.#changed.keys()].filter(id => this.get(id) !== undefined)
    const changes = [...this.#changed].map(([id, change]) => ({
      change,
      component: this.#final(id, touched),
    }))
    for (const { component } of changes) this.#cells.put(component.id, component)
    const total = this.#cells.index.totalAt(at, gapMs)
    const reported = changes.map(({ change, component }) => ({
      change,
      component: withShare(component, total, at, gapMs),
    }))
    for (const { component } of reported) this.#cells.put(component.id, component)
    return this.#cells.size > COMPONENTS_MAX ? [...reported, ...this.#archiveWeakest(at, gapMs)] : reported
  }

  #final(id: string, touched: readonly string[]): Component {
    const component = this.#turned.get(id)
    if (component === undefined) throw new Error(`component(${id}): changed but not known`)
    if (component.valid_to !== null || touched.length < 2) return component
    return relatedTo(component, touched)
  }

  /** Makes room: components that weigh least leave the state; their changes stay where outputs went. */
  #archiveWeakest(at: number, gapMs: number): Change[] {
    const all = this.#cells.entries().map(([, component]) => component)
    const open = all.filter(component => component.said === undefined)
    const weighed = (open.length > 0 ? open : all)
      .map(component => ({ component, weight: weightAt(component, at, gapMs) }))
    weighed.sort((a, b) => a.weight - b.weight || numberOf(a.component.id) - numberOf(b.component.id))
    const leaving = weighed.slice(0, ARCHIVED_AT_ONCE)
    for (const { component } of leaving) this.#cells.delete(component.id)
    return leaving.map(({ component }) => ({ change: 'archived', component }))
  }
}
