/**
 * What the sender knows: which records it gave, which were acknowledged and at which position. Everything is
 * judged by it, and by nothing that the system under test says of itself.
 */
import type { Appended, AppendInput } from '../../engine/index.js'
import type { Order } from './orders.js'

interface Sent {
  readonly key: string
  readonly number: number
  readonly isBroken: boolean
  /** undefined: never acknowledged. */
  position: string | undefined
  /** When it was, by the monotonic clock, ms. */
  acknowledgedAt: number
}

/** What stands in the log: the number of an order and its position. */
export interface Logged {
  readonly number: number
  readonly position: string
}

/** An order as it is sent. */
export type Given = AppendInput & { readonly value: Order }

/** A time in which the last of what was acknowledged may be lost; its records by the ms of their entries. */
interface Unpromised {
  readonly from: number
  readonly to: number
  readonly kept: Sent[]
  readonly lost: Sent[]
}

/** The ledger of one sender. */
export class Ledger {
  readonly #sent = new Map<string, Sent[]>()
  readonly #batches: (readonly Given[])[] = []
  readonly #unpromised: Unpromised[] = []

  /** Notes a batch as given, in its place among all. */
  sent(batch: readonly Given[]): void {
    this.#batches.push(batch)
  }

  /** All batches, in the order in which they were given. */
  batches(): readonly (readonly Given[])[] {
    return this.#batches
  }

  /** A ledger of its own that knows the same. */
  copy(): Ledger {
    const copy = new Ledger()
    for (const [key, sent] of this.#sent) copy.#sent.set(key, sent.map(one => ({ ...one })))
    copy.#batches.push(...this.#batches)
    return copy
  }

  /** The next order of a key, with an id and an origin under which it may be sent again. */
  next(key: string, order: Omit<Order, 'number'>): Given {
    const all = this.#sent.get(key) ?? []
    this.#sent.set(key, all)
    const number = all.length + 1
    all.push({ key, number, isBroken: order.isBroken, position: undefined, acknowledgedAt: 0 })
    return {
      key, eventTime: number, value: { ...order, number },
      idempotency: { id: String(number), fingerprint: `content ${number}`, origin: `${key} ${number}` },
    }
  }

  /** Notes what was answered. */
  acknowledge(inputs: readonly Given[], answers: readonly Appended[]): void {
    answers.forEach(({ position }, i) => {
      const { key, value: { number } } = inputs[i]
      if (!position) return
      const sent = this.#sent.get(key)![number! - 1]
      sent.position = `${position.entry}:${position.index}`
      sent.acknowledgedAt = performance.now()
    })
  }

  /** The last of what was acknowledged from then to now may be lost: its durability does not promise it. */
  excuse(from: number): void {
    this.#unpromised.push({ from, to: performance.now(), kept: [], lost: [] })
  }

  /**
   * After all keys were judged: what was lost and may be, how long before the end of its time at most, and
   * what may not, because something behind it is there.
   */
  excused(): { records: number, ms: number, holes: string[] } {
    const found = { records: 0, ms: 0, holes: [] as string[] }
    for (const { to, kept, lost } of this.#unpromised) {
      const lastKept = Math.max(...kept.map(entryMs))
      for (const one of lost) {
        if (entryMs(one) < lastKept) found.holes.push(`log: ${one.key} ${one.number} before what is kept`)
        else found.records++
        found.ms = Math.max(found.ms, Math.round(to - one.acknowledgedAt))
      }
    }
    return found
  }

  get keys(): string[] {
    return [...this.#sent.keys()]
  }

  get acknowledged(): number {
    return [...this.#sent.values()].flat().filter(({ position }) => position !== undefined).length
  }

  /** Orders of a key that were taken, of which some are broken. */
  isBroken(key: string, number: number): boolean {
    return this.#sent.get(key)?.[number - 1]?.isBroken ?? false
  }

  /** Compares with what stands in the log, in its order. */
  judge(key: string, logged: readonly Logged[]): { lost: string[], doubled: string[], changed: string[] } {
    const [lost, doubled, changed]: string[][] = [[], [], []]
    const at = new Map<number, string>()
    let last = 0
    for (const { number, position } of logged) {
      if (at.has(number)) doubled.push(`log: ${key} ${number} at ${at.get(number)} and ${position}`)
      else if (number < last) changed.push(`log: ${key} ${number} after ${last}`)
      at.set(number, position)
      last = Math.max(last, number)
    }
    for (const sent of this.#sent.get(key) ?? []) {
      const { number, position, acknowledgedAt } = sent
      if (position === undefined) continue
      const time = this.#unpromised.find(({ from, to }) => from <= acknowledgedAt && acknowledgedAt <= to)
      time?.[at.has(number) ? 'kept' : 'lost'].push(sent)
      if (!at.has(number) && time !== undefined) continue
      if (!at.has(number)) lost.push(`log: ${key} ${number}, acknowledged at ${position}`)
      else if (at.get(number) !== position) changed.push(`log: ${key} ${number} moved from ${position}`)
    }
    return { lost, doubled, changed }
  }
}

function entryMs({ position }: Sent): number {
  return Number(position!.split('-')[0])
}
