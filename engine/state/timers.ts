/**
 * The timers of one partition, in memory, ordered by due time. The durable copy is the sorted set that every
 * commit updates; this index is read from it when the partition is taken.
 *
 * Order is total (due, then member), so that timers fire alike on every replay. Moved and cancelled timers
 * leave stale heap nodes, which are dropped when they surface, or all at once when they are the majority.
 */
import { HinataError } from '../errors/index.js'
import { timersMax } from '../limits/limits.js'

/** Whose timer it is. */
export interface TimerName {
  readonly actor: string
  readonly key: string
  readonly name: string
  /** Its due time is event time: it waits for the watermark. Absent: for the log's time. */
  readonly isEventTime?: true
}

/** What follows the name in the member of an event-time timer. */
const eventTimeMark = '\0e'

/** Stale nodes that are kept beside as many as there are timers, so that few timers are not rebuilt often. */
const staleNodesMax = 1_024

interface Node {
  readonly due: number
  readonly member: string
}

/** `actor \0 key \0 name`, and `\0 e` for event time: the member of the sorted set. */
export function timerMember({ actor, key, name, isEventTime }: TimerName): string {
  return `${actor}\0${key}\0${name}${isEventTime ? eventTimeMark : ''}`
}

/** Whether a member is that of an event-time timer. */
export function isEventTimeMember(member: string): boolean {
  return member.endsWith(eventTimeMark)
}

/** The member of the timer with the same name and the other kind of time. */
export function otherTimeMember(member: string): string {
  return isEventTimeMember(member) ? member.slice(0, -eventTimeMark.length) : member + eventTimeMark
}

/** Reverses `timerMember`. */
export function parseTimerMember(member: string): TimerName {
  const [actor, key, name, mark] = member.split('\0')
  return mark === undefined ? { actor, key, name } : { actor, key, name, isEventTime: true }
}

/** Due times by member, with the earliest at hand. */
export class TimerIndex {
  readonly #due = new Map<string, number>()
  readonly #heap: Node[] = []
  readonly #partition: number

  constructor(partition: number) {
    this.#partition = partition
  }

  get size(): number {
    return this.#due.size
  }

  /** Sets or moves a timer. Throws TIMERS_TOO_MANY. */
  set(member: string, due: number): void {
    if (this.#due.size >= timersMax && !this.#due.has(member)) {
      throw new HinataError('TIMERS_TOO_MANY', { partition: this.#partition, max: timersMax })
    }
    this.#due.set(member, due)
    this.#push({ due, member })
    if (this.#heap.length > 2 * this.#due.size + staleNodesMax) this.#rebuild()
  }

  has(member: string): boolean {
    return this.#due.has(member)
  }

  cancel(member: string): void {
    this.#due.delete(member)
  }

  /** The earliest timer due before `time` (exclusive), or undefined. It stays until `cancel` or `set`. */
  dueBefore(time: number): Node | undefined {
    while (this.#heap.length > 0) {
      const head = this.#heap[0]
      if (this.#due.get(head.member) === head.due) return head.due < time ? head : undefined
      this.#pop()
    }
    return undefined
  }

  /** All members due before `time`, in no particular order: what a batch should load ahead. */
  membersDueBefore(time: number): string[] {
    if (this.dueBefore(time) === undefined) return []
    const members: string[] = []
    for (const [member, due] of this.#due) if (due < time) members.push(member)
    return members
  }

  /** All members of one key: those of its actors, whatever their type. */
  membersOf(key: string): string[] {
    return [...this.#due.keys()].filter(member => parseTimerMember(member).key === key)
  }

  /** A timer that is moved at every record would fill the heap with its past (G8). */
  #rebuild(): void {
    this.#heap.length = 0
    for (const [member, due] of this.#due) this.#push({ due, member })
  }

  #push(node: Node): void {
    const heap = this.#heap
    let at = heap.push(node) - 1
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (!isBefore(node, heap[parent])) break
      heap[at] = heap[parent]
      at = parent
    }
    heap[at] = node
  }

  #pop(): void {
    const heap = this.#heap
    const last = heap.pop()!
    if (heap.length === 0) return
    let at = 0
    for (;;) {
      let child = at * 2 + 1
      if (child >= heap.length) break
      if (child + 1 < heap.length && isBefore(heap[child + 1], heap[child])) child++
      if (!isBefore(heap[child], last)) break
      heap[at] = heap[child]
      at = child
    }
    heap[at] = last
  }
}

function isBefore(a: Node, b: Node): boolean {
  return a.due !== b.due ? a.due < b.due : a.member < b.member
}
