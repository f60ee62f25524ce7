/**
 * A subscriber of the simulation: follows the outbox of one partition through the real client, and goes on
 * where its killed predecessor stood.
 */
import type { Followed, TopologyClient } from '../../engine/index.js'
import { compareEntries } from '../../engine/record/record.js'

/** See the top of the file. */
export class Follower {
  readonly partition: number
  readonly #seen: Followed[] = []
  #position: string | undefined

  constructor(partition: number) {
    this.partition = partition
  }

  /** What it saw, in order, all its lives together. */
  get seen(): readonly Followed[] {
    return this.#seen
  }

  /** Whether it has nothing more to see when the outbox ends with `entry`. */
  hasSeen(entry: string): boolean {
    return this.#position !== undefined && compareEntries(this.#position, entry) >= 0
  }

  /** Follows from where it stands, from the beginning at first. */
  async follow(client: TopologyClient): Promise<void> {
    const signal = new AbortController().signal
    for await (const followed of client.follow(this.partition, this.#position ?? '0-0', signal)) {
      this.#seen.push(followed)
      if ('entry' in followed) this.#position = followed.entry
    }
  }
}
