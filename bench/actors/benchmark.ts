/**
 * Question: how many messages a second do actors exchange within one process, beside libraries that are made
 * for that?
 *
 * Workload: four exercises after Savina's (exercises.ts), the same number of messages for all sides, each
 * received message counted by its receiver. Lower bound: CAF, compiled. What each side promises differs most
 * of all here: ours undoes a turn that throws and writes the state of a record's actors at once; the others
 * keep nothing. Does not measure: several processes, Redis, the memory of an actor.
 */
import { execFile } from 'node:child_process'
import type { Benchmark, Figure, Side } from '../benchmark.js'
import { versionOf } from '../machine.js'
import { peerVersion } from '../peer-packages.js'
import { exerciseNames, parsePerformances, sizesOf } from './exercises.js'
import { caf, erlang, troupe, type Program } from './programs.js'

/** A run that takes longer hangs. */
const runMsMax = 300_000
/** Erlang and CAF start quickly; a short run of them measures their schedulers. */
const shareMin = 0.05

const figures: readonly Figure[] = [
  ...exerciseNames.map(name => ({ name, unit: 'messages/s' })),
  ...exerciseNames.map(name => ({ name: `${name} cpu`, unit: 'µs per message' })),
]

/** P5. */
export function actors(hasPeers: boolean): Benchmark {
  return {
    name: 'actors', title: 'P5 · Actors in one process',
    question: 'How many messages a second do actors exchange within one process?',
    workload: 'after Savina: 400,000 messages between two; 1,000,000 to a counter; 10,000 to each of 60; '
      + '2,000 questions of each of 120 to others, drawn, and their answers; a fifth of that before, in the '
      + 'same process',
    durability: 'none: nothing leaves the process',
    lowerBound: 'CAF and Erlang, which are made for this',
    notMeasured: 'several processes, Redis, the memory of an actor, its start',
    seed: 0, figures, baseline: 'hinata', chart: 'groups', rounds: 5, hasWarmUp: false,
    sides: sidesOf(hasPeers),
  }
}

function sidesOf(hasPeers: boolean): Side[] {
  const own = sideOf('hinata', 'the test driver, which is the engine\'s fold without Redis: each message a '
    + 'turn that can be undone, after each 4,800 messages the changed state packed and written to a map',
  troupe(new URL('./hinata.js', import.meta.url), 'hinata'))
  if (!hasPeers) return [own]
  return [own,
    sideOf('xstate', `XState ${peerVersion('xstate')}, transition functions: a message is a call of the next `
      + 'actor, no state chart; one thread',
    troupe(new URL('../peers/xstate.js', import.meta.url), 'xstate')),
    sideOf('nact', `nact ${peerVersion('nact')}: every turn in an immediate of its own; one thread`,
      troupe(new URL('../peers/nact.js', import.meta.url), 'nact')),
    sideOf('erlang', `Erlang of Debian, its runtime ${versionOf('erl')}: plain processes, a scheduler per `
      + 'core', erlang),
    sideOf('caf', 'CAF 0.17 of Debian, g++ -O2, event-based actors, a thread per core', caf),
  ]
}

function sideOf(name: string, description: string, program: Program): Side {
  return {
    name, description, prepare: () => { program.prepare() },
    async run({ share }) {
      const sizes = sizesOf(Math.max(share, shareMin))
      const printed = await outputOf([...program.command(), ...exerciseNames.map(one => String(sizes[one]))])
      const found = parsePerformances(printed, sizes)
      return Object.fromEntries([...found].flatMap(([exercise, { received, seconds, cpuSeconds }]) => [
        [exercise, received / seconds], [`${exercise} cpu`, cpuSeconds / received * 1e6]]))
    },
  }
}

function outputOf([program, ...given]: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(program, given, { timeout: runMsMax, killSignal: 'SIGKILL' }, (error, stdout) => {
      if (error) reject(error)
      else resolve(stdout)
    })
  })
}
