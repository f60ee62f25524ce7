/**
 * Decisions of the ladder, from preferences that are remembered. One per gateway; what persons decided lives
 * in the registry, kind `privacy:<person>`.
 *
 *            a look saw no change                          privacyBeliefMs without a look
 *   believing ─────────────────▶ believing until look + privacyBeliefMs ──────────────▶ doubting
 *       ▲          another generation: all is forgotten                                     │
 *       └────────────────────────── the next look, which whoever asks waits for ◀───────────┘
 *
 * B1  After a change is acknowledged no gateway decides by what was before: a change is written, then the
 *     generation, and it is acknowledged `privacyBeliefMs` later. Whoever believes then has looked since.
 * B2  Preferences that were read before the latest forgetting are not remembered.
 * B3  Closed: what cannot be read in time is PRIVACY_UNAVAILABLE, and nobody is let in by it.
 * B4  Times are those of a monotonic clock: a machine whose time is set back does not believe longer.
 * B5  Remembers at most `personsDecidedMax` persons. Only preferences are remembered: decisions follow from
 *     them and from the caller as it is now, so a caller's change needs no forgetting.
 */
import { randomBytes } from 'node:crypto'
import { HinataError, type Clock, type Registry } from '../../engine/index.js'
import { Deadlines } from '../deadlines.js'
import type { Principal } from '../identity/principal.js'
import { personOf } from '../identity/tenant.js'
import { within } from '../identity/within.js'
import type { GatewayLimits } from '../limits.js'
import { decide, type Action, type Decision } from './ladder.js'
import {
  documentsOf, enrolmentOf, preferencesOf, type PreferenceChange, type PreferenceDocument, type Preferences,
} from './preferences.js'

/** More than a timer of Node may be early. */
const marginMs = 20
/** Readings of one person's preferences before it is said that they cannot be read. */
const readingsMax = 4

/** Decides, and keeps what persons decided. Pair `start` with `stop`. */
export class Decisions {
  readonly #registry: Registry
  readonly #clock: Clock
  readonly #deadlines: Deadlines
  readonly #limits: GatewayLimits
  readonly #remembered = new Map<string, Preferences>()
  readonly #deciding = new Map<string, Promise<Decision>>()
  readonly #stopping = new AbortController()
  #generation: string | null = null
  #age = 0
  #believedUntil = -Infinity
  #looking: Promise<void> | null = null
  #onChange: () => void = () => undefined

  constructor(registry: Registry, clock: Clock, limits: GatewayLimits) {
    this.#registry = registry
    this.#clock = clock
    this.#deadlines = new Deadlines(clock, limits.identityMsMax)
    this.#limits = limits
  }

