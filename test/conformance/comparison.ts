/**
 * The same calls to a real Redis and to the model, one after another, compared. The model gets the time that
 * Redis had. Where the clock ticked during a call, all times are tried that it may have had; if none gives
 * the same, it had two (one script, two entries), and the comparison ends there, unclear.
 */
import { loadScript, send, type RedisArgument, type RedisConnection } from '../../engine/redis/index.js'
import { ModelRedis } from '../simulation/model/redis.js'
import { ModelError } from '../simulation/model/store.js'
import { seededRandom } from '../support/random.js'
import { callMaker, type Call, type Known } from './calls.js'

const unordered = new Set(['HGETALL', 'HSCAN', 'HVALS'])
const infoFields = new Set(['length', 'last-generated-id', 'entries-added'])

/** See the top of the file. */
export class Comparison {
  readonly #redis: RedisConnection
  readonly #make: (known: Known) => Call
  readonly #known: Known
  readonly #done: { readonly call: Call, readonly at: number }[] = []
  #model: ModelRedis

  private constructor(redis: RedisConnection, seed: number, history: string) {
    this.#redis = redis
    this.#make = callMaker(seededRandom(seed))
    this.#known = { epoch: 1, sequence: 0, entry: '0-0', appended: '0-0', letter: '0-0', history }
    this.#model = this.#newModel()
  }

  /** Begins with nothing in Redis. */
  static async open(redis: RedisConnection, seed: number): Promise<Comparison> {
    await send(redis, 'FLUSHALL', [])
    const replication = String(await send(redis, 'INFO', ['replication']))
    return new Comparison(redis, seed, /master_replid:(\w+)/.exec(replication)![1])
  }

