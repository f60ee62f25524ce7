/**
 * What encryption costs: the main job with it and without, alternating in one run.
 *
 *   node dist/bench/encryption.js [--records FILE.jsonl.gz] [--count 8000] [--rounds 2]
 *
 * Question: how much more processor time does a record take, in which process, and how much slower is the
 * main job, when what persons told is encrypted in Redis? Lower bound: the rounds without. Each round is an
 * empty system, which a fifth of the records warm up; the sender never waits and is this process. First the
 * parts: one box shut and opened, by size, in this process.
 * Does not measure: several nodes, a network, the reads of a gateway (a box opened per row).
 */
import { parseArgs } from 'node:util'
import { decrypt, encrypt, hiddenName, newDataKey } from '../engine/cipher/box.js'
import { median } from './benchmark.js'
import { batchesOfFile, batchesOfSample, renamed } from './main-job/batches.js'
import { sendAll } from './main-job/load.js'
import { MeasuredSystem, type CpuSeconds } from './main-job/measured-system.js'

const { values } = parseArgs({ options: {
  records: { type: 'string' }, count: { type: 'string', default: '8000' },
  rounds: { type: 'string', default: '2' },
} })
const warmUpShare = 0.2
const boxes = 20_000

interface Round {
  readonly foldedPerSecond: number
  /** By process, µs per record. */
  readonly cpuUs: Record<string, number>
  /** Of all processes but the sender. */
  readonly totalUs: number
}

const say = (line: string): void => void process.stdout.write(`${line}\n`)
const batches = values.records === undefined ? batchesOfSample(Number(values.count))
  : await batchesOfFile(values.records)

const key = newDataKey()
for (const bytes of [100, 400, 1_700, 6_000]) {
  const plain = Buffer.alloc(bytes, 'a')
  const box = encrypt(key, plain)
  say(`${bytes} bytes: shut ${cpuOf(() => encrypt(key, plain))} µs, `
    + `opened ${cpuOf(() => decrypt(key, box))} µs`)
}
say(`a name of 20 characters hidden: ${cpuOf(() => hiddenName(key, 'a name of 20 letters'))} µs`)

const rounds: Record<'off' | 'on', Round[]> = { off: [], on: [] }
for (let round = 0; round < Number(values.rounds); round++) {
  const order = round % 2 === 0 ? ['off', 'on'] as const : ['on', 'off'] as const
  for (const encryption of order) {
    rounds[encryption].push(await roundWith(encryption))
    say(`${encryption.padEnd(3)} ${JSON.stringify(rounds[encryption].at(-1))}`)
  }
}
const of = (encryption: 'off' | 'on', what: (round: Round) => number): number =>
  median(rounds[encryption].map(what))
const [cpuOff, cpuOn] = [of('off', round => round.totalUs), of('on', round => round.totalUs)]
say(`off ${of('off', round => round.foldedPerSecond)} records a second, ${cpuOff} µs each; `
  + `on ${of('on', round => round.foldedPerSecond)}, ${cpuOn} µs: `
  + `${((cpuOn / cpuOff - 1) * 100).toFixed(1)} % more processor time`)
process.exit(0)

/** Processor time of one call, µs. */
function cpuOf(call: () => unknown): string {
  for (let i = 0; i < boxes / 4; i++) call()
  const before = process.cpuUsage()
  for (let i = 0; i < boxes; i++) call()
  const { user, system } = process.cpuUsage(before)
  return ((user + system) / boxes).toFixed(1)
}

async function roundWith(encryption: 'off' | 'on'): Promise<Round> {
  const system = await MeasuredSystem.start(encryption)
  try {
    await sendAll(system, renamed(batches.slice(0, Math.round(batches.length * warmUpShare)), '-warm'))
    await system.settled()
    const before = await system.cpu()
    const { accepted, startedAt } = await sendAll(system, batches)
    const { foldedAt } = await system.settled()
    const after = await system.cpu()
    const cpuUs = Object.fromEntries(Object.entries(after).map(([role, seconds]) =>
      [role, Math.round((seconds - before[role as keyof CpuSeconds]) / accepted * 1e6)]))
    const { sender, ...others } = cpuUs
    return { foldedPerSecond: Math.round(accepted / (foldedAt - startedAt) * 1_000),
      cpuUs: { ...others, sender }, totalUs: Object.values(others).reduce((sum, us) => sum + us, 0) }
  } finally {
    await system.stop()
  }
}
