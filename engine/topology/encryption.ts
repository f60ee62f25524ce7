/**
 * Whether the values of a topic are encrypted: decided once, when the topic is made, and kept with it.
 *
 *   (no topic) ─`initially`─▶ on │ off        never changed: values of both kinds would lie side by side
 */
import { DataKeys, type MasterKeys } from '../cipher/index.js'
import { HinataError } from '../errors/index.js'
import { topicPartitions } from '../log/index.js'
import type { Keyspace } from '../record/keys.js'
import { send, type RedisConnection } from '../redis/index.js'
import type { Topology } from './topology.js'

/** How a topology is encrypted, where it is. */
export interface Encryption {
  readonly masters: MasterKeys
  /** Whether a topic that is made now is encrypted. */
  readonly initially: Switch
  /** What an existing topic must be; absent: whatever it is. */
  readonly asked?: Switch
}

/** Whether something is done. */
export type Switch = 'on' | 'off'

/** Makes data keys that remember for themselves; undefined: nothing is encrypted. */
export type OpenDataKeys = () => DataKeys

/** Before the topic is made: decides. Throws ENCRYPTION_FIXED and CIPHER_RELAYS. */
export async function beginEncryption(
  redis: RedisConnection, keys: Keyspace, topology: Topology,
): Promise<OpenDataKeys | undefined> {
  const { topic } = topology.source
  const isNew = await topicPartitions(redis, keys, topic) === null
  const wanted = isNew ? wantedOf(topology) : 'off'
  await send(redis, 'SET', [keys.encryption(topic), wanted, 'NX'])
  if (wanted === 'on') topology.encryption?.masters.make()
  return dataKeysOf(redis, keys, topology)
}

/** Data keys of a topic as it is. Throws ENCRYPTION_FIXED and CIPHER_RELAYS. */
export async function dataKeysOf(
  redis: RedisConnection, keys: Keyspace,
  topology: Pick<Topology, 'name' | 'source' | 'relays' | 'encryption'>,
): Promise<OpenDataKeys | undefined> {
  const { source: { topic, partitions }, encryption, relays } = topology
  const found: Switch = String(await send(redis, 'GET', [keys.encryption(topic)])) === 'on' ? 'on' : 'off'
  const expected = encryption ? encryption.asked ?? found : 'off'
  if (found !== expected) throw new HinataError('ENCRYPTION_FIXED', { topic, found, expected })
  if (!encryption || found === 'off') return undefined
  encryption.masters.assertPresent()
  if (relays) throw new HinataError('CIPHER_RELAYS', { topology: topology.name })
  return () => new DataKeys({ redis, keys, topic, partitions, masters: encryption.masters })
}

function wantedOf({ encryption }: Topology): Switch {
  return encryption ? encryption.asked ?? encryption.initially : 'off'
}
