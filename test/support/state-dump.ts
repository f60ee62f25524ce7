/** The stored state of a topology, for byte comparison; and its log, copied for a replay. */
import { fieldsOf, closeRedis, openRedis, send } from '../../engine/redis/index.js'
import { Keyspace } from '../../engine/record/keys.js'
import { codeVersion } from '../../pipelines/hinata.js'

/** Every state hash of a namespace, one at least: name without the namespace → fields, ordered, as hex. */
export async function dumpState(
  url: string, namespace: string, partitions: number, topology = `hinata.${codeVersion}`,
): Promise<Map<string, string>> {
  const redis = await openRedis(url, 'dump')
  const found: [string, string][] = []
  for (let partition = 0; partition < partitions; partition++) {
    const prefix = `${namespace}:{${partition}}:${topology}:`
    for (const kind of ['s', 't']) {
      let cursor = '0'
      do {
        const [next, names] = await send(redis, 'SCAN',
          [cursor, 'MATCH', `${prefix}${kind}:*`, 'COUNT', 1_000]) as [Buffer, Buffer[]]
        for (const name of names) {
          const fields = Object.entries(fieldsOf(await send(redis, 'HGETALL', [String(name)])))
          fields.sort(([a], [b]) => (a < b ? -1 : 1))
          const text = fields.map(([field, bytes]) => `${field}=${bytes.toString('hex')}`).join('\n')
          found.push([String(name).slice(namespace.length), text])
        }
        cursor = String(next)
      } while (cursor !== '0')
    }
  }
  closeRedis(redis)
  if (found.length === 0) throw new Error(`${topology} keeps nothing in ${namespace}`)
  return new Map(found.sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** Copies the log of every partition, entry ids included, to another namespace. */
export async function copyLog(url: string, from: string, to: string, partitions: number): Promise<void> {
  const redis = await openRedis(url, 'copy')
  const [source, target] = [new Keyspace(from), new Keyspace(to)]
  for (let partition = 0; partition < partitions; partition++) {
    const entries = await send(redis, 'XRANGE', [source.log(partition, 'records'), '-', '+']) as
      [Buffer, Buffer[]][]
    for (const [id, fields] of entries) {
      await send(redis, 'XADD', [target.log(partition, 'records'), String(id), 'd', fields[1]])
    }
    const appended = await send(redis, 'HGET', [source.meta(partition, 'records'), 'n']) as Buffer | null
    if (appended) await send(redis, 'HSET', [target.meta(partition, 'records'), 'n', appended])
  }
  closeRedis(redis)
}