  /** The decision, if it is known without asking Redis. */
  known(principal: Principal, key: string, action: Action): Decision | null {
    const isBelieving = performance.now() < this.#believedUntil
    const decision = decide(principal, key, action, isBelieving ? this.#remembered.get(key) ?? null : null)
    return decision?.isFirstWrite === true ? null : decision
  }

  /** The decision; an app's first write enrols it. Throws PRIVACY_UNAVAILABLE. */
  decide(principal: Principal, key: string, action: Action): Promise<Decision> {
    const known = this.known(principal, key, action)
    if (known !== null) return Promise.resolve(known)
    const name = `${principal.appId}\n${key}\n${action}`
    const deciding = this.#deciding.get(name)
    if (deciding !== undefined) return deciding // what it reads is fresh when it answers, whoever asked first
    const decision = this.#decide(principal, key, action).finally(() => this.#deciding.delete(name))
    this.#deciding.set(name, decision)
    return decision
  }

  /** As `decide`, asking again for `ms` while preferences cannot be read. */
  async decideWithin(ms: number, principal: Principal, key: string, action: Action): Promise<Decision> {
    const end = performance.now() + ms
    for (;;) {
      try {
        return await this.decide(principal, key, action)
      } catch (thrown) {
        if (performance.now() >= end || this.#stopping.signal.aborted) throw thrown
        await this.#clock.wait(this.#limits.privacyPollMs, this.#stopping.signal)
      }
    }
  }

  /** As `decide`, but throws PRIVACY_DENIED or CONSENT_MISSING when it is no. */
  async assertMay(principal: Principal, key: string, action: Action): Promise<Decision> {
    return allowed(await this.decide(principal, key, action), key, action)
  }

  /** What a person decided, as it is kept now. */
  async preferencesOf(key: string): Promise<Preferences> {
    return preferencesOf(await this.#reading(this.#registry.list(kindOf(key))))
  }

  /** Keeps a change. When it resolves, every gateway decides by it (B1). */
  async change(key: string, change: PreferenceChange, by: string): Promise<Preferences> {
    await this.#put(key, documentsOf(change, { at: this.#clock.now(), by }))
    await this.#told()
    return this.preferencesOf(key)
  }

  /** Forgets everything that a person decided, for their erasure. Resolves as `change` does. */
  async forget(key: string): Promise<void> {
    const kept = await this.#reading(this.#registry.list(kindOf(key)))
    await Promise.all(kept.map(([id]) => this.#registry.remove(kindOf(key), id)))
    await this.#told()
  }

  /** Looks for changes; `onChange` is told of each. */
  start(onChange: () => void): void {
    this.#onChange = onChange
    void this.#watch()
  }

  stop(): void {
    this.#stopping.abort()
  }

  async #told(): Promise<void> {
    await this.#reading(this.#registry.put('privacy', 'generation', randomBytes(9).toString('base64url')))
    await this.#clock.wait(this.#limits.privacyBeliefMs + marginMs)
  }

  async #decide(principal: Principal, key: string, action: Action): Promise<Decision> {
    for (let reading = 0; reading < readingsMax; reading += 1) {
      const { preferences, isJustRead } = await this.#preferences(key)
      const decision = decide(principal, key, action, preferences)
      if (decision !== null && decision.isFirstWrite !== true) return decision
      if (isJustRead) await this.#put(key, [enrolmentOf(principal.appId, this.#clock.now())])
      this.#remembered.delete(key)
    }
    throw new HinataError('PRIVACY_UNAVAILABLE')
  }

  /** Preferences that were true less than a belief ago. */
  async #preferences(key: string): Promise<{ preferences: Preferences, isJustRead: boolean }> {
    for (let reading = 0; reading < readingsMax; reading += 1) {
      if (performance.now() >= this.#believedUntil) await (this.#looking ??= this.#look())
      const remembered = this.#remembered.get(key)
      if (remembered !== undefined && performance.now() < this.#believedUntil) {
        return { preferences: remembered, isJustRead: false }
      }
      const [age, startedAt] = [this.#age, performance.now()]
      const preferences = await this.preferencesOf(key)
      if (age === this.#age) this.#remember(key, preferences) // B2
      const isFresh = performance.now() < startedAt + this.#limits.privacyBeliefMs
      if (isFresh) return { preferences, isJustRead: true }
    }
    throw new HinataError('PRIVACY_UNAVAILABLE')
  }

  async #look(): Promise<void> {
    const startedAt = performance.now()
    try {
      const found = await this.#reading(this.#registry.get('privacy', 'generation')) as string | null ?? ''
      const hasChanged = this.#generation !== null && found !== this.#generation
      if (found !== this.#generation) {
        this.#generation = found
        this.#age += 1
        this.#remembered.clear()
      }
      this.#believedUntil = startedAt + this.#limits.privacyBeliefMs
      if (hasChanged) this.#onChange()
    } finally {
      this.#looking = null
    }
  }

  async #watch(): Promise<void> {
    const { signal } = this.#stopping
    while (!signal.aborted) {
      // a look that fails makes no belief (B3)
      await (this.#looking ??= this.#look()).catch(() => undefined)
      await this.#clock.wait(this.#limits.privacyPollMs, signal)
    }
  }

  #put(key: string, documents: readonly PreferenceDocument[]): Promise<void> {
    return this.#reading(this.#registry.putAll(kindOf(key), documents))
  }

  async #reading<T>(lookup: Promise<T>): Promise<T> {
    try {
      return await within(this.#deadlines, lookup)
    } catch (cause) {
      throw new HinataError('PRIVACY_UNAVAILABLE', {}, { cause })
    }
  }

  #remember(key: string, preferences: Preferences): void {
    if (this.#remembered.size >= this.#limits.personsDecidedMax) {
      const [oldest] = this.#remembered.keys()
      if (oldest !== undefined) this.#remembered.delete(oldest)
    }
    this.#remembered.set(key, preferences)
  }
}

/** The decision, if it is yes. Throws PRIVACY_DENIED, CONSENT_MISSING. */
export function allowed(decision: Decision, key: string, action: Action): Decision {
  if (decision.isAllowed) return decision
  const person = personOf(key)
  if (decision.rung === 'consent') {
    throw new HinataError('CONSENT_MISSING', { person, consent: 'personalization' })
  }
  throw new HinataError('PRIVACY_DENIED', { person, action, rung: decision.rung })
}

/** The kind of a person's documents in the registry. */
export function kindOf(key: string): string {
  return `privacy:${key}`
}
