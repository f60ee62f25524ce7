/**
 * What wraps data keys: the one thing that the engine does not keep itself. Whoever has it and Redis can read
 * everything; whoever has Redis alone, nothing.
 */

/** The keys that wrap data keys; several at once, the newest wraps. */
export interface MasterKeys {
  /** Makes the first one, if there is none: for a topic that is made now. */
  make(): void
  /** Throws MASTER_KEYS_UNREADABLE when there is none. */
  assertPresent(): void
  /** Wraps a secret: id of the master key, a space, the wrapped secret, without further spaces. */
  wrap(secret: Buffer): string
  /** Reverses `wrap`. Throws MASTER_KEY_MISSING. */
  unwrap(wrapped: string): Buffer
  /** Whether the newest master key wrapped it. */
  isNewest(wrapped: string): boolean
}
