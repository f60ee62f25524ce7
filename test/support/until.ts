/**
 * Waiting for something that other processes do: by looking, up to a deadline, never by sleeping a guessed
 * time.
 */
import { setTimeout } from 'node:timers/promises'

const pollMs = 10

/** Resolves when `look` gives something truthy; throws after `secondsMax`. */
export async function until<T>(
  what: string, look: () => T | Promise<T>, secondsMax = 60,
): Promise<NonNullable<T>> {
  const deadline = Date.now() + secondsMax * 1_000
  for (;;) {
    const seen = await look()
    if (seen) return seen
    if (Date.now() > deadline) throw new Error(`not within ${secondsMax} s: ${what}`)
    await setTimeout(pollMs)
  }
}
