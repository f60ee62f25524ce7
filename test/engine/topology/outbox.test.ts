/** Following committed outputs from outside: in order, each once, and honest about what was trimmed away. */
import t from 'tap'
import { systemClock } from '../../../engine/index.js'
import { encodeEmission } from '../../../engine/record/emission.js'
import { send } from '../../../engine/redis/index.js'
import { followOutbox, type Followed } from '../../../engine/topology/outbox.js'
import { connectRedis, type Connected } from '../../support/connection.js'

const stream = 'h:{0}:shop.1:out'

const add = ({ redis }: Connected, id: string, ...outputs: string[]): Promise<unknown> =>
  send(redis, 'XADD', [stream, id, 'd', Buffer.concat(outputs.map(output => encodeEmission(output, 'ada', id)
    .packed))])

const outboxes = (): Promise<string[]> => Promise.resolve([stream])

/** Takes `count` steps of following; `during` runs once the follower waits. */
async function follow(
  on: Connected, from: string | undefined, count: number, during?: () => Promise<unknown>,
): Promise<Followed[]> {
  const stopping = new AbortController()
  const steps: Followed[] = []
  const following = followOutbox(on.redis, [stream], outboxes, from, systemClock, stopping.signal)
  let next = following.next()
  await during?.()
  for (;;) {
    const { value, done } = await next
    if (done) break
    steps.push(value)
    if (steps.length === count) break
    next = following.next()
  }
  stopping.abort()
  await following.return(undefined)
  return steps
}

const entriesOf = (steps: Followed[]): string[] =>
  steps.map(step => ('entry' in step ? step.entry : `gap ${step.gapFrom} ${step.gapTo}`))

t.test('from an entry that is still there: everything after it, without the messages between actors',
  async t => {
  const on = await connectRedis(t)
  for (const id of ['5-0', '6-0', '6-1', '7-0']) await add(on, id, 'added', '~tell')
  await add(on, '8-0', '~tell')
  await add(on, '9-0', 'added')
  const steps = await follow(on, '6-0', 3)
  t.strictSame(entriesOf(steps), ['6-1', '7-0', '9-0'])
  t.strictSame(steps[0], { entry: '6-1', emitted: [{ output: 'added', key: 'ada', value: '6-1' }] })
})

t.test('from the beginning of an untrimmed outbox there is no gap', async t => {
  const on = await connectRedis(t)
  for (let i = 1; i <= 200; i++) await add(on, `${i}-0`, 'added')
  t.strictSame(entriesOf(await follow(on, '0-0', 200)), Array.from({ length: 200 }, (_, i) => `${i + 1}-0`))
})

t.test('what was trimmed is told first, as a gap', async t => {
  const on = await connectRedis(t)
  for (const id of ['5-0', '6-0', '7-0', '8-0']) await add(on, id, 'added')
  await send(on.redis, 'XTRIM', [stream, 'MINID', '7-0'])
  t.strictSame(entriesOf(await follow(on, '5-0', 3)), ['gap 5-0 7-0', '7-0', '8-0'])
  await send(on.redis, 'XTRIM', [stream, 'MAXLEN', '0'])
  t.strictSame(entriesOf(await follow(on, '5-0', 1)), ['gap 5-0 8-0'], 'also when nothing is left')
  await add(on, '9-0', 'added')
  const following = await follow(on, '9-0', 1, () => add(on, '9-1', 'added'))
  t.strictSame(entriesOf(following), ['9-1'], 'who has the last misses nothing')
})

t.test('from now on: only what comes', async t => {
  const on = await connectRedis(t)
  t.strictSame(entriesOf(await follow(on, '0-0', 1, () => add(on, '4-0', 'added'))), ['4-0'],
    'an outbox that did not exist')
  const stopping = new AbortController()
  const following = followOutbox(on.redis, [stream], outboxes, undefined, systemClock, stopping.signal)
  const first = following.next()
  await send(on.redis, 'PING', []) // the follower asked for the newest entry before this
  await add(on, '5-0', 'added')
  t.match(await first, { value: { entry: '5-0' } })
  stopping.abort()
  t.strictSame(await following.next(), { value: undefined, done: true })
})

t.test('F1 who reads late and finds its place gone is told a gap, also when nothing is left', async t => {
  const on = await connectRedis(t)
  await add(on, '5-0', 'added')
  const stopping = new AbortController()
  let late = 0
  const clock = { ...systemClock, now: () => Date.now() + late }
  const following = followOutbox(on.redis, [stream], outboxes, '0-0', clock, stopping.signal)
  const next = async (): Promise<unknown> => (await following.next()).value
  t.match(await next(), { entry: '5-0' })
  await add(on, '6-0', 'added')
  await send(on.redis, 'XTRIM', [stream, 'MAXLEN', '0'])
  await add(on, '7-0', 'added')
  late += 2_000
  t.strictSame(await next(), { gapFrom: '5-0', gapTo: '7-0' })
  t.match(await next(), { entry: '7-0' })
  await add(on, '8-0', 'added')
  late += 2_000
  t.match(await next(), { entry: '8-0' }, 'late, but its place is there')
  await add(on, '9-0', 'added')
  await send(on.redis, 'XTRIM', [stream, 'MAXLEN', '0'])
  late += 2_000
  t.strictSame(await next(), { gapFrom: '8-0', gapTo: '9-0' }, 'nothing is left')
  await add(on, '10-0', 'added')
  t.match(await next(), { entry: '10-0' })
  stopping.abort()
})
