/**
 * G10 from outside: health turns red within the stated time and names who stands. A stage that never returns
 * (partition, stage, entry, since when), a frozen process (its node), a dead one; and it turns green again.
 */
import { fork, type ChildProcess } from 'node:child_process'
import t, { type Test } from 'tap'
import { openTopologyClient, type TopologyClient } from '../../engine/index.js'
import { startGateway, type SystemStatus } from '../../gateway/index.js'
import { startRedis } from '../support/redis.js'
import { settled } from '../support/settled.js'
import { until } from '../support/until.js'
import { stuckTopology } from './health-node.js'

/** Long enough that a busy machine is not taken for a stuck one. */
const stallMs = 3_000
const adminKey = 'admin-key-of-the-tests'

interface System {
  readonly client: TopologyClient
  readonly url: string
  startNode(): Promise<{ readonly id: string, readonly process: ChildProcess }>
  say(key: string, item: string): Promise<string>
  health(): Promise<{ readonly status: number, readonly problems: SystemStatus['problems'] }>
  status(): Promise<SystemStatus>
}

async function startSystem(t: Test): Promise<System> {
  const redis = await startRedis()
  const client = await openTopologyClient({ redisUrl: redis.url, topology: stuckTopology })
  const gateway = await startGateway({
    host: '127.0.0.1', port: 0, client, pipeline: stuckTopology, adminKey,
    limits: { stallMs, progressMs: 200 },
  })
  const processes: ChildProcess[] = []
  t.teardown(async () => {
    for (const child of processes) child.kill('SIGKILL')
    await gateway.stop()
    await client.close()
    await redis.stop()
  })
  return {
    client, url: gateway.url,
    async startNode() {
      const child = fork(new URL('./health-node.js', import.meta.url), [redis.url, String(stallMs)],
        { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
      processes.push(child)
      return { id: await new Promise(resolve => child.once('message', resolve)), process: child }
    },
    async say(key, item) {
      const [{ position }] = await client.append([{ key, eventTime: 1, value: { item, count: 1 } }])
      return position!.entry
    },
    async health() {
      const answer = await fetch(`${gateway.url}/health`)
      const { problems } = await answer.json() as { problems: SystemStatus['problems'] }
      return { status: answer.status, problems }
    },
    async status() {
      const headers = { authorization: `Bearer ${adminKey}` }
      return await (await fetch(`${gateway.url}/api/status`, { headers })).json() as SystemStatus
    },
  }
}

/** Resolves when health is red for this reason. */
const red = (on: System, reason: string): Promise<SystemStatus['problems'][number]> =>
  until(`health is red: ${reason}`, async () => {
    const { status, problems } = await on.health()
    return status === 503 ? problems.find(({ code }) => code === reason) : undefined
  })

const green = (on: System): Promise<boolean> =>
  until('health is green', async () => (await on.health()).status === 200)

t.test('Shows 8: a stage that never returns turns health red, by name; other partitions go on', async t => {
  const on = await startSystem(t)
  const { id, process: child } = await on.startNode()
  await on.say('ada', 'tea')
  await settled(on.client)
  await green(on)
  const entry = await on.say('ada', 'never')
  const began = Date.now()
  const found = await until('the stage is named', async () => (await on.health()).problems
    .find(({ code }) => code === 'TASK_STALLED'))
  t.ok(Date.now() - began < 10 * stallMs, `red after ${Date.now() - began} ms; ${stallMs} ms are stated`)
  t.match(found.message, new RegExp(`^Partition ${on.client.partitionOf('ada')} has not committed since `
    + `\\d{4}-\\d\\d-\\d\\dT.*Z: stage stuck at ${entry}, 1 entries wait`))
  t.match(found.fix, new RegExp(`node ${id}, process ${child.pid}`))
  const status = await until('the node tells its hot keys', async () => {
    const now = await on.status()
    return now.hot_keys.length > 0 && now
  })
  t.match(status, { status: 'unhealthy', hot_keys: [{ key: 'ada', records: 1 }],
    pipelines: [{ lag_records: 1, dead_letters: 0, partitions: [{ partition: 0 }, { partition: 1 }] }] })
  const open = await (await fetch(`${on.url}/api/status`)).json() as SystemStatus
  t.strictSame(open.hot_keys, [], 'keys are for the administrator')
  const metrics = await (await fetch(`${on.url}/metrics`)).text()
  for (const line of [`hinata_lag_records{partition="${on.client.partitionOf('ada')}"} 1`, 'hinata_healthy 0',
    'hinata_problems{code="TASK_STALLED"} 1', 'hinata_hot_key_share{rank="1"} 1', 'hinata_nodes 1',
    'hinata_pipeline_lag_records{pipeline="shop.1"} 1']) {
    t.ok(metrics.includes(`${line}\n`), line)
  }
})

t.test('a frozen node is named by who sees its silence; it goes on when it thaws', async t => {
  const on = await startSystem(t)
  const { id, process: child } = await on.startNode()
  await on.say('ada', 'tea')
  await settled(on.client)
  child.kill('SIGSTOP')
  await on.say('ada', 'ham')
  const problem = await until('the node is named', async () => (await on.health()).problems
    .find(({ code }) => code === 'NODE_SILENT'))
  t.match(problem.message,
    new RegExp(`^Node ${id} has not been heard of for \\d+ s; it holds partitions 0 1`))
  child.kill('SIGCONT')
  await green(on)
  t.ok(await on.client.settled('ada', 20_000))
})

t.test('a dead node without a backlog degrades, with one it is unhealthy; another takes over', async t => {
  const on = await startSystem(t)
  const { id, process: child } = await on.startNode()
  await on.say('ada', 'tea')
  await settled(on.client)
  await green(on)
  child.kill('SIGKILL')
  const status = await until('the node is missed', async () => {
    const now = await on.status()
    return now.problems.some(({ code }) => code === 'NODE_SILENT') && now
  })
  t.match(status, { status: 'degraded', problems: [{ code: 'NODE_SILENT', message: new RegExp(id) }] })
  t.match(await on.health(), { status: 200 }, 'nothing waits')
  await on.say('ada', 'ham')
  await red(on, 'NODE_SILENT')
  await on.startNode()
  await green(on)
  t.ok(await on.client.settled('ada', 20_000))
  const partition = on.client.partitionOf('ada')
  const pauseMs = await until('the pause is told', async () =>
    (await on.status()).pipelines[0].partitions[partition].takeover_pause_ms)
  t.ok(pauseMs >= stallMs, `${pauseMs} ms`)
  const metrics = await until('the metrics tell of it', async () => {
    const text = await (await fetch(`${on.url}/metrics`)).text()
    return text.includes('hinata_takeover_pause_seconds_count 1\n') && text
  })
  t.match(metrics, new RegExp(`hinata_takeover_pause_last_seconds\\{partition="${partition}"\\} \\d`))
})
