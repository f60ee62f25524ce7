/**
 * A topology whose behaviours fail while a test wants them to: a word is refused by the stage, by its turn,
 * by the actor that it tells, or by its timer, as long as it stands in `broken`. What was folded is a list.
 */
import {
  actor, list, output, startNode, topic, openOperations, openTopologyClient, type DeadLetter, type Node,
  type Operations, type Sink, type Stage, type Supervision, type Topology, type TopologyClient,
} from '../../../engine/index.js'
import type { Test } from 'tap'
import { startRedis } from '../../support/redis.js'

const dead = output<DeadLetter>('dead')

/** Words that fail now. */
export const broken = new Set<string>()

function refuse(word: string): void {
  if (broken.has(word)) throw new Error(`no ${word} today`)
}

const words = { state: { words: list<string>({ max: 2_000 }) } }

/** Is told words that begin with `tell`; wakes for words that begin with `wake`. */
export const listener = actor('listener', {
  ...words,
  receive: {
    heard(ctx, word: string) {
      refuse(word)
      ctx.state.words.push(word)
    },
    wake(ctx) {
      refuse('timer')
      ctx.state.words.push(`woken ${ctx.key}`)
    },
  },
})

/** Keeps its words in order. */
function speaker(onFailure: Supervision['onFailure']): typeof listener {
  return actor('speaker', {
    ...words,
    receive: {
      said(ctx, word: string) {
        refuse(word)
        ctx.state.words.push(word)
        if (word.startsWith('tell')) ctx.tell(listener, ctx.key, 'heard', `heard ${word}`)
        if (word.startsWith('wake')) ctx.timer('wake', { afterMs: 1 })
      },
      wake(ctx) {
        refuse('timer')
        ctx.state.words.push('woken')
      },
    },
    supervision: { onFailure, attemptsMax: 1 },
  })
}

/** A running system of the test. */
export interface Mendable {
  readonly url: string
  readonly topology: Topology
  readonly client: TopologyClient
  readonly operations: Operations
  readonly nodes: Node[]
  say(key: string, ...said: string[]): Promise<void>
  words(key: string): Promise<string[]>
  letters(): Promise<DeadLetter[]>
  start(): Promise<Node>
}

/** The topology with one partition. */
function mendableTopology(onFailure: Supervision['onFailure'], sinks: readonly Sink[] = []): Topology {
  const target = speaker(onFailure)
  return {
    name: 'mendable', version: 1, source: topic<string>('said', { partitions: 1 }),
    stages: [{ name: 'hear', batchMax: 10, run: records => records.map(({ value }) => {
      const isDeaf = broken.has(`stage ${String(value)}`)
      return isDeaf ? { failure: { code: 'STAGE_FAILED', message: 'deaf' } } : value
    }) }],
    target: { actor: target, message: 'said' }, actors: [target, listener], views: [], sinks,
    deadLetters: dead,
  }
}

/** Starts Redis, a client, operations and a node; all end with the test. */
export async function startMendable(
  t: Test, onFailure: Supervision['onFailure'],
  options: { readonly sinks?: readonly Sink[], readonly stages?: readonly Stage[] } = {},
): Promise<Mendable> {
  broken.clear()
  const server = await startRedis()
  const made = mendableTopology(onFailure, options.sinks)
  const topology = { ...made, stages: options.stages ?? made.stages }
  const at = { redisUrl: server.url, topology }
  const client = await openTopologyClient(at)
  const operations = await openOperations(at)
  const nodes: Node[] = []
  const mendable: Mendable = {
    url: server.url, topology, client, operations, nodes,
    async say(key, ...said) {
      await client.append(said.map(value => ({ key, eventTime: 1, value })))
    },
    async words(key) {
      return [...(await client.state(topology.target.actor as typeof listener, key))?.words ?? []]
    },
    async letters() {
      const letters: DeadLetter[] = []
      for await (const letter of operations.letters.list({})) letters.push(letter)
      return letters
    },
    async start() {
      const node = await startNode(at)
      nodes.push(node)
      return node
    },
  }
  await mendable.start()
  t.teardown(async () => {
    operations.close()
    await client.close()
    for (const node of nodes) await node.stop()
    await server.stop()
  })
  return mendable
}
