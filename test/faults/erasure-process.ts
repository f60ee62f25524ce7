/** A gateway, or a node, in a process that can be killed: `fork('erasure-process.js', [role, redisUrl])`. */
import { openTopologyClient, startNode } from '../../engine/index.js'
import { startGateway } from '../../gateway/index.js'
import { hinataTopology } from '../../pipelines/hinata.js'
import { adminKey } from '../gateway/system.js'

const [role = '', redisUrl = ''] = process.argv.slice(2)
/** What was left is taken up again soon. */
const limits = { erasureResumeMs: 50, privacyBeliefMs: 100, privacyPollMs: 20 }

/** A killed node's partition is free soon. */
const leaseMs = 1_000

const topology = hinataTopology({ partitions: 1, sinks: [] })
process.once('disconnect', () => process.exit(0))
if (role === 'node') {
  await startNode({ redisUrl, topology, threads: 0, leaseMs })
  process.send?.({ url: '' })
} else {
  const client = await openTopologyClient({ redisUrl, topology })
  const { url } = await startGateway({
    host: '127.0.0.1', port: 0, client, pipeline: topology, adminKey, limits,
  })
  process.send?.({ url })
}
