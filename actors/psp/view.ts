/**
 * The PSP as it is read: components with the weights, shares and activity of the moment, as plain JSON. Reads
 * never write.
 *
 * V1 A read at `now` and an as-of read at an earlier instant use the same rules: what was valid then, weighed
 *    then.
 */
import type { MapCell, ValueCell } from '../../engine/index.js'
import { activityOf, type Activity } from './activity.js'
import { bufferAt, type BufferedRecord } from './buffer.js'
import { isValidAt, quantised, type Component, type Memory } from './component.js'
import { weightAt } from './decay.js'
import { focusOf, type Focus, type FocusedTopic } from './focus.js'
import { isRuledOut, saidAt } from './held.js'
import type { Profile } from './profile.js'
import { rebalanced, totalWeightAt, withShare } from './rebalance.js'
import type { Topic } from './topic.js'

/** The cells that a PSP is read from: a part of the person's committed state. */
export interface PspCells {
  readonly profile: Pick<ValueCell<Profile>, 'get'>
  readonly components: Pick<MapCell<Component>, 'entries'>
  readonly buffer: Iterable<BufferedRecord>
  readonly topics: Pick<MapCell<Topic>, 'entries'>
  readonly habits: Pick<ValueCell<Focus>, 'get'>
  readonly clusters: Pick<MapCell<{ readonly name: string }>, 'entries'>
}

/** account: everything. app: without the style that was asked of other apps alone. */
export type Scope = { readonly scope: 'account' } | { readonly scope: 'app'; readonly app: string }

/** What to read. */
export interface PspRequest {
  readonly now: number
  readonly scope: Scope
  /** ms UTC; undefined = now. */
  readonly asOf?: number
}

/** A component as it is at the moment of reading. */
export interface CurrentComponent extends Component {
  /** The faded weight. */
  readonly weight: number
  readonly activity: Activity
}

/** A person's PSP at an instant. */
export interface Psp {
  readonly at: number
  /** The weightiest first. Superseded components are not among them. */
  readonly components: readonly CurrentComponent[]
  readonly buffer: readonly BufferedRecord[]
  /** All topics, the likeliest to come next first; empty as of an earlier instant. */
  readonly focus: readonly FocusedTopic[]
  readonly profile: Profile
}

/** A component for an app: no vector, no guard's data; times in ISO 8601. */
export type ComponentJson = Omit<
  CurrentComponent,
  | 'embedding'
  | 'meaning'
  | 'claim'
  | 'support'
  | 'created_at'
  | 'last_updated'
  | 'last_activated'
  | 'valid_from'
  | 'valid_to'
  | 'said'
> & {
  readonly evidence_count: number
  readonly created_at: string
  readonly last_updated: string
  readonly last_activated: string
  readonly valid_from: string
  readonly valid_to: string | null
  /** What the person, or an app for them, said about it; absent: nothing. */
  readonly said?: SaidJson
}

/** What was said of a component, for an app. */
interface SaidJson {
  readonly pinned_at: string | null
  readonly corrected_at: string | null
  readonly removed_at: string | null
  readonly ratings: number
}

/** The answer of GET /api/psp/current. */
export interface PspJson {
  readonly as_of: string
  readonly scope: string
  readonly components: Readonly<Record<Memory, readonly ComponentJson[]>>
  readonly buffer: readonly { readonly id: string, readonly at: string, readonly text: string }[]
  /**
   * What the person is busy with: the topics that their next records are likely about, the likeliest first.
   */
  readonly focus: readonly { readonly topic: string, readonly share: number, readonly component: string }[]
  /** Names of the record clusters that have one, by cluster id. */
  readonly clusters: Readonly<Record<string, string>>
  readonly components_count: number
  readonly active_components_count: number
  readonly records_count: number
  readonly last_updated: string | null
}

/** Topics of the focus that an app is told. */
const FOCUS_SHOWN_MAX = 5
const LAST_INSTANT_MS = 8.64e15

/**
 * Reads the PSP. Without `asOf` what was kept last counts as present, also when its clock is ahead of `now`.
 */
export function readPsp(cells: PspCells, { now, scope, asOf }: PspRequest): Psp {
  const profile = cells.profile.get()
  const at = asOf ?? now
  const valid = cells.components
    .entries()
    .map(([, component]) => component)
    .filter(
      component =>
        (asOf === undefined ? component.valid_to === null : isValidAt(component, at)) &&
        isInScope(component, scope),
    )
  const components = rebalanced(
    valid.map(component => asIfCurrent(component, at)),
    at,
    profile.gapMs,
  ).map(component => ({
    ...component,
    weight: quantised(weightAt(component, at, profile.gapMs)),
    activity: activityOf(component, at),
  }))
  const isNow = asOf === undefined
  return {
    at,
    components,
    buffer: isNow ? bufferAt(cells.buffer, now) : [],
    focus: isNow ? focusWithout(cells) : [],
    profile,
  }
}

