/**
 * nact's actors: functions of state and message, each turn in an immediate of its own, so that no actor keeps
 * the thread. The last message resolves the exercise.
 */
import { dispatch, spawn, start, stop, type ActorSystemRef, type Ref } from 'nact'
import { askers, compute, drawnAsker, joiners, nextDraw, type Troupe } from '../actors/exercises.js'

interface Ball {
  readonly left: number
}

interface Asking {
  readonly kind: 'asked' | 'answered'
  readonly from: number
  readonly left: number
}

/** Adds up what is received, in the actors' states; `done` when it is all. */
interface Tally {
  readonly system: ActorSystemRef
  /** The state after one more message, of an actor that had received so many. */
  count(received: number): number
}

/** The exercises with nact. */
export const nact: Troupe = {
  'ping-pong': size => performed(size, ({ system, count }) => {
    const players: Ref<Ball>[] = [0, 1].map(i => spawn(system, (received: number, { left }: Ball) => {
      if (left > 1) dispatch(players[1 - i], { left: left - 1 })
      return count(received)
    }, `player-${i}`, { initialState: 0 }))
    dispatch(players[0], { left: size })
  }),
  counting: size => performed(size, ({ system, count }) => {
    const counter = spawn(system, (received: number, _message: Ball) => count(received), 'counter',
      { initialState: 0 })
    for (let left = size; left > 0; left--) dispatch(counter, { left })
  }),
  'fork-join': size => performed(size * joiners, ({ system, count }) => {
    const members = Array.from({ length: joiners }, (_, i) => spawn(system,
      (received: number, _message: Ball) => (compute() < 1 ? count(received) : received), `member-${i}`,
      { initialState: 0 }))
    for (let left = size; left > 0; left--) for (const member of members) dispatch(member, { left })
  }),
  big: size => performed(size * askers * 2, ({ system, count }) => {
    const all: Ref<Asking>[] = []
    const ask = Array.from({ length: askers }, (_, from) => {
      let drawn = from
      return (left: number): void => {
        drawn = nextDraw(drawn)
        dispatch(all[drawnAsker(drawn)], { kind: 'asked', from, left })
      }
    })
    for (const [i, askNext] of ask.entries()) {
      all.push(spawn(system, (received: number, { kind, from, left }: Asking) => {
        if (kind === 'asked') dispatch(all[from], { kind: 'answered', from, left })
        else if (left > 1) askNext(left - 1)
        return count(received)
      }, `asker-${i}`, { initialState: 0 }))
    }
    for (const askFirst of ask) askFirst(size)
  }),
}

function performed(expected: number, begin: (tally: Tally) => void): Promise<number> {
  return new Promise(resolve => {
    const system = start()
    let all = 0
    const end = (): void => {
      stop(system)
      resolve(all)
    }
    begin({ system, count(received) {
      if (++all === expected) setImmediate(end)
      return received + 1
    } })
  })
}
