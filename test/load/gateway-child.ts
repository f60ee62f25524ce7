/** The other end of gateway-process.ts. */
import { fork } from 'node:child_process'
import { once } from 'node:events'

/** What the gateway's process says of itself, its node and its Redis. */
export interface Measured {
  /** Resident, all of its threads included. */
  readonly bytes: number
  /** Of its main thread: JavaScript objects, and memory outside of them. */
  readonly heapBytes: number
  readonly externalBytes: number
  readonly redisBytes: number
  readonly cpuMs: number
  readonly appended: number
  readonly folded: number
  readonly dead: number
}

/** A gateway elsewhere. */
export interface GatewayChild {
  readonly url: string
  readonly token: string
  measure(): Promise<Measured>
  stop(): Promise<void>
}

/** Starts one, with the real pipeline or with a light one. */
export async function startGatewayChild(pipeline: 'light' | 'whole'): Promise<GatewayChild> {
  const child = fork(new URL('./gateway-process.js', import.meta.url), [pipeline],
    { execArgv: ['--expose-gc'], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  const ended = once(child, 'exit')
  const started = once(child, 'message') as Promise<[{ url: string, token: string }]>
  const [{ url, token }] = await Promise.race([started, ended.then(() => {
    throw new Error('the gateway ended early')
  })])
  return {
    url, token,
    async measure() {
      const answered = once(child, 'message') as Promise<[Measured]>
      child.send('measure')
      return (await answered)[0]
    },
    async stop() {
      child.disconnect()
      await ended
    },
  }
}
