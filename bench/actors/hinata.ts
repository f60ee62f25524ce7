/**
 * Hinata in one process, without Redis: the test driver, which runs the real fold. So every message is what
 * it is in production: a turn that can be undone, of an actor whose state is packed and written at the commit
 * of its record. A record may cause 10,000 turns, so an exercise is a series of records, one commit each.
 */
import {
  actor, output, testDriver, topic, value, type ActorType, type DeadLetter, type TestDriver, type TypedActor,
} from '../../engine/index.js'
import { askers, compute, drawnAsker, joiners, nextDraw, type Troupe } from './exercises.js'

/** Messages that one record causes: below the engine's bound of turns, and a multiple of 120 and of 60. */
const messagesPerRecord = 4_800
const driverKey = 'first'

type Counted = { readonly received: ReturnType<typeof value<number>> }
type Drawing = Counted & { readonly drawn: ReturnType<typeof value<number>> }

/** Who asked, and how often the asker goes on. */
interface Question {
  readonly from: string
  readonly left: number
}

const oneMore = (received: number): number => received + 1

const player: TypedActor<Counted> = actor('player', {
  state: { received: value(0) },
  receive: {
    ball(ctx, left: number) {
      ctx.state.received.update(oneMore)
      if (left > 1) ctx.tell(player, ctx.key === 'ping' ? 'pong' : 'ping', 'ball', left - 1)
    },
  },
})

const member = actor('member', {
  state: { received: value(0) },
  receive: {
    counted(ctx, _by: number) { ctx.state.received.update(oneMore) },
    computed(ctx, _by: number) { if (compute() < 1) ctx.state.received.update(oneMore) },
  },
})

/** Tells so many messages to so many members in turn. */
const teller = actor('teller', {
  state: {},
  receive: {
    tell(ctx, { messages, members, message }: { messages: number, members: number, message: string }) {
      for (let i = 0; i < messages; i++) ctx.tell(member, String(i % members), message, 1)
    },
  },
})

const asker: TypedActor<Drawing> = actor('asker', {
  state: { received: value(0), drawn: value(-1) },
  receive: {
    ask(ctx, left: number) {
      const { drawn } = ctx.state
      drawn.update(before => nextDraw(before < 0 ? Number(ctx.key) : before))
      const question: Question = { from: ctx.key, left }
      ctx.tell(asker, String(drawnAsker(drawn.get())), 'asked', question)
    },
    asked(ctx, { from, left }: Question) {
      ctx.state.received.update(oneMore)
      ctx.tell(asker, from, 'answered', left)
    },
    answered(ctx, left: number) {
      ctx.state.received.update(oneMore)
      if (left <= 1) return
      const { drawn } = ctx.state
      drawn.update(nextDraw)
      const question: Question = { from: ctx.key, left: left - 1 }
      ctx.tell(asker, String(drawnAsker(drawn.get())), 'asked', question)
    },
  },
})

/** Lets all begin. */
const beginner = actor('beginner', {
  state: {},
  receive: {
    begin(ctx, left: number) { for (let i = 0; i < askers; i++) ctx.tell(asker, String(i), 'ask', left) },
  },
})

/** The exercises on the driver. */
export const hinata: Troupe = {
  async 'ping-pong'(size) {
    const driver = await driverOf(player, 'ball', [player])
    for (const messages of portionsOf(size, messagesPerRecord)) await driver.push('ping', messages)
    return received(driver, player, ['ping', 'pong'])
  },
  counting: size => told(size, 1, 'counted'),
  'fork-join': size => told(size * joiners, joiners, 'computed'),
  async big(size) {
    const driver = await driverOf(beginner, 'begin', [beginner, asker])
    for (const questions of portionsOf(size, messagesPerRecord / askers)) {
      await driver.push(driverKey, questions)
    }
    return received(driver, asker, keysOf(askers))
  },
}

async function told(size: number, members: number, message: string): Promise<number> {
  const driver = await driverOf(teller, 'tell', [teller, member])
  for (const messages of portionsOf(size, messagesPerRecord)) {
    await driver.push(driverKey, { messages, members, message })
  }
  return received(driver, member, keysOf(members))
}

function driverOf(first: ActorType, message: string, actors: readonly ActorType[]): Promise<TestDriver> {
  return testDriver({
    name: 'exercise', version: 1, source: topic('begins', { partitions: 1 }), stages: [],
    target: { actor: first, message }, actors, sinks: [], views: [],
    deadLetters: output<DeadLetter>('dead'),
  })
}

function received(driver: TestDriver, of: TypedActor<Counted>, keys: readonly string[]): number {
  return keys.reduce((sum, key) => sum + driver.state(of, key).received.get(), 0)
}

function keysOf(count: number): string[] {
  return Array.from({ length: count }, (_, i) => String(i))
}

function portionsOf(size: number, most: number): number[] {
  return Array.from({ length: Math.ceil(size / most) }, (_, i) => Math.min(most, size - i * most))
}
