/** A real Redis Cluster for tests: three masters with a replica each, on loopback; ended by process ids. */
import { closeRedis, openRedis, send, type RedisConnection } from '../../engine/redis/index.js'
import { freePort, startRedis, type TestRedis } from './redis.js'
import { until } from './until.js'

const masterCount = 3
const slotCount = 16_384

/** A node of it. */
export interface ClusterNode extends TestRedis {
  /** Where nodes talk to each other. */
  readonly busPort: number
  /** Sends one command to this node alone. */
  ask(name: string, ...args: (string | number)[]): Promise<unknown>
}

/** A running cluster. */
export interface TestCluster {
  readonly url: string
  readonly nodes: readonly ClusterNode[]
  /** The node that is master of the slot now, as another node than itself sees it. */
  masterOf(slot: number): Promise<ClusterNode>
  /** Whether every master is alive and has its replica. */
  isWhole(): Promise<boolean>
  stop(): Promise<void>
}

/** Starts it; `extra` are further arguments of every node. */
export async function startCluster(extra: string[] = []): Promise<TestCluster> {
  const nodes = await Promise.all(Array.from({ length: 2 * masterCount }, () => startNode(extra)))
  const [first] = nodes
  await Promise.all(nodes.slice(0, masterCount).map(async (node, i) => {
    await node.ask('CLUSTER', 'SET-CONFIG-EPOCH', i + 1)
    await node.ask('CLUSTER', 'ADDSLOTSRANGE', Math.ceil(i * slotCount / masterCount),
      Math.ceil((i + 1) * slotCount / masterCount) - 1)
  }))
  for (const node of nodes.slice(1)) await first.ask('CLUSTER', 'MEET', '127.0.0.1', node.port, node.busPort)
  const ids = await Promise.all(nodes.map(async node => String(await node.ask('CLUSTER', 'MYID'))))
  await Promise.all(nodes.slice(masterCount).map(async (node, i) => {
    await until('it knows its master', async () =>
      String(await node.ask('CLUSTER', 'NODES')).includes(ids[i]))
    await until('it replicates', () =>
      node.ask('CLUSTER', 'REPLICATE', ids[i]).then(() => true, () => false))
  }))
  const cluster: TestCluster = {
    url: `redis-cluster://${nodes.slice(0, masterCount).map(({ port }) => `127.0.0.1:${port}`).join()}`,
    nodes,
    async masterOf(slot) {
      const views = await Promise.all(nodes.map(node => node.ask('CLUSTER', 'SLOTS').catch(() => [])))
      const ports = views.flatMap(view => (view as [number, number, [Buffer, number]][])
        .filter(([from, to]) => from <= slot && slot <= to).map(([, , [, port]]) => port))
      const count = (port: number): number => ports.filter(one => one === port).length
      const port = ports.reduce((best, one) => (count(one) > count(best) ? one : best))
      return nodes.find(node => node.port === port)!
    },
    async isWhole() {
      const infos = await Promise.all(nodes.map(async node => String(await node.ask('CLUSTER', 'INFO')
        + String(await node.ask('INFO', 'replication'))).replaceAll('\r', '')))
      const masters = infos.filter(info => info.includes('role:master'))
      return infos.every(info => info.includes('cluster_state:ok') && info.includes('cluster_known_nodes:6'))
        && masters.length === masterCount && masters.every(info => info.includes('state=online'))
        && infos.filter(info => info.includes('master_link_status:up')).length === masterCount
    },
    stop: async () => void await Promise.all(nodes.map(node => node.stop())),
  }
  await until('the cluster is whole', () => cluster.isWhole().catch(() => false))
  return cluster
}

async function startNode(extra: string[]): Promise<ClusterNode> {
  const busPort = await freePort()
  const server = await startRedis(['--cluster-port', String(busPort),
    '--cluster-enabled', 'yes', '--cluster-node-timeout',
    '2000', '--cluster-require-full-coverage', 'no', '--repl-diskless-sync-delay', '0', ...extra])
  let opened: Promise<RedisConnection> | undefined
  const forget = async (): Promise<void> => {
    const connection = await opened?.catch(() => undefined)
    opened = undefined
    if (connection) closeRedis(connection)
  }
  return {
    url: server.url,
    port: server.port,
    busPort,
    dir: server.dir,
    get pid() { return server.pid },
    ask: async (name, ...args) => {
      opened ??= openRedis(server.url, 'control', 300)
      opened.catch(() => { opened = undefined })
      return send(await opened, name, args)
    },
    kill: async () => {
      await forget()
      await server.kill()
    },
    restart: () => server.restart(),
    stop: async () => {
      await forget()
      await server.stop()
    },
  }
}
