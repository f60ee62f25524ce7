/**
 * The exercises of actors in one process, after Savina's, and how a program tells what it did with them.
 *
 *   ping-pong   two actors, one message between them
 *   counting    one tells another to count, as often as it can
 *   fork-join   one tells 60 in turn, each of which computes a little
 *   big         each of 120 asks one of the others, drawn, and asks the next when it is answered
 *
 * X1  A program runs each exercise twice, with a fifth of the messages first, and prints a line for the
 *     second time: its name, the messages that its actors say they have received, seconds, and processor
 *     seconds of the whole process.
 * X2  Messages are counted by those who receive them, each in the state of its actor; more, or fewer, than
 *     the exercise has is no result.
 */

/** In the order of their running. */
export const exerciseNames = ['ping-pong', 'counting', 'fork-join', 'big'] as const

/** One of them. */
export type ExerciseName = typeof exerciseNames[number]

/** How much of each: messages in all, messages in all, messages for each of 60, questions of each of 120. */
export type Sizes = Readonly<Record<ExerciseName, number>>

/** A library's four exercises. */
export type Troupe = {
  /** Does it; answers how many messages were received. */
  readonly [E in ExerciseName]: (size: number) => Promise<number>
}

/** What a program says of an exercise. */
export interface Performance {
  readonly received: number
  readonly seconds: number
  readonly cpuSeconds: number
}

/** Actors that fork-join tells. */
export const joiners = 60
/** Actors that ask each other in `big`. */
export const askers = 120
/** The part of the messages with which a process is warmed up. */
export const warmUpShare = 0.2

const fullSizes: Sizes = { 'ping-pong': 400_000, counting: 1_000_000, 'fork-join': 10_000, big: 2_000 }

/** A part of what a full run does. */
export function sizesOf(share: number): Sizes {
  return { 'ping-pong': even(fullSizes['ping-pong'] * share), counting: even(fullSizes.counting * share),
    'fork-join': even(fullSizes['fork-join'] * share), big: even(fullSizes.big * share) }
}

/** Messages that actors receive in an exercise of this size. */
export function messagesOf(name: ExerciseName, size: number): number {
  switch (name) {
    case 'ping-pong': return size
    case 'counting': return size
    case 'fork-join': return joiners * size
    case 'big': return askers * size * 2
  }
}

/** A line of a program's output. */
export function lineOf(name: ExerciseName, { received, seconds, cpuSeconds }: Performance): string {
  return `${name} ${received} ${seconds} ${cpuSeconds}`
}

/** Reads what a program printed. Throws when an exercise is missing, or has another number of messages. */
export function parsePerformances(printed: string, sizes: Sizes): Map<ExerciseName, Performance> {
  const found = new Map<ExerciseName, Performance>()
  for (const name of exerciseNames) {
    const line = printed.split('\n').find(one => one.startsWith(`${name} `))
    if (line === undefined) throw new Error(`${name} is not in what was printed: ${printed.slice(0, 300)}`)
    const [received, seconds, cpuSeconds] = line.split(' ').slice(1).map(Number)
    const expected = messagesOf(name, sizes[name])
    if (received !== expected) throw new Error(`${name}: ${received} of ${expected} messages were received`)
    found.set(name, { received, seconds, cpuSeconds })
  }
  return found
}

/** What each of 60 does with a message. */
export function compute(): number {
  const sine = Math.sin(37.2)
  return sine * sine
}

/** The draw after `drawn`, for actors that ask somebody. */
export function nextDraw(drawn: number): number {
  return (drawn * 7_621 + 1) & 0x7fff
}

/** Whom a draw means. */
export function drawnAsker(drawn: number): number {
  return (drawn >> 3) % askers
}

function even(size: number): number {
  return Math.max(2, Math.round(size / 2) * 2)
}
