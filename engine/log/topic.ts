/** A topic in Redis: its number of partitions is written once, at creation, and checked ever after. */
import { HinataError } from '../errors/index.js'
import type { Keyspace } from '../record/keys.js'
import { send, type RedisConnection } from '../redis/index.js'

/** How many partitions a topic was created with; null: it does not exist. */
export async function topicPartitions(
  redis: RedisConnection, keys: Keyspace, topic: string,
): Promise<number | null> {
  const found = await send(redis, 'GET', [keys.topic(topic)])
  return found === null ? null : Number(String(found))
}

/** Creates the topic, or checks that it exists with as many partitions. Throws TOPIC_PARTITIONS_FIXED. */
export async function createTopic(
  redis: RedisConnection, keys: Keyspace, topic: string, partitions: number,
): Promise<void> {
  let found: unknown = null
  while (found === null) { // again if Redis lost it in between
    await send(redis, 'SET', [keys.topic(topic), partitions, 'NX'])
    found = await send(redis, 'GET', [keys.topic(topic)])
  }
  if (Number(found) !== partitions) {
    throw new HinataError('TOPIC_PARTITIONS_FIXED', { topic, found: Number(found), expected: partitions })
  }
}
