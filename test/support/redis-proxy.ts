/**
 * A proxy in front of Redis that understands enough of its protocol to fail at a chosen step: the nth call
 * of a chosen command is cut off before it reaches Redis, after Redis has executed it and before its reply,
 * or in the middle of the reply. Both connections end; the client connects anew and is let through.
 *
 *   request  *<n>\r\n $<bytes>\r\n<argument>\r\n …
 *   reply    +text | -text | :number | $<bytes>\r\n<bytes>\r\n | *<n>\r\n <reply> …
 */
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

/** Where a call is cut off. */
export type CutMoment = 'before' | 'after' | 'middle'

/** Which call is cut off. */
export interface CutPlan {
  /** The name that `nameOf` gives to the call. */
  readonly name: string
  /** 1 is the first such call. */
  readonly nth: number
  readonly moment: CutMoment
}

/** A running proxy. */
export interface RedisProxy {
  readonly url: string
  /** Calls seen so far, by name. */
  readonly calls: ReadonlyMap<string, number>
  stop(): Promise<void>
}

/**
 * Starts a proxy; `nameOf` names the calls that count, by their arguments. `onCut` is called when the planned
 * one is cut off, before anybody can notice.
 */
export async function startRedisProxy(
  target: number, nameOf: (args: readonly Buffer[]) => string | undefined, plan?: CutPlan,
  onCut: () => void = () => undefined,
): Promise<RedisProxy> {
  const sockets = new Set<Socket>()
  const calls = new Map<string, number>()
  const momentOf = counting(calls, nameOf, plan)
  const server = createServer(client => {
    const upstream = connect(target, '127.0.0.1')
    const end = (): void => {
      client.destroy()
      upstream.destroy()
    }
    const cut = (): void => {
      onCut()
      end()
    }
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', end)
      socket.on('close', () => {
        sockets.delete(socket)
        end()
      })
    }
    /** One per call that waits for its reply. */
    const waiting: (CutMoment | undefined)[] = []
    const requests = new Frames(frame => {
      const moment = momentOf(argumentsOf(frame))
      if (moment === 'before') return cut()
      waiting.push(moment)
      upstream.write(frame)
    })
    const replies = new Frames(frame => {
      const moment = waiting.shift()
      if (moment === 'middle') client.write(frame.subarray(0, Math.max(1, frame.length >> 1)))
      if (moment === 'middle') client.end(cut)
      else if (moment === 'after') cut()
      else client.write(frame)
    })
    client.on('data', chunk => requests.push(chunk))
    upstream.on('data', chunk => replies.push(chunk))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    stop: () => new Promise(resolve => {
      server.close(() => resolve())
      for (const socket of sockets) socket.destroy()
    }),
  }
}

/** Counts calls; answers the moment of the planned one, once. */
function counting(
  calls: Map<string, number>, nameOf: (args: readonly Buffer[]) => string | undefined, plan?: CutPlan,
): (args: readonly Buffer[]) => CutMoment | undefined {
  let isCut = false
  return args => {
    const name = nameOf(args)
    if (name === undefined) return undefined
    const nth = (calls.get(name) ?? 0) + 1
    calls.set(name, nth)
    if (isCut || plan?.name !== name || plan.nth !== nth) return undefined
    isCut = true
    return plan.moment
  }
}

/** Cuts a byte stream into whole frames of the protocol. */
class Frames {
  readonly #take: (frame: Buffer) => void
  #rest: Buffer = Buffer.alloc(0)

  constructor(take: (frame: Buffer) => void) {
    this.#take = take
  }

  push(chunk: Buffer): void {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk])
    for (let end = endOf(this.#rest, 0); end > 0; end = endOf(this.#rest, 0)) {
      const frame = this.#rest.subarray(0, end)
      this.#rest = this.#rest.subarray(end)
      this.#take(frame)
    }
  }
}

/** Where the frame that begins at `from` ends; -1: it is not whole yet. */
function endOf(bytes: Buffer, from: number): number {
  const line = bytes.indexOf('\r\n', from)
  if (line < 0) return -1
  const kind = String.fromCharCode(bytes[from])
  const size = Number(bytes.toString('latin1', from + 1, line))
  if (kind === '$') {
    const end = size < 0 ? line + 2 : line + 2 + size + 2
    return end <= bytes.length ? end : -1
  }
  let end = line + 2
  for (let i = 0; kind === '*' && i < size; i++) {
    end = endOf(bytes, end)
    if (end < 0) return -1
  }
  return end
}

/** The arguments of a request. */
function argumentsOf(frame: Buffer): Buffer[] {
  const args: Buffer[] = []
  let at = frame.indexOf('\r\n') + 2
  while (at < frame.length) {
    const line = frame.indexOf('\r\n', at)
    const size = Number(frame.toString('latin1', at + 1, line))
    args.push(frame.subarray(line + 2, line + 2 + size))
    at = line + 2 + size + 2
  }
  return args
}