/** The whole PSP as plain JSON. */
export function pspOf(cells: PspCells, request: PspRequest): PspJson {
  const psp = readPsp(cells, request)
  const of = (memory: Memory): ComponentJson[] =>
    psp.components.filter(known => known.memory === memory).map(componentJson)
  return {
    as_of: isoOf(psp.at),
    scope: request.scope.scope,
    components: {
      core: of('core'),
      working: of('working'),
      learning: of('learning'),
      context: of('context'),
    },
    buffer: psp.buffer.map(({ id, at, text }) => ({ id, at: isoOf(at), text })),
    focus: psp.focus
      .filter(({ component }) => component !== '')
      .slice(0, FOCUS_SHOWN_MAX)
      .map(({ label, share, component }) => ({ topic: label, share, component })),
    clusters: Object.fromEntries(
      cells.clusters.entries().flatMap(([id, { name }]) => (name === '' ? [] : [[id, name]])),
    ),
    components_count: psp.components.length,
    active_components_count: activeCount(psp),
    records_count: psp.profile.records,
    last_updated: lastUpdated(psp),
  }
}

/** How many components are active. */
export function activeCount({ components }: Psp): number {
  return components.filter(({ activity }) => activity === 'active').length
}

/** When a component changed last, ISO 8601; null when there is none. */
export function lastUpdated({ components }: Psp): string | null {
  return components.length === 0
    ? null
    : isoOf(Math.max(...components.map(component => component.last_updated)))
}

/** A component for an app. */
export function componentJson(component: CurrentComponent): ComponentJson {
  const { embedding: _embedding, meaning: _meaning, claim: _claim, support, said, ...shown } = component
  return {
    ...shown,
    evidence_count: support.records,
    created_at: isoOf(component.created_at),
    last_updated: isoOf(component.last_updated),
    last_activated: isoOf(component.last_activated),
    valid_from: isoOf(component.valid_from),
    valid_to: isoOrNull(component.valid_to),
    ...(said === undefined ? {} : {
      said: {
        pinned_at: isoOrNull(said.pinned_at), corrected_at: isoOrNull(said.corrected_at),
        removed_at: isoOrNull(said.removed_at), ratings: said.ratings,
      },
    }),
  }
}

/** One component as it is now, valid or not; undefined when the person has none of that id. */
export function componentOf(
  cells: Pick<PspCells, 'profile' | 'components'>, id: string, now: number,
): ComponentJson | undefined {
  const all = cells.components.entries().map(([, component]) => component)
  const found = all.find(component => component.id === id)
  if (found === undefined) return undefined
  const { gapMs } = cells.profile.get()
  const component = withShare(found, totalWeightAt(all, now, gapMs), now, gapMs)
  const weight = found.valid_to === null ? quantised(weightAt(found, now, gapMs)) : 0
  return componentJson({ ...component, weight, activity: activityOf(component, now) })
}

/** What the person is busy with, without what they do not want to be known. */
function focusWithout(cells: PspCells): FocusedTopic[] {
  const out = new Set<string>()
  for (const [id, component] of cells.components.entries()) if (isRuledOut(component)) out.add(id)
  const focus = focusOf(cells.habits.get(), cells.topics.entries())
  return out.size === 0 ? focus : focus.filter(({ component }) => !out.has(component))
}

/** At an instant when it was valid, a component does not know yet how it will end, or what will be said. */
function asIfCurrent(component: Component, at: number): Component {
  const then = component.valid_to === null ? component
    : { ...component, valid_to: null, superseded_by: null }
  return then.said === undefined ? then : { ...then, said: saidAt(then.said, at) }
}

function isInScope({ memory, source_apps: apps }: Component, scope: Scope): boolean {
  return scope.scope === 'account' || memory !== 'context' || apps.includes(scope.app)
}

function isoOrNull(ms: number | null): string | null {
  return ms === null ? null : isoOf(ms)
}

function isoOf(ms: number): string {
  return new Date(Math.min(LAST_INSTANT_MS, Math.max(-LAST_INSTANT_MS, ms))).toISOString()
}
