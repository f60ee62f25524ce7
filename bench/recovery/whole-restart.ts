/**
 * Everything that `hinata up` starts stops and starts again, with so many persons of the whole system in
 * Redis: how long until a record sent to its gateway is folded.
 *
 * Few persons are folded, two records each; the others are copies of their keys, in the same partition under
 * other names. So a state of so many costs minutes neither to make nor to fold, and Redis loads as many bytes
 * as it would. The file is written anew before, as Redis does by itself when it has doubled.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadConfig } from '../../deploy/config/index.js'
import { encryptionOf } from '../../deploy/roles/encryption.js'
import { startSystem, type RunningSystem } from '../../deploy/roles/system.js'
import { ensureRedis } from '../../deploy/system.mjs'
import { openTopologyClient, systemClock, type TopologyClient } from '../../engine/index.js'
import { closeRedis, openRedis, rewriteFiles, send, type RedisConnection } from '../../engine/redis/index.js'
import { connect } from '../../gateway/index.js'
import { hinataTopology } from '../../pipelines/hinata.js'
import { noteOf, type Note } from '../reads/notes.js'

const templates = 96
const recordsEach = 2
const copiesInFlight = 2_000
const settleMsMax = 120_000
const rewriteMsMax = 120_000
const bytesPerMb = 2 ** 20

type Config = ReturnType<typeof loadConfig>

/** In milliseconds; Redis' memory in MB. Throws when a person is missing afterwards. */
export async function restartWholeWith(persons: number): Promise<Record<string, number>> {
  const dataDir = mkdtempSync(join(tmpdir(), 'hinata-bench-'))
  const config = loadConfig({ port: '0', clickhousePort: '0', dataDir })
  const open = (): Promise<RunningSystem> => startSystem(config, ensureRedis, () => undefined)
  const first = await open()
  const held = await fill(first, config, persons).finally(() => first.stop())
  const startedAt = performance.now()
  const second = await open()
  try {
    const startedMs = performance.now() - startedAt
    const engine = await engineOf(second, config)
    await submit(second, engine, [nameOf(persons - 1)], [noteOf(recordsEach)])
    const foldedMs = performance.now() - startedAt
    await engine.close()
    const found = await keysIn(second.redis)
    if (found < held.keys) throw new Error(`of ${held.keys} keys ${found} are there`)
    return { 'first fold': foldedMs, started: startedMs, 'memory of redis': held.bytes / bytesPerMb }
  } finally {
    await second.stop()
    rmSync(dataDir, { recursive: true, force: true })
  }
}

async function fill(
  system: RunningSystem, config: Config, persons: number,
): Promise<{ keys: number, bytes: number }> {
  const engine = await engineOf(system, config)
  const names = Array.from({ length: templates }, (_, i) => `template-${i}.`)
  await submit(system, engine, names, Array.from({ length: recordsEach }, (_, n) => noteOf(n)))
  const redis = await openRedis(system.redis, 'filler')
  await copyPersons(redis, engine, names, persons)
  if (!await rewriteFiles(redis, systemClock, rewriteMsMax)) throw new Error('the file was not written anew')
  const memory = String(await send(redis, 'INFO', ['memory']))
  const keys = Number(await send(redis, 'DBSIZE', []))
  closeRedis(redis)
  await engine.close()
  return { keys, bytes: Number(/used_memory:(\d+)/.exec(memory)![1]) }
}

/** Copies all keys of one template of the right partition, for each person. */
async function copyPersons(
  redis: RedisConnection, engine: TopologyClient, names: readonly string[], persons: number,
): Promise<void> {
  const keys = (await send(redis, 'KEYS', ['*:template-*.']) as Buffer[]).map(String)
  const templateOf = new Map(names.map(name => [engine.partitionOf(name), { name,
    beginnings: keys.filter(key => key.endsWith(`:${name}`)).map(key => key.slice(0, -name.length)) }]))
  let copies: Promise<unknown>[] = []
  for (let i = 0; i < persons; i++) {
    const name = nameOf(i)
    const template = templateOf.get(engine.partitionOf(name))
    if (!template?.beginnings.length) throw new Error(`no template is in the partition of ${name}`)
    for (const beginning of template.beginnings) {
      copies.push(send(redis, 'COPY', [`${beginning}${template.name}`, `${beginning}${name}`]))
    }
    if (copies.length < copiesInFlight) continue
    await Promise.all(copies)
    copies = []
  }
  await Promise.all(copies)
}

/** Sends notes of each person and waits until they are folded. */
async function submit(
  { gateway: url, adminKey: token }: RunningSystem, engine: TopologyClient, persons: readonly string[],
  notes: readonly Note[],
): Promise<void> {
  const client = await connect({ url, token })
  for (const person of persons) {
    const { accepted } = await client.submit(person, notes)
    if (accepted !== notes.length) throw new Error(`${accepted} notes of ${person} were accepted`)
  }
  for (const person of persons) {
    if (!await engine.settled(person, settleMsMax)) throw new Error(`${person} is not folded`)
  }
  await client.close()
}

function engineOf({ redis: redisUrl }: RunningSystem, config: Config): Promise<TopologyClient> {
  return openTopologyClient({ redisUrl, topology: hinataTopology({
    partitions: config.integer('log.partitions'), sinks: [], encryption: encryptionOf(config) }) })
}

async function keysIn(redisUrl: string): Promise<number> {
  const redis = await openRedis(redisUrl, 'bench')
  const keys = Number(await send(redis, 'DBSIZE', []))
  closeRedis(redis)
  return keys
}

function nameOf(i: number): string {
  return `person-${i}`
}
