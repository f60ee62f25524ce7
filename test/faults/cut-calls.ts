/**
 * Connections cut and replies swallowed at every step of append, fold, commit, hand-over and relay: a first
 * run counts the calls of each kind, then there is one run per call and moment, in which exactly that call is
 * cut off before Redis has it, after Redis has executed it, or in the middle of its reply.
 */
import { loadScript } from '../../engine/redis/index.js'
import { startRedisProxy, type CutMoment, type CutPlan } from '../support/redis-proxy.js'
import { startRedis } from '../support/redis.js'
import { addRun, newOutcome, type Fault, type Run } from './fault.js'
import { Rig } from './rig.js'

const moments: readonly CutMoment[] = ['before', 'after', 'middle']
const steps = ['append-unique', 'take-lease', 'commit-batch', 'fix-batch', 'advance-sink', 'relay-block',
  'release-lease'] as const
const nameOfDigest = new Map(steps.flatMap(name => {
  const { digest, source } = loadScript(name)
  return [[digest, name], [source, name]] as const
}))
const rounds = 3
const roundRecords = 6
const runsAtOnce = 6

/** See the top of the file. */
export const cutCalls: Fault = {
  name: 'a connection cut before, after and in the middle of the reply of each call of append and commit',
  guarantees: 'G1 G2 G3 G5',
  async run(size, tell) {
    const server = await startRedis()
    try {
      const calls = new Map<string, number>()
      await oneRun(server.port, server.url, undefined, calls)
      const plans = [...calls].flatMap(([name, count]) => Array.from({ length: count }, (_, i) => i + 1)
        .filter(nth => size === 'full' || nth === 1 || nth === count)
        .flatMap(nth => moments.map(moment => ({ name, nth, moment }))))
      const outcome = newOutcome()
      const next = plans.values()
      await Promise.all(Array.from({ length: runsAtOnce }, async () => {
        for (const plan of next) {
          addRun(outcome, await oneRun(server.port, server.url, plan, new Map()))
          tell?.(outcome.runs, plans.length)
        }
      }))
      return outcome
    } finally {
      await server.stop()
    }
  },
}

/** One run; in `calls` it counts what passed the proxy. */
async function oneRun(
  port: number, url: string, plan: CutPlan | undefined, calls: Map<string, number>,
): Promise<Run> {
  const proxy = await startRedisProxy(port, args => {
    const command = String(args[0])
    return command === 'EVALSHA' || command === 'EVAL' ? nameOfDigest.get(String(args[1])) : undefined
  }, plan)
  const rig = await Rig.open({ url, through: proxy.url, seed: 1, partitions: 2, accounts: 4,
    isRelaying: true })
  try {
    const node = await rig.startNode()
    let catchUpMs = 0
    for (let round = 0; round < rounds; round++) {
      await rig.send(roundRecords)
      catchUpMs = Math.max(catchUpMs, await rig.settled())
    }
    await node.stop()
    for (const [name, count] of proxy.calls) calls.set(name, count)
    const run = await rig.check(catchUpMs)
    if (plan && run.wrong.length > 0) run.wrong.unshift(`at call ${plan.nth} of ${plan.name}, ${plan.moment}`)
    return run
  } finally {
    await rig.close()
    await proxy.stop()
  }
}
