/**
 * One turn: calls a receiver with a context, and keeps what it did only if it returned.
 *
 * T1  Effects (emitted values, tells, timer changes) and cell changes of a turn that throws are undone
 *     completely.
 * T2  The context depends on nothing but the record and the state: the same on every replay.
 */
import { HinataError } from '../errors/index.js'
import { hashText } from '../record/hash.js'
import { encodeEmission, type Emission } from '../record/emission.js'
import { timerMember, type Journal, type TimerName } from '../state/index.js'
import type { Activation } from './activation.js'
import type { ActorType, EmitOptions, Output, TimerDue, TurnContext } from './actor.js'

/** What a turn is about. */
export interface TurnCause {
  /** Name of the receiver. */
  readonly message: string
  readonly body: unknown
  /** ms UTC. */
  readonly now: number
  readonly eventTime: number
  readonly position: string
  /** Absent in a topology without event time. */
  readonly watermark?: number
}

/** A message on its way to another actor. */
export interface Told {
  readonly actor: ActorType
  readonly key: string
  readonly message: string
  readonly body: unknown
  /** Default: that of the turn that tells. */
  readonly eventTime: number | undefined
}

/** What the turns of a batch caused, apart from cells. */
export class Effects {
  /** In order. */
  readonly emitted: Emission[] = []
  readonly tells: Told[] = []
  /** Member → due, null = cancelled; changes of the running turn only. */
  readonly timerChanges: [member: string, due: number | null][] = []

  /** What was emitted under the key so far is erased: it counts, and says nothing where it can be shut. */
  erase(key: string): void {
    this.emitted.forEach((emission, i) => {
      if (emission.key === key) this.emitted[i] = { ...emission, isErased: true }
    })
  }
}

/** Runs turns with one journal. */
export class TurnRunner {
  readonly #journal: Journal
  readonly #effects: Effects
  readonly #scope: string

  /** `scope` makes ids unique: topology and partition, the same in every version of the topology. */
  constructor(journal: Journal, effects: Effects, scope: string) {
    this.#journal = journal
    this.#effects = effects
    this.#scope = scope
  }

  /** Runs the receiver; returns what it threw, or undefined. */
  run(activation: Activation, cause: TurnCause): { thrown: unknown } | undefined {
    const { emitted, tells, timerChanges } = this.#effects
    const emittedBefore = emitted.length
    const tellsBefore = tells.length
    const receiver = activation.actor.receive[cause.message]
    try {
      if (!receiver) throw new Error(`${activation.actor.type} receives no ${cause.message}`)
      const answer: unknown = receiver(this.#context(activation, cause) as never, cause.body as never)
      if (answer instanceof Promise) {
        throw new Error(`${activation.actor.type}.${cause.message} is asynchronous`)
      }
      this.#journal.keep()
      return undefined
    } catch (thrown) {
      this.#journal.rollBack()
      emitted.length = emittedBefore
      tells.length = tellsBefore
      timerChanges.length = 0
      return { thrown }
    }
  }

  #context(activation: Activation, cause: TurnCause): TurnContext<never> {
    const effects = this.#effects
    const key = activation.key
    const type = activation.actor.type
    const scope = this.#scope
    const hasEventTime = cause.watermark !== undefined
    let drawn = 0
    const dueOf = (due: TimerDue): number => {
      const at = Math.ceil('at' in due ? due.at : 'afterMs' in due ? cause.now + due.afterMs
        : due.atEventTime)
      if (!Number.isSafeInteger(at)) throw new RangeError(`a timer is due at a time in ms, not at ${at}`)
      return at
    }
    return {
      key,
      state: activation.cells as never,
      now: cause.now,
      eventTime: cause.eventTime,
      watermark: cause.watermark ?? -Infinity,
      position: cause.position,
      emit<V>(output: Output<V>, value: V, options?: EmitOptions) {
        const replaces = options?.replaces === undefined ? undefined : `${type} ${options.replaces}`
        effects.emitted.push(encodeEmission(output.output, key, value, replaces))
      },
      tell(actor, toKey, message, body, options) {
        if (hasEventTime && !activation.actor.tells.includes(actor)) {
          throw new HinataError('TELL_NOT_DECLARED', { actor: type, told: actor.type })
        }
        effects.tells.push({ actor, key: toKey, message, body, eventTime: options?.eventTime })
      },
      timer(name, due) {
        let timer: TimerName = { actor: type, key, name }
        if ('atEventTime' in due) {
          if (!hasEventTime) throw new HinataError('EVENT_TIME_NOT_DECLARED', { name: `Timer ${name}` })
          timer = { ...timer, isEventTime: true }
        }
        effects.timerChanges.push([timerMember(timer), dueOf(due)])
      },
      cancelTimer(name) {
        effects.timerChanges.push([timerMember({ actor: type, key, name }), null])
      },
      random() {
        return hashText(`${scope}|${cause.position}|${key}|${drawn++}`) / 0x1_0000_0000
      },
      id() {
        return `${scope}-${cause.position}-${hashText(`${type}|${key}`).toString(36)}-${drawn++}`
      },
    }
  }
}
