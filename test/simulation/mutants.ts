/**
 * Five real bugs, put in on purpose between the engine and the model: other scripts in the model, or a
 * connection that sends something else. The simulation must find each of them; the engine knows none.
 */
import type { RedisConnection, SentArgument } from '../../engine/redis/index.js'
import { scriptOf } from './model/redis.js'
import { modelScripts, type ModelScript } from './model/scripts.js'
import type { Store } from './model/store.js'
import type { Mutant } from './simulation.js'

/** A commit as it is sent, taken apart. */
interface SentCommit {
  /** Digest or source, keys, arguments. */
  readonly script: SentArgument
  readonly keys: readonly SentArgument[]
  /** Up to the number of timer changes. */
  readonly head: readonly SentArgument[]
  /** Member, due ('' = cancel). */
  readonly timers: readonly SentArgument[]
  /** Everything about hashes. */
  readonly hashes: readonly SentArgument[]
}

const headArguments = 6
const fixedKeys = 5

function parseCommit(args: readonly SentArgument[]): SentCommit {
  const keyCount = Number(args[1])
  const values = args.slice(2 + keyCount)
  const timersAt = headArguments + 1 + Number(values[headArguments])
  const hashesAt = timersAt + 1 + 2 * Number(values[timersAt])
  return {
    script: args[0], keys: args.slice(2, 2 + keyCount), head: values.slice(0, timersAt),
    timers: values.slice(timersAt + 1, hashesAt), hashes: values.slice(hashesAt),
  }
}

function sendCommit(
  to: RedisConnection, name: string, { script, keys, head, timers, hashes }: SentCommit,
): Promise<unknown> {
  return to.send(name, [script, keys.length, ...keys, ...head, timers.length / 2, ...timers, ...hashes])
}

/** A connection that sends commits in two steps. */
function inTwoSteps(
  to: RedisConnection, split: (commit: SentCommit) => { first: SentCommit, then: () => Promise<unknown>[] },
): RedisConnection {
  return {
    masters: () => to.masters(),
    placeOf: key => to.placeOf(key),
    onReady: listener => to.onReady(listener),
    close: () => to.close(),
    async send(name, args) {
      if (scriptOf(name, args) !== 'commit-batch') return to.send(name, args)
      const { first, then } = split(parseCommit(args))
      const reply = await sendCommit(to, name, first)
      if (String((reply as Buffer[])[0]) === 'ok') await Promise.all(then())
      return reply
    },
  }
}

/** Position first, then the state: a crash between the two loses what the batch changed. */
const positionFirst: Mutant = {
  name: 'position written before state',
  wrap: to => inTwoSteps(to, commit => ({
    first: { ...commit, keys: commit.keys.slice(0, fixedKeys), hashes: [] },
    then: () => {
      let at = 0
      return commit.keys.slice(fixedKeys).flatMap(key => {
        const puts = 2 * Number(commit.hashes[at])
        const put = commit.hashes.slice(at + 1, at + 1 + puts)
        const removals = Number(commit.hashes[at + 1 + puts])
        const removed = commit.hashes.slice(at + 2 + puts, at + 2 + puts + removals)
        at += 2 + puts + removals
        return [...put.length > 0 ? [to.send('HSET', [key, ...put])] : [],
          ...removed.length > 0 ? [to.send('HDEL', [key, ...removed])] : []]
      })
    },
  })),
}

/** The commit looks at the sequence only. */
const noEpochCheck: Mutant = {
  name: 'no epoch check in the commit',
  scripts: {
    'commit-batch': (store, keys, args) => modelScripts['commit-batch'](store, keys,
      [`${store.hget(keys[0], 'epoch')}@${store.history}`, ...args.slice(1)]),
  },
}

/** The relay appends whatever comes. */
const relayTwice: Mutant = {
  name: 'relay without dedupe',
  scripts: {
    'relay-block': (store, [log, meta], [, count, block]) => {
      store.xadd(log, undefined, ['d', block])
      store.hincrby(meta, 'n', Number(count))
      return 1
    },
  },
}

/** Timers are written after the commit. */
const timersApart: Mutant = {
  name: 'timer written outside the commit',
  wrap: to => inTwoSteps(to, commit => ({
    first: { ...commit, timers: [] },
    then: () => Array.from({ length: commit.timers.length / 2 }, (_, i) => {
      const [member, due] = commit.timers.slice(2 * i, 2 * i + 2)
      return due === '' ? to.send('ZREM', [commit.keys[2], member])
        : to.send('ZADD', [commit.keys[2], due, member])
    }),
  })),
}

const whileOwned = (script: string, run: ModelScript): ModelScript => (store: Store, keys, args) =>
  (String(args[0]) === `${store.hget(keys[0], 'epoch')}@${store.history}` ? run(store, keys, args)
    : modelScripts[script](store, keys, args))

/** The sink's batch is whatever is there when it is inserted. */
const batchNotFixed: Mutant = {
  name: 'sink batch not fixed before the insert',
  scripts: {
    'fix-batch': whileOwned('fix-batch', (store, _keys, [, , last]) => [last, store.history]),
    'advance-sink': whileOwned('advance-sink', (store, [, sink], [, last, values]) => {
      store.hset(sink, 'position', last)
      store.hincrby(sink, 'inserted', Number(values))
      return 1
    }),
  },
}

/** All of them. */
export const mutants: readonly Mutant[] =
  [positionFirst, noEpochCheck, relayTwice, timersApart, batchNotFixed]
