/**
 * A witness of commits: what each node was told of its own by Redis. Together they show whether a partition
 * ever had two writers (G4).
 *
 * W1  The commits of a partition, in the order of their sequence, have no gap and none is there twice.
 * W2  Their epochs never go back.
 * W3  All commits of one epoch are those of one node.
 */
import { loadScript, type RedisConnection } from '../../engine/redis/index.js'

/** A commit that was answered `ok`. */
export interface Committed {
  readonly partition: number
  readonly epoch: number
  /** The partition's how-manieth commit. */
  readonly sequence: number
}

const { digest, source } = loadScript('commit-batch')

/** The connection, with every commit on it noted once it was answered. */
export function witnessed(redis: RedisConnection, note: (commit: Committed) => void): RedisConnection {
  return {
    send: async (name, args, key) => {
      const reply = await redis.send(name, args, key)
      const isCommit = (name === 'EVALSHA' && args[0] === digest) || (name === 'EVAL' && args[0] === source)
      if (isCommit && String((reply as Buffer[])[0]) === 'ok') {
        const [partition] = /(?<=\{)\d+(?=\})/.exec(String(args[2]))!
        const first = 2 + Number(args[1])
        note({ partition: Number(partition), epoch: parseInt(String(args[first]), 10),
          sequence: Number(args[first + 1]) + 1 })
      }
      return reply
    },
    masters: () => redis.masters(), placeOf: key => redis.placeOf(key), close: () => redis.close(),
    onReady: listener => redis.onReady(listener),
  }
}

/** What is wrong with the commits of several nodes, by W1 to W3; empty when nothing is. */
export function judgeCommits(ofNodes: ReadonlyMap<string, readonly Committed[]>): string[] {
  const wrong: string[] = []
  const all = [...ofNodes].flatMap(([node, commits]) => commits.map(commit => ({ node, ...commit })))
    .sort((a, b) => a.partition - b.partition || a.sequence - b.sequence)
  const writers = new Map<string, string>()
  all.forEach(({ node, partition, epoch, sequence }, i) => {
    const subject = `partition(${partition}) commit ${sequence} of ${node}`
    const before = all[i - 1]?.partition === partition ? all[i - 1] : { sequence: 0, epoch: 0 }
    if (sequence !== before.sequence + 1) wrong.push(`${subject} follows ${before.sequence}`)
    if (epoch < before.epoch) wrong.push(`${subject}: epoch ${epoch} goes back`)
    const writer = writers.get(`${partition} ${epoch}`) ?? node
    writers.set(`${partition} ${epoch}`, writer)
    if (writer !== node) wrong.push(`${subject}: epoch ${epoch} is that of ${writer}`)
  })
  return wrong
}
