/** A whole system for the gateway's tests: real Redis, one node, one gateway; records as apps send them. */
import { WebSocket, type ClientOptions } from 'ws'
import {
  decodeValue, encodeValue, openTopologyClient, startNode, type TopologyClient, type Topology,
} from '../../engine/index.js'
import { startGateway, type Gateway, type GatewayLimits, type GatewayOptions } from '../../gateway/index.js'
import { hinataTopology } from '../../pipelines/hinata.js'
import { startRedis, type TestRedis } from '../support/redis.js'
import { descriptionOf } from './described.js'

/** A running system. */
interface TestSystem {
  readonly redis: TestRedis
  readonly client: TopologyClient
  readonly gateway: Gateway
  readonly topology: Topology
  /** Failures that the gateway reported to its operator. */
  readonly failures: unknown[]
  /** A key with these permissions; all ordinary ones by default. */
  key(permissions?: readonly string[]): Promise<string>
  startNode(): Promise<void>
  stopNode(): Promise<void>
  stop(): Promise<void>
}

/** The administrator's key in tests. */
export const adminKey = 'admin-key-of-the-tests'

const ordinary = ['hinata_submit', 'hinata_query', 'psp_read', 'psp_context', 'enhancement_access']

/** All permissions that there are. */
export const everyPermission = [...ordinary, 'user_data_read', 'storage_access', 'admin']

/** Registers an app with the permissions that `by` may give. */
export async function registerApp(
  url: string, by: string | null, permissions: readonly string[] = ordinary,
): Promise<{ key: string, appId: string }> {
  const { body } = await post(url, '/api/apps/register', by, {
    app_name: 'test', app_version: '1', developer: 'd', description: 'd', requested_permissions: permissions,
  })
  const { api_key: key, app_id: appId } = body as { api_key: string, app_id: string }
  return { key, appId }
}

/** A token of a person through an app. */
export async function userToken(
  url: string, key: string, person: string, expiresIn?: number,
): Promise<string> {
  const more = expiresIn === undefined ? {} : { expires_in: expiresIn }
  const { body } = await post(url, '/api/auth/user-token', key, { user_id: person, ...more })
  return (body as { token: string }).token
}

/** Makes a tenant and answers its administrator. */
export async function makeTenant(url: string, tenant: string): Promise<{ key: string, appId: string }> {
  const { body } = await post(url, '/api/tenants', adminKey, { tenant })
  const { api_key: key, app_id: appId } = body as { api_key: string, app_id: string }
  return { key, appId }
}

/** Starts a system; without a node when `hasNode` is false. */
export async function startSystem(options: {
  limits?: Partial<GatewayLimits>, hasNode?: boolean, gateway?: Partial<GatewayOptions>, topology?: Topology
} = {}): Promise<TestSystem> {
  const redis = await startRedis()
  const topology = options.topology ?? hinataTopology({ partitions: 4, sinks: [] })
  const client = await openTopologyClient({ redisUrl: redis.url, topology })
  const failures: unknown[] = []
  const gateway = await startGateway({
    host: '127.0.0.1', port: 0, client, pipeline: topology, adminKey, limits: options.limits,
    onFailure: failure => void failures.push(failure.thrown), ...options.gateway,
  })
  let node: Awaited<ReturnType<typeof startNode>> | null = null
  const system: TestSystem = {
    redis, client, gateway, topology, failures,
    async key(permissions = ordinary) {
      return (await registerApp(gateway.url, null, permissions)).key
    },
    async startNode() {
      node = await startNode({ redisUrl: redis.url, topology })
      while (
        (await client.nodes()).flatMap(({ partitions }) => partitions).length < topology.source.partitions
      ) {
        await new Promise(resolve => setImmediate(resolve)) // until it has told what it owns
      }
    },
    async stopNode() {
      await node?.stop()
      node = null
    },
    async stop() {
      await gateway.stop()
      await client.close()
      await node?.stop()
      await redis.stop()
    },
  }
  if (options.hasNode ?? true) await system.startNode()
  return system
}

/** An answer of the gateway. */
export interface Answered {
  readonly status: number
  readonly headers: Headers
  readonly body: unknown
}

/** POSTs JSON; `token` null sends no key. */
export function post(url: string, path: string, token: string | null, body: unknown): Promise<Answered> {
  return ask(url, path, token, {
    method: 'POST', body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' },
  })
}

/** Sends JSON by any method; GET and DELETE carry no body. */
export function askWith(
  url: string, method: string, path: string, token: string | null, body: unknown,
): Promise<Answered> {
  const verb = method.toUpperCase()
  if (verb === 'GET' || verb === 'DELETE') return ask(url, path, token, { method: verb })
  return ask(url, path, token, {
    method: verb, body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' },
  })
}

