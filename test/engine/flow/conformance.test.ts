/**
 * Every operator against a naive reference, with the same generated streams: several keys in several
 * partitions, out of order within the bound and beyond it.
 *
 *   exact       each partition on its own: what is told for a key, in its order, and what is late, to the
 *               record; the same for any batches, and when everything is forgotten after each
 *   behind a    the operator is in another partition than its records: whatever the order in which relayed
 *   re-key      messages arrive, also with partitions that never have a record, the same is told as a set
 */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { output, topic, type DeadLetter, type Topology } from '../../../engine/index.js'
import { partitionOf } from '../../../engine/record/hash.js'
import type { LogRecord } from '../../../engine/record/record.js'
import { endRecords } from '../../../engine/topology/end-input.js'
import { Interleaved, partitionIn } from '../topology/interleaved.js'
import { late, operatorCases, told, type OperatorCase } from './operators.js'
import type { Reference } from './reference.js'

const outOfOrderMs = 2_000
const partitions = 3
const keys = ['ada', 'bob', 'cyd', 'dan', 'eve']
const dead = output<DeadLetter>('dead')

interface Input {
  readonly key: string
  readonly to: string
  readonly text: string
  readonly message: string
}

function topologyOf({ actor, messages }: OperatorCase, isRekeyed: boolean): Topology {
  const routes = messages.map(message => ({
    actor, message, where: (input: Input) => input.message === message,
    key: isRekeyed ? ({ to }: Input) => to : undefined,
    body: ({ text }: Input) => (message === 'table' && text === '-' ? null : text),
  }))
  return {
    name: 'conformance', version: 1, source: topic<Input>('inputs', { partitions }), stages: [], sinks: [],
    target: routes[0], routes: routes.slice(1), actors: [actor], views: [], relays: isRekeyed,
    eventTime: { outOfOrderMs, idleMs: 1e9, markMs: 50 }, deadLetters: dead,
  }
}

/** Records whose event time is up to `behindMax` before the greatest so far. */
const streams = (messages: readonly string[], behindMax: number, maxLength: number):
fc.Arbitrary<LogRecord<Input>[]> => fc.array(fc.record({
  key: fc.constantFrom(...keys), message: fc.constantFrom(...messages), after: fc.nat({ max: 900 }),
  behind: fc.oneof(fc.constant(0), fc.nat({ max: behindMax })), letter: fc.constantFrom('a', 'b', 'c', '-'),
}), { minLength: 1, maxLength, size: 'max' }).map(steps => {
  let now = 100_000
  return steps.map(({ key, message, after, behind, letter }, i) => {
    const text = letter === '-' ? letter : `${letter}${i}`
    return { key, eventTime: (now += after) - behind, value: { key, to: `${key} to`, text, message } }
  })
})

/** What the references say: per key, everything that is told and late, in order. */
function expected(one: OperatorCase, records: readonly LogRecord<Input>[]): Map<string, Reference> {
  const references = new Map(keys.map(key => [key, one.reference(key)]))
  for (let partition = 0; partition < partitions; partition++) {
    const local = records.filter(({ key }) => partitionOf(key, partitions) === partition)
    const here = keys.filter(key => partitionOf(key, partitions) === partition)
    let watermark = -Infinity
    const pass = (after: number): void => {
      for (const key of here) references.get(key)!.pass(watermark, after)
      watermark = after
    }
    for (const { key, eventTime, value: { message, text } } of local) {
      references.get(key)!.record({ key, eventTime, watermark, message, value: text })
      pass(Math.max(watermark, eventTime - outOfOrderMs))
    }
    pass(Infinity)
  }
  return references
}

