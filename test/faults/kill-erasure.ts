/**
 * kill -9 at every step of an erasure: a first erasure counts the writes of its gateway, and of the node that
 * folds it; then there is one erasure per write and moment, in which exactly that process dies, before Redis
 * has the write or after. Whoever comes next finishes it, or nothing was begun and it is asked again; the
 * receipt says what was taken, and nothing is found in Redis or its files.
 */
import { ErasedPersons, type Receipt, type Scope } from './erased-persons.js'
import { ErasureRig, type Kill, type Part, type Role } from './erasure-rig.js'
import { newOutcome, type Fault, type Outcome } from './fault.js'

interface Plan extends Kill {
  readonly scope: Scope
  readonly role: Role
}

const moments = ['before', 'after'] as const
/** In short form every so many of the steps, all of them over time. */
const quickStep = 13

/** See the top of the file. */
export const killErasure: Fault = {
  name: 'kill -9 of the gateway or the node at every write of an erasure',
  guarantees: 'G1 G3',
  async run(size, tell) {
    const outcome = newOutcome()
    const rig = await ErasureRig.open()
    try {
      const runs = new Runs(rig, outcome, tell)
      const all = await runs.plans()
      const plans = all.filter((_, i) => size === 'full' || i % quickStep === 0)
      for (const role of ['gateway', 'node'] as const) {
        await runs.each(role, plans.filter(plan => plan.role === role), plans.length)
      }
      outcome.notes.push(`${all.length} steps`)
      return outcome
    } finally {
      await rig.close()
    }
  },
}

/** An erasure that was cut off. */
interface Left {
  readonly plan: Plan
  readonly person: string
  /** null: its gateway died. */
  readonly asked: Promise<Receipt | null>
}

/** The erasures, one after the other, each of a person of its own. */
class Runs {
  readonly #rig: ErasureRig
  readonly #outcome: Outcome
  readonly #tell: Parameters<Fault['run']>[1]
  readonly #persons: ErasedPersons

  constructor(rig: ErasureRig, outcome: Outcome, tell: Parameters<Fault['run']>[1]) {
    this.#rig = rig
    this.#persons = new ErasedPersons(rig)
    this.#outcome = outcome
    this.#tell = tell
  }

  /** Every write of two erasures that nothing disturbs. */
  async plans(): Promise<Plan[]> {
    const plans: Plan[] = []
    for (const scope of ['person', 'record'] as const) {
      const parts = { gateway: await this.#rig.start('gateway'), node: await this.#rig.start('node') }
      const { url } = parts.gateway
      const person = await this.#persons.add(url)
      for (const part of Object.values(parts)) part.watch()
      const asked = this.#persons.erase(url, person, scope)
      await this.#finish({ plan: { scope, role: 'gateway', nth: 0, moment: 'after' }, person, asked }, url)
      for (const role of ['gateway', 'node'] as const) {
        for (const i of parts[role].writes.keys()) {
          plans.push(...moments.map(moment => ({ scope, role, nth: i + 1, moment })))
        }
        await parts[role].stop()
      }
    }
    return plans
  }

  /** One erasure per plan. What one process leaves, the next one finishes before it is killed itself. */
  async each(role: Role, plans: readonly Plan[], of: number): Promise<void> {
    const steady = await this.#rig.start(role === 'gateway' ? 'node' : 'gateway')
    let left: Left | null = null
    for (const plan of [...plans, undefined]) {
      const part = await this.#rig.start(role, plan)
      const url = role === 'gateway' ? part.url : steady.url
      if (left !== null) await this.#finish(left, url)
      left = plan === undefined ? null : await this.#cutOff(plan, part, url)
      this.#tell?.(this.#outcome.runs, of)
      await part.stop()
    }
    await steady.stop()
  }

  async #cutOff(plan: Plan, part: Part, url: string): Promise<Left> {
    const person = await this.#persons.add(url)
    part.watch()
    const asked = this.#persons.erase(url, person, plan.scope).catch(() => null) // its gateway dies
    await Promise.race([part.ended, asked])
    return { plan, person, asked }
  }

  async #finish({ plan, person, asked }: Left, url: string): Promise<void> {
    const { scope, role, nth, moment } = plan
    const began = performance.now()
    const id = (await asked)?.erasure_id ?? await this.#rig.erasureOf(person)
    const { erasure_id } = id === null ? await this.#persons.erase(url, person, scope) : { erasure_id: id }
    const where = `${scope}: ${role}, ${moment} its write ${nth}`
    const receipt = await this.#persons.receipt(url, erasure_id).catch((error: unknown) => {
      throw new Error(`${where}: ${String(error)}`)
    })
    this.#outcome.catchUpMs = Math.max(this.#outcome.catchUpMs, performance.now() - began)
    this.#outcome.runs += 1
    this.#outcome.records = this.#persons.acknowledged
    for (const wrong of await this.#persons.wrongIn(url, person, receipt)) {
      this.#outcome.changed += 1
      this.#outcome.wrong.push(`${where}: ${wrong}`)
    }
  }
}
