/**
 * What ranking reads of every record, by slot and in rows of numbers: to follow a reference to each of a
 * hundred thousand entries takes longer than all the rest of a question.
 *
 * C1 A slot that was never set, or was cleared, is dead.
 */
import type { Entry } from './entry.js'

const CAPACITY_MIN = 64
const SLOT_BYTES = 19

/** See the top of the file. */
export class Columns {
  private alive = new Uint8Array(CAPACITY_MIN)
  private asking = new Uint8Array(CAPACITY_MIN)
  private spoken = new Uint8Array(CAPACITY_MIN)
  private times = new Float64Array(CAPACITY_MIN)
  private attentions = new Float64Array(CAPACITY_MIN)

  /** Bytes held. */
  get bytes(): number {
    return this.alive.length * SLOT_BYTES
  }

  set(slot: number, entry: Entry): void {
    if (slot >= this.alive.length) this.resize(Math.max(slot + 1, this.alive.length * 2))
    this.alive[slot] = 1
    this.asking[slot] = entry.isAsking ? 1 : 0
    this.spoken[slot] = entry.speaker.length > 0 ? 1 : 0
    this.times[slot] = entry.eventTime
    this.attentions[slot] = entry.attention
  }

  clear(slot: number): void {
    this.alive[slot] = 0
  }

  isAlive(slot: number): boolean {
    return this.alive[slot] === 1
  }

  isAsking(slot: number): boolean {
    return this.asking[slot] === 1
  }

  /** Is it a line of a conversation, said by someone with a name? */
  isSpoken(slot: number): boolean {
    return this.spoken[slot] === 1
  }

  /** Event time, ms UTC. */
  time(slot: number): number {
    return this.times[slot]
  }

  attention(slot: number): number {
    return this.attentions[slot]
  }

  private resize(capacity: number): void {
    const { alive, asking, spoken, times, attentions } = this
    this.alive = new Uint8Array(capacity)
    this.asking = new Uint8Array(capacity)
    this.spoken = new Uint8Array(capacity)
    this.times = new Float64Array(capacity)
    this.attentions = new Float64Array(capacity)
    this.alive.set(alive)
    this.asking.set(asking)
    this.spoken.set(spoken)
    this.times.set(times)
    this.attentions.set(attentions)
  }
}
