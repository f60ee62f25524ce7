/**
 * XState's actors, each a transition function (`fromTransition`), its leanest kind: a state machine costs
 * more. A message is delivered at once, within the call of `send`, unless its actor is in a transition; then
 * it waits in the actor's mailbox.
 */
import { createActor, fromTransition, type ActorRefFrom, type TransitionActorLogic } from 'xstate'
import { askers, compute, drawnAsker, joiners, nextDraw, type Troupe } from '../actors/exercises.js'

interface Received {
  readonly received: number
}

type Ball = { readonly type: 'ball', readonly left: number }
type Once = { readonly type: 'once' }
type Asking = { readonly type: 'asked', readonly from: number, readonly left: number }
  | { readonly type: 'answered', readonly left: number }

type ActorOf<E extends { type: string }> = ActorRefFrom<TransitionActorLogic<Received, E, undefined>>

/** The exercises with XState. */
export const xstate: Troupe = {
  'ping-pong'(size) {
    const players: ActorOf<Ball>[] = [0, 1].map(i => started<Ball>((state, { left }) => {
      if (left > 1) players[1 - i].send({ type: 'ball', left: left - 1 })
      return { received: state.received + 1 }
    }))
    players[0].send({ type: 'ball', left: size })
    return Promise.resolve(sumOf(players))
  },
  counting(size) {
    const counter = started<Once>(state => ({ received: state.received + 1 }))
    for (let i = 0; i < size; i++) counter.send({ type: 'once' })
    return Promise.resolve(sumOf([counter]))
  },
  'fork-join'(size) {
    const members = Array.from({ length: joiners }, () =>
      started<Once>(({ received }) => ({ received: compute() < 1 ? received + 1 : received })))
    for (let i = 0; i < size; i++) for (const member of members) member.send({ type: 'once' })
    return Promise.resolve(sumOf(members))
  },
  big(size) {
    const all: ActorOf<Asking>[] = []
    const ask = Array.from({ length: askers }, (_, from) => {
      let drawn = from
      return (left: number): void => {
        drawn = nextDraw(drawn)
        all[drawnAsker(drawn)].send({ type: 'asked', from, left })
      }
    })
    for (const askNext of ask) {
      all.push(started<Asking>((state, event) => {
        if (event.type === 'asked') all[event.from].send({ type: 'answered', left: event.left })
        else if (event.left > 1) askNext(event.left - 1)
        return { received: state.received + 1 }
      }))
    }
    for (const askFirst of ask) askFirst(size)
    return Promise.resolve(sumOf(all))
  },
}

function started<E extends { type: string }>(
  transition: (state: Received, event: E) => Received,
): ActorOf<E> {
  return createActor(fromTransition<Received, E, never, undefined>(transition, { received: 0 })).start()
}

function sumOf(actors: readonly { getSnapshot(): { context: Received } }[]): number {
  return actors.reduce((sum, actor) => sum + actor.getSnapshot().context.received, 0)
}