/** Runs each partition by itself; `cuts` end batches. What was told and late, per key, in order. */
async function runExact(
  one: OperatorCase, records: readonly LogRecord<Input>[], cuts: ReadonlySet<number>, crashes: boolean,
): Promise<{ told: unknown[], late: unknown[], letters: unknown[], state: number }> {
  const topology = topologyOf(one, false)
  const ends = endRecords(partitions)
  const all = { told: [] as unknown[], late: [] as unknown[], letters: [] as unknown[], state: 0 }
  for (let partition = 0; partition < partitions; partition++) {
    const store = partitionIn(topology, partition, partitions)
    const local = [...records, ends[partition]]
      .filter(({ key }) => partitionOf(key, partitions) === partition)
    let batch: { id: string, records: LogRecord[] }[] = []
    for (const [i, record] of local.entries()) {
      batch.push({ id: `${1_000 + i}-0`, records: [record] })
      if (!cuts.has(i) && i < local.length - 1) continue
      for (const { output: name, key, value } of await store.take(batch)) {
        if (name === told.output) all.told.push([key, value])
        else if (name === late.output) all.late.push(value)
        else all.letters.push(value)
      }
      batch = []
      if (crashes) await store.crash()
    }
    const names = [...store.store.dump().keys(), ...store.timers.keys()]
    all.state += names.filter(name => !name.includes('~watermark')).length
  }
  return all
}

const ofKey = (key: string, all: readonly unknown[]): unknown[] =>
  all.filter(one => (one as [string])[0] === key).map(one => (one as [string, unknown])[1])

/** Operators that look at the watermark, and give up on what is behind it. */
const canBeLate = /^(tumbling|hopping|session|sliding|interval|table join, event|dedupe)/
/** What stays for ever: the rows of a table, results that grow. */
const keeps = /^(table|running|top)/

for (const one of operatorCases) {
  t.test(`exact: ${one.name}`, async t => {
    let panes = 0
    let lates = 0
    await fc.assert(fc.asyncProperty(streams(one.messages, 6 * outOfOrderMs, 90),
      fc.array(fc.nat({ max: 90 })), fc.boolean(), async (records, cuts, crashes) => {
        const references = expected(one, records)
        const found = await runExact(one, records, new Set(cuts), crashes)
        assert.deepEqual(found.letters, [])
        for (const [key, reference] of references) {
          assert.deepEqual(ofKey(key, found.told), reference.told, `what is told of ${key}`)
          assert.deepEqual(found.late.filter(record => (record as Reference['late'][0]).key === key),
            reference.late, `what is late of ${key}`)
          panes += reference.told.length
          lates += reference.late.length
        }
        if (!keeps.test(one.name)) assert.equal(found.state, 0, 'at the end nothing is kept')
        const each = await runExact(one, records, new Set(records.keys()), true)
        assert.deepEqual(each, found, 'one record at a time, all forgotten after each')
      }), { seed: 7, numRuns: 40 })
    t.ok(panes > 150, `${panes} told, ${lates} late`)
    t.ok(lates > 10 || !canBeLate.test(one.name))
  })
}

for (const one of operatorCases.filter(({ orderless }) => orderless)) {
  t.test(`behind a re-key: ${one.name}`, async t => {
    await fc.assert(fc.asyncProperty(streams(one.messages, outOfOrderMs, 40), fc.nat({ max: 1e6 }),
      fc.boolean(), async (records, seed, isSomeIdle) => {
        let drawn = seed
        const draw = (below: number): number => (drawn = (drawn * 48_271 + 11) % 2_147_483_647) % below
        const sent = isSomeIdle ? records.filter(({ key }) => partitionOf(key, partitions) === 0) : records
        const flow = new Interleaved(topologyOf(one, true), partitions, draw)
        await flow.run([...sent, ...endRecords(partitions).slice(0, isSomeIdle ? 1 : partitions)])
        if (isSomeIdle) await flow.idle(1e9)
        const found = flow.emitted.filter(({ output: name }) => name !== late.output)
        assert.equal(flow.emitted.length, found.length, 'nothing is late')
        const references = expectedTogether(one, sent)
        assert.deepEqual(one.orderless!(found.map(({ value }) => value)), one.orderless!(references))
      }), { seed: 9, numRuns: 25 })
    t.pass('25 runs')
  })
}

/** What the references say of records in the order of event time: nothing is late. */
function expectedTogether(one: OperatorCase, records: readonly LogRecord<Input>[]): unknown[] {
  return keys.flatMap(key => {
    const reference = one.reference(`${key} to`)
    const own = records.filter(record => record.key === key).sort((a, b) => a.eventTime - b.eventTime)
    for (const { eventTime, value: { message, text } } of own) {
      reference.record({ key: `${key} to`, eventTime, watermark: -Infinity, message, value: text })
    }
    reference.pass(-Infinity, Infinity)
    return reference.told
  })
}