/** GETs. */
export function get(url: string, path: string, token: string | null): Promise<Answered> {
  return ask(url, path, token, {})
}

/** Any request; the body is JSON where it can be, else text. */
export async function ask(
  url: string, path: string, token: string | null, init: RequestInit
): Promise<Answered> {
  const headers = new Headers(init.headers)
  if (token !== null) headers.set('Authorization', `Bearer ${token}`)
  const response = await fetch(url + path, { ...init, headers })
  const body = parsed(await response.text())
  const description = await descriptionOf(url)
  description?.checkAnswer(init.method ?? 'GET', path, response.status, body)
  return { status: response.status, headers: response.headers, body }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** The code of a refusal. */
export function codeOf(answer: Answered): string | undefined {
  return (answer.body as { error?: { code?: string } }).error?.code
}

/** A good record. */
export function recordOf(id: string, more: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    id, timestamp: '2026-03-01T10:00:00Z', source: 'test', highlight: `Git rebase moves commits ${id}`,
    note: 'I want to understand interactive rebase because it keeps history clean.',
    address: 'https://example.test/git', tag: ['git'], access: 'private', ...more,
  }
}

/** A bare socket that remembers what it got. */
interface RawSocket {
  readonly socket: WebSocket
  readonly frames: { type: string, [name: string]: unknown }[]
  send(frame: unknown): void
  /** As text on the binary subprotocol, and the other way round. */
  sendInOtherForm(frame: unknown): void
  /** The first frame that fits and was not taken yet; the others stay. */
  until(fits: (frame: { type: string, [name: string]: unknown }) => boolean): Promise<{
    type: string, [name: string]: unknown,
  }>
  readonly closed: Promise<{ code: number, reason: string }>
}

/**
 * The subprotocol of bare sockets: a test file that is run with `--msgpack` speaks that, with the same
 * expectations.
 */
const isMsgpack = process.argv.includes('--msgpack')

/** A frame as a message. A text that is no JSON is sent as it is. */
function messageOf(frame: unknown): string | Buffer {
  if (!isMsgpack) return typeof frame === 'string' ? frame : JSON.stringify(frame)
  if (typeof frame !== 'string') return encodeValue(frame)
  try {
    return encodeValue(JSON.parse(frame))
  } catch {
    return Buffer.from(frame)
  }
}

/** Opens a bare socket. */
export async function openSocket(url: string, options: ClientOptions = {}): Promise<RawSocket> {
  const description = url.startsWith('https') ? null : await descriptionOf(url)
  return new Promise((resolve, reject) => {
    const subprotocol = isMsgpack ? 'hinata.msgpack.v1' : 'hinata.json.v1'
    const socket = new WebSocket(`${url.replace('http', 'ws')}/ws`, subprotocol, options)
    const frames: RawSocket['frames'] = []
    let wake: (() => void)[] = []
    const closed = new Promise<{ code: number, reason: string }>(done => socket.on('close', (
      code, reason
    ) => {
      done({ code, reason: reason.toString() })
      for (const waiter of wake) waiter()
    }))
    socket.on('message', (data: Buffer) => {
      const frame = (isMsgpack ? decodeValue(data) : JSON.parse(data.toString())) as { type: string }
      try {
        description?.checkFrame(frame)
      } catch (thrown) {
        frames.push({ type: 'undescribed', thrown })
      }
      frames.push(frame)
      for (const waiter of wake) waiter()
      wake = []
    })
    const taken = new Set<number>()
    const raw: RawSocket = {
      socket, frames, closed,
      send: frame => socket.send(messageOf(frame)),
      sendInOtherForm: frame => socket.send(JSON.stringify(frame), { binary: !isMsgpack }),
      async until(fits) {
        for (;;) {
          const at = frames.findIndex((frame, i) => !taken.has(i) && fits(frame))
          const frame = frames[at]
          const wrong = frames.find(({ type }) => type === 'undescribed')
          if (wrong !== undefined) throw wrong.thrown
          if (frame !== undefined) {
            taken.add(at)
            return frame
          }
          if (socket.readyState === WebSocket.CLOSED) throw new Error('the socket ended')
          await new Promise<void>(next => wake.push(next))
        }
      },
    }
    socket.on('open', () => resolve(raw))
    socket.on('error', reject)
  })
}

/** Opens a bare socket and says hello. */
export async function openGreeted(
  url: string, token: string, more: Record<string, unknown> = {}, options: ClientOptions = {},
): Promise<RawSocket> {
  const raw = await openSocket(url, options)
  raw.send({ type: 'hello', token, ...more })
  await raw.until(frame => frame.type === 'welcome')
  return raw
}