  /** Makes one call to both; what differs, if something does. */
  async call(): Promise<string | undefined> {
    const call = this.#make(this.#known)
    const [before, reply, after] = await Promise.all([
      send(this.#redis, 'TIME', []), send(this.#redis, ...commandOf(call)).catch((error: Error) => error),
      send(this.#redis, 'TIME', [])])
    const [first, last] = [millisOf(before), millisOf(after)]
    const real = plain(call, reply)
    this.#learn(call, reply)
    if (first === last) {
      const modelled = this.#run(call, first)
      return modelled === real ? undefined : `${JSON.stringify(call)}: ${modelled}, of Redis ${real}`
    }
    const data = await dumpReal(this.#redis)
    for (let at = first; at <= last; at++) {
      if (this.#run(call, at) === real && dumpModel(this.#model) === data) return undefined
      this.#takeBack()
    }
    return 'unclear'
  }

  /** The data of both, as texts; of an unclear end, what was clear. */
  async data(): Promise<[real: string, model: string]> {
    const model = dumpModel(this.#model)
    return [this.#isUnclear ? model : await dumpReal(this.#redis), model]
  }

  #isUnclear = false

  #newModel(): ModelRedis {
    const model = new ModelRedis()
    model.store.history = this.#known.history
    return model
  }

  #run(call: Call, at: number): string {
    this.#done.push({ call, at })
    this.#isUnclear = false
    return plain(call, execute(this.#model, call, at))
  }

  /** Forgets the last call: does all others again. */
  #takeBack(): void {
    this.#done.pop()
    this.#model = this.#newModel()
    for (const { call, at } of this.#done) execute(this.#model, call, at)
    this.#isUnclear = true
  }

  /** What later calls need. */
  #learn(call: Call, reply: unknown): void {
    const known = this.#known
    if (reply instanceof Error) return
    if ('command' in call) {
      if (call.command === 'XRANGE' && String(call.args[0]).endsWith(':dead')) {
        known.letter = String((reply as Buffer[][]).at(0)?.at(0) ?? '0-0')
      }
      return
    }
    const parts = Array.isArray(reply) ? reply.map(part => String(part)) : [String(reply)]
    if (call.script === 'append-block' && reply !== null) known.appended = parts[0]
    if (call.script === 'take-lease' && Number(parts[0]) > 0) known.epoch = Number(parts[0])
    if (call.script === 'take-lease' && Number(parts[0]) > 0) known.sequence = Number(parts[1])
    if (call.script === 'commit-batch' && parts[0] === 'conflict') known.sequence = Number(parts[1])
    if (call.script === 'commit-batch' && parts[0] === 'ok' && call.args[1] === known.sequence) {
      known.sequence++
      if (parts[1] !== '') known.entry = parts[1]
    }
  }
}

function commandOf(call: Call): [name: string, args: RedisArgument[]] {
  if ('command' in call) return [call.command, call.args]
  return ['EVALSHA', [loadScript(call.script).digest, call.keys.length, ...call.keys, ...call.args]]
}

function execute(model: ModelRedis, call: Call, at: number): unknown {
  if ('script' in call) model.execute(at, 'SCRIPT', ['LOAD', loadScript(call.script).source])
  try {
    return model.execute(at, ...commandOf(call))
  } catch (error) {
    if (error instanceof ModelError) return error
    throw error
  }
}

function millisOf(reply: unknown): number {
  const [seconds, micros] = (reply as Buffer[]).map(part => Number(String(part)))
  return seconds * 1_000 + Math.floor(micros / 1_000)
}

/** A reply as a text that is the same for the same reply. */
function plain(call: Call, reply: unknown): string {
  if (reply instanceof Error) return reply.message.replace(/^ERR (ERR|WRONGTYPE|NOSCRIPT)/, '$1')
    .replace(/ script: \w+, on @.*$/, '')
  const text = (part: unknown): unknown => (Buffer.isBuffer(part) ? part.toString('hex')
    : Array.isArray(part) ? part.map(text) : part)
  const parts = text(reply)
  if (!('command' in call) || !Array.isArray(parts)) return JSON.stringify(parts)
  if (call.command === 'XINFO') {
    return JSON.stringify(pairsOf(reply as unknown[]).filter(([name]) => infoFields.has(String(name)))
      .map(([name, value]) => `${String(name)} ${String(value)}`))
  }
  if (!unordered.has(call.command)) return JSON.stringify(parts)
  const flat = (call.command === 'HSCAN' ? parts[1] : parts) as string[]
  return JSON.stringify(call.command === 'HVALS' ? [...flat].sort() : pairsOf(flat).sort())
}

function pairsOf<T>(flat: readonly T[]): [T, T][] {
  return Array.from({ length: flat.length / 2 }, (_, i) => [flat[2 * i], flat[2 * i + 1]])
}

async function dumpReal(redis: RedisConnection): Promise<string> {
  const names = (await send(redis, 'KEYS', ['*']) as Buffer[]).map(String).sort()
  const lines = await Promise.all(names.map(async name => {
    const expires = await send(redis, 'PTTL', [name]) as number >= 0
    const kind = String(await send(redis, 'TYPE', [name]))
    const ask = async (command: string, ...args: RedisArgument[]): Promise<string> =>
      plain({ command, args }, await send(redis, command, [name, ...args]))
    switch (kind) {
      case 'hash': return [name, expires, await ask('HGETALL')]
      case 'zset': return [name, expires, await ask('ZRANGE', 0, -1, 'WITHSCORES')]
      case 'stream': return [name, expires, await ask('XRANGE', '-', '+'),
        plain({ command: 'XINFO', args: [] }, await send(redis, 'XINFO', ['STREAM', name]))]
      default: return [name, expires, await ask('GET')]
    }
  }))
  return lines.map(line => line.join(' ')).join('\n')
}

function dumpModel(model: ModelRedis): string {
  const { store } = model
  return store.keys().map(name => {
    const ask = (command: string, ...args: RedisArgument[]): string =>
      plain({ command, args }, model.execute(store.now, command, [name, ...args]))
    const expires = store.expiresAt(name) !== undefined
    switch (store.kindOf(name)) {
      case 'hash': return [name, expires, ask('HGETALL')]
      case 'zset': return [name, expires, ask('ZRANGE', 0, -1, 'WITHSCORES')]
      case 'stream': return [name, expires, ask('XRANGE', '-', '+'), plain({ command: 'XINFO', args: [] },
        model.execute(store.now, 'XINFO', ['STREAM', name]))]
      default: return [name, expires, ask('GET')]
    }
  }).map(line => line.join(' ')).join('\n')
}
