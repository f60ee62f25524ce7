/** Nodes of the keyed counter as processes: started, waited for until they share the partitions, stopped. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout } from 'node:timers/promises'
import type { TopologyClient } from '../../engine/index.js'
import { youngGenerationMb } from '../nexmark/limits.js'

const pollMs = 5

/** A node elsewhere. */
export interface NodeChild {
  readonly pid: number
  stop(): Promise<void>
}

/** Starts one. */
export async function startNodeChild(redisUrl: string, partitions: number): Promise<NodeChild> {
  const child = fork(new URL('./node-process.js', import.meta.url), [redisUrl, String(partitions)],
    { execArgv: [`--max-semi-space-size=${youngGenerationMb}`] })
  const ended = once(child, 'exit')
  await Promise.race([once(child, 'message'), ended.then(() => { throw new Error('a node ended early') })])
  return {
    pid: child.pid!,
    async stop() {
      child.send('stop')
      await ended
    },
  }
}

/** Resolves when that many nodes own all partitions, none more than its share. */
export async function untilShared(client: TopologyClient, nodes: number, partitions: number): Promise<void> {
  for (;;) {
    const owned = (await client.nodes()).map(node => node.partitions.length)
    const isAll = owned.reduce((sum, count) => sum + count, 0) === partitions
    if (owned.length === nodes && isAll && Math.max(...owned) <= Math.ceil(partitions / nodes)) return
    await setTimeout(pollMs)
  }
}
