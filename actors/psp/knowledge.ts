/**
 * Knowledge: the components of one person during one turn. Changes are gathered and written once per
 * component.
 *
 * W1 Nothing is written before `settle`; a component that changed twice is written once and reported once.
 * W2 Only what changed is written: shares are computed for the report, not stored with the others.
 */
import type { MapCell } from '../../engine/index.js'
import { COMPONENTS_MAX, type Component, type Memory } from './component.js'
import { relatedTo } from './absorb.js'
import { isRuledOut } from './held.js'
import { totalWeightAt, withShare } from './rebalance.js'

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

const ids: string[] = []

/** The id of the `number`-th component of a person; composed once for numbers that a state can hold. */
function componentId(number: number): string {
  if (number > COMPONENTS_MAX) return `c${number}`
  while (ids.length <= number) ids.push(`c${ids.length}`)
  return ids[number]
}

/** A turn's view of the components. */
export class Knowledge {
  readonly #cells: MapCell<Component>
  readonly #current = new Map<string, Component>()
  readonly #changed = new Map<string, ChangeKind>()
  readonly #closed = new Map<string, Component>()
  readonly #touched = new Set<string>()
  readonly #ruledOut: Component[] = []
  #created: number

  /** `created`: how many components the person ever had. */
  constructor(cells: MapCell<Component>, created: number) {
    this.#cells = cells
    this.#created = created
    for (let i = 1; i <= created; i += 1) {
      const component = cells.get(componentId(i))
      if (component === undefined) continue
      if (component.valid_to === null) this.#current.set(component.id, component)
      else if (isRuledOut(component)) this.#ruledOut.push(component)
    }
  }

  /** Components that are valid now, in the order of their creation. */
  current(): IterableIterator<Component> {
    return this.#current.values()
  }

  /** The valid components of one memory that no topic stands behind. */
  statementsOf(memory: Memory): Component[] {
    const statements: Component[] = []
    for (const known of this.#current.values())
      if (known.memory === memory && !known.claim.slot.startsWith('topic:')) statements.push(known)
    return statements
  }

  /** What the person does not want to be known, as it was when the turn began. */
  get ruledOut(): readonly Component[] {
    return this.#ruledOut
  }

  get(id: string): Component | undefined {
    return this.#current.get(id)
  }

  /** A component, valid or not, as it is now. */
  known(id: string): Component | undefined {
    return this.#current.get(id) ?? this.#closed.get(id) ?? this.#cells.get(id)
  }

  /** The valid component of a slot that holds one value. */
  ofSlot(slot: string): Component | undefined {
    for (const component of this.#current.values()) if (component.claim.slot === slot) return component
    return undefined
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
    const isClosed = component.valid_to !== null
    if (isClosed) {
      this.#current.delete(component.id)
      this.#closed.set(component.id, component)
    } else {
      this.#closed.delete(component.id)
      this.#current.set(component.id, component)
    }
    if (!this.#changed.has(component.id) || isClosed) this.#changed.set(component.id, change)
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
    const touched = [...this.#changed.keys()].filter(id => this.#current.has(id))
    const changes = [...this.#changed].map(([id, change]) => ({
      change,
      component: this.#final(id, touched),
    }))
    const total = totalWeightAt(this.#current.values(), at, gapMs)
    const reported = changes.map(({ change, component }) => ({
      change,
      component: withShare(component, total, at, gapMs),
    }))
    for (const { component } of reported) this.#cells.put(component.id, component)
    return this.#cells.size > COMPONENTS_MAX ? [...reported, this.#archiveWeakest()] : reported
  }

  #final(id: string, touched: readonly string[]): Component {
    const component = this.#current.get(id) ?? this.#closed.get(id)
    if (component === undefined) throw new Error(`component(${id}): changed but neither valid nor closed`)
    if (component.valid_to !== null || touched.length < 2) return component
    const related = relatedTo(component, touched)
    this.#current.set(id, related)
    return related
  }

  /** Makes room: the component that weighs least leaves the state; its changes stay where outputs went. */
  #archiveWeakest(): Change {
    const all = this.#cells.entries().map(([, component]) => component)
    const open = all.filter(component => component.said === undefined)
    const weakest = (open.length > 0 ? open : all).reduce((least, next) =>
      next.total_attention_weight < least.total_attention_weight ? next : least,
    )
    this.#cells.delete(weakest.id)
    return { change: 'archived', component: weakest }
  }
}
