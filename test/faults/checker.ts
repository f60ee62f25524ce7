/**
 * The checker of the fault tests: the sender's ledger against the log, the log against everything made of it
 * (`verifyTopology`, with a replay), and what the sink was given against the ledger.
 */
import { decodeValue, verifyTopology, type Emitted, type Identity } from '../../engine/index.js'
import { fieldsOf, send } from '../../engine/redis/index.js'
import { readRange } from '../../engine/log/index.js'
import { decodeBlock } from '../../engine/record/block.js'
import { Keyspace } from '../../engine/record/keys.js'
import type { Run } from './fault.js'
import type { Logged } from './ledger.js'
import { sinkKey } from './kept-batches.js'
import type { Order } from './orders.js'
import type { Rig } from './rig.js'

/** How orders are told apart. */
export const identity: Identity = {
  of(value) {
    const { number } = value as Order
    return number === undefined ? undefined : { id: String(number), fingerprint: `content ${number}` }
  },
}

/** Checks what is there against itself. */
export async function verifyRig(rig: Rig): Promise<Run> {
  const run = newRun(rig)
  await verifyInto(rig, noteInto(run))
  return run
}

/** Checks a rig at rest. */
export async function checkRig(rig: Rig, catchUpMs: number): Promise<Run> {
  const run = { ...newRun(rig), catchUpMs }
  const note = noteInto(run)
  const logged = await readLog(rig)
  const outputs = await readOutputs(rig, what => note('changed', what))
  for (const key of rig.ledger.keys) {
    const verdict = rig.ledger.judge(key, logged.get(key) ?? [])
    for (const kind of ['lost', 'doubled', 'changed'] as const) {
      for (const what of verdict[kind]) note(kind, what)
    }
    const broken = (logged.get(key) ?? []).filter(({ number }) => rig.ledger.isBroken(key, number)).length
    judgeOutputs(key, outputs, (logged.get(key) ?? []).length - broken, broken, note)
  }
  for (const what of rig.ledger.excused().holes) note('lost', what)
  await verifyInto(rig, note)
  await judgeLedgers(rig, logged, note)
  return run
}

async function verifyInto(rig: Rig, note: Note): Promise<void> {
  const options = { redisUrl: rig.url, namespace: rig.namespace, topology: rig.topology, identity,
    deep: 'all' } as const
  for await (const { findings } of verifyTopology(options)) {
    for (const { check, kind, count, examples } of findings) note(kind, `${check}: ${examples[0]}`, count)
  }
}

function newRun(rig: Rig): Run {
  return { records: rig.ledger.acknowledged, lost: 0, doubled: 0, changed: 0, catchUpMs: 0, wrong: [] }
}

function noteInto(run: Run): Note {
  return (kind, what, count = 1) => {
    run[kind] += count
    run.wrong.push(`${kind}: ${what}`)
  }
}

type Note = (kind: 'lost' | 'doubled' | 'changed', what: string, count?: number) => void

/** Every good order was handed over once, in order; every broken one is one letter. */
function judgeOutputs(
  key: string, outputs: readonly Emitted[], good: number, broken: number, note: Note,
): void {
  const of = (output: string): unknown[] =>
    outputs.filter(one => one.key === key && one.output === output).map(({ value }) => value)
  const numbers = of('folded')
  const different = new Set(numbers).size
  if (different < good) note('lost', `outputs: ${key} ${different} of ${good}`, good - different)
  if (numbers.length > different) note('doubled', `outputs: ${key}`, numbers.length - different)
  if (numbers.some((number, i) => i > 0 && Number(number) <= Number(numbers[i - 1]))) {
    note('changed', `outputs: ${key} out of order`)
  }
  const letters = of('dead').length
  if (letters === broken) return
  note(letters < broken ? 'lost' : 'doubled', `letters: ${key} ${letters} of ${broken}`)
}

/** What ledgers were told, through the relay or not, is what accounts closed. */
async function judgeLedgers(
  rig: Rig, logged: ReadonlyMap<string, readonly Logged[]>, note: Note,
): Promise<void> {
  let good = 0
  for (const [key, all] of logged) {
    good += all.filter(({ number }) => !rig.ledger.isBroken(key, number)).length
  }
  const names = (await send(rig.monitor, 'KEYS', [`${rig.namespace}:{*}:orders.1:s:ledger:*`]) as Buffer[])
  const told = await Promise.all(names.map(async name => {
    const packed = await send(rig.monitor, 'HGET', [String(name), 'orders']) as Buffer | null
    return packed === null ? 0 : decodeValue(packed) as number
  }))
  const total = told.reduce((sum, orders) => sum + orders, 0)
  if (total !== good) {
    note(total < good ? 'lost' : 'doubled', `ledgers: ${total} of ${good}`, Math.abs(total - good))
  }
}

/** The orders of each key as they stand in the log. */
async function readLog(rig: Rig): Promise<Map<string, Logged[]>> {
  const keys = new Keyspace(rig.namespace)
  const found = new Map<string, Logged[]>()
  for (let partition = 0; partition < rig.topology.source.partitions; partition++) {
    for (const { id, block } of await readRange(rig.monitor, keys.log(partition, 'orders'), '-', '+', 1e6)) {
      decodeBlock(id, block).forEach(({ key, value }, index) => {
        const { number } = value as Order
        if (number === undefined) return
        const all = found.get(key) ?? []
        found.set(key, all)
        all.push({ number, position: `${id}:${index}` })
      })
    }
  }
  return found
}

/** All batches that the sink got, in the order of each partition. */
async function readOutputs(rig: Rig, changed: (what: string) => void): Promise<Emitted[]> {
  const batches = Object.entries(fieldsOf(await send(rig.monitor, 'HGETALL', [sinkKey(rig.namespace)])))
  const lastOf = (token: string): [number, number] => {
    const [ms, n] = token.slice(token.lastIndexOf(':') + 1).split('-')
    return [Number(ms), Number(n)]
  }
  for (const [token] of batches) if (token.startsWith('CHANGED')) changed(`outputs: ${token}`)
  return batches.sort(([a], [b]) => lastOf(a)[0] - lastOf(b)[0] || lastOf(a)[1] - lastOf(b)[1])
    .flatMap(([, packed]) => decodeValue(packed) as Emitted[])
}
