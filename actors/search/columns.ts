/**
 * What ranking reads of every record, by slot and in rows of numbers: to follow a reference to each of a
 * hundred thousand entries takes longer than all the rest of a question.
 *
 * C1 A slot that was never set, or was cleared, is dead: its prior is -Infinity, so that it ranks nowhere.
 */
import type { Entry } from './entry.js'
import { priorOf } from './ranking.js'

const CAPACITY_MIN = 64
const SLOT_BYTES = 18

/** See the top of the file. */
export class Columns {
  private alive = new Uint8Array(CAPACITY_MIN)
  private spoken = new Uint8Array(CAPACITY_MIN)
  private times = new Float64Array(CAPACITY_MIN)
  private priorRanks = new Float64Array(CAPACITY_MIN).fill(-Infinity)

  /** Bytes held. */
  get bytes(): number {
    return this.alive.length * SLOT_BYTES
  }

  set(slot: number, entry: Entry): void {
    if (slot >= this.alive.length) this.resize(Math.max(slot + 1, this.alive.length * 2))
    this.alive[slot] = 1
    this.spoken[slot] = entry.speaker.length > 0 ? 1 : 0
    this.times[slot] = entry.eventTime
    this.priorRanks[slot] = priorOf(entry)
  }

  clear(slot: number): void {
    this.alive[slot] = 0
    this.priorRanks[slot] = -Infinity
  }

  /** By slot: event times, ms UTC. */
  get eventTimes(): Float64Array {
    return this.times
  }

  /** By slot: what the rank is without words, meaning, asked times and recency (ranking.ts). */
  get priors(): Float64Array {
    return this.priorRanks
  }

  isAlive(slot: number): boolean {
    return this.alive[slot] === 1
  }

  /** Is it a line of a conversation, said by someone with a name? */
  isSpoken(slot: number): boolean {
    return this.spoken[slot] === 1
  }


  private resize(capacity: number): void {
    const { alive, spoken, times, priorRanks } = this
    this.alive = new Uint8Array(capacity)
    this.spoken = new Uint8Array(capacity)
    this.times = new Float64Array(capacity)
    this.priorRanks = new Float64Array(capacity).fill(-Infinity)
    this.alive.set(alive)
    this.spoken.set(spoken)
    this.times.set(times)
    this.priorRanks.set(priorRanks)
  }
}
