/**
 * Small commands of one turn of the event loop go to their socket together: a write of its own costs one more
 * than most commands cost otherwise.
 *
 * W1  What waits is written when the turn ends, or with the first command of `writtenAtOnceBytes`: Redis
 *     should be at work on a commit while the next batch is folded.
 * W2  The order of the commands stays.
 */
import type { Writable } from 'node:stream'

/** A frame from this size on does not wait. */
export const writtenAtOnceBytes = 16 * 1_024

const waiting = new WeakSet<Writable>()

/** Call before a command is written to the socket. */
export function gatherWrites(socket: Writable | undefined): void {
  if (!socket || waiting.has(socket)) return
  waiting.add(socket)
  socket.cork()
  setImmediate(() => writeGathered(socket))
}

/** Writes what waits for this socket. */
export function writeGathered(socket: Writable | undefined): void {
  if (socket && waiting.delete(socket)) socket.uncork()
}
