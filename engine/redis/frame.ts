/**
 * A command as the bytes that go to Redis, in one piece of memory: the array of bulk strings of
 * https://redis.io/docs/latest/develop/reference/protocol-spec/.
 *
 *   *3 │ $7 EVALSHA │ $40 digest │ $n bytes …        each head and each bulk string ends with CR LF
 *
 * The client of the package makes three buffers of every argument and joins them; a commit has hundreds. And
 * memory outside of V8's heap that lives for a whole round trip makes V8 collect the whole heap every
 * few seconds: large frames therefore stand in memory that is used again.
 *
 * F1  Memory is given back only when the command was answered: then Redis has read all of it. What was sent
 *     on a connection that broke is left to the collector, for a socket may still hold it.
 */
import { Command, type Redis } from 'ioredis'
import { gatherWrites, writeGathered, writtenAtOnceBytes } from './gathered-writes.js'

/** What may be sent as an argument. */
export type RedisArgument = string | number | Buffer

/** One argument that comes in parts. */
export class JoinedArgument {
  readonly parts: readonly Buffer[]

  constructor(parts: readonly Buffer[]) {
    this.parts = parts
  }

  get length(): number {
    return this.parts.reduce((sum, part) => sum + part.length, 0)
  }

  /** The parts in one piece, for who cannot send them as they are. */
  whole(): Buffer {
    return Buffer.concat(this.parts)
  }
}

/** What may be sent at all. */
export type SentArgument = RedisArgument | JoinedArgument

/** Frames below this live shortly and cost V8 little. */
const pooledBytesMin = 16 * 1_024
/** The memory that waits for the next frame is this large at most. */
const idleBytesMax = 16 * 1_024 * 1_024
/** A head: a mark, sixteen digits, CR LF; and CR LF behind the bytes. */
const headBytesMax = 24
/** Characters take three bytes at most in UTF-8; pairs of surrogates four for two. */
const bytesPerChar = 3
/** Shorter texts are encoded here: calling the runtime costs more than the loop. */
const shortChars = 24
const star = 0x2a
const dollar = 0x24
const zero = 0x30

/** Memory that was given back, by the exponent of its size. */
const idle: Buffer[][] = Array.from({ length: 32 }, () => [])
let idleBytes = 0

/** Memory of at least so many bytes; from `pooledBytesMin` on, a power of two. */
function takeMemory(size: number): Buffer {
  if (size < pooledBytesMin) return Buffer.allocUnsafe(size)
  const exponent = 32 - Math.clz32(size - 1)
  const found = idle[exponent].pop()
  if (!found) return Buffer.allocUnsafeSlow(2 ** exponent)
  idleBytes -= found.length
  return found
}

function giveBack(memory: Buffer): void {
  if (memory.length < pooledBytesMin || idleBytes + memory.length > idleBytesMax) return
  idleBytes += memory.length
  idle[32 - Math.clz32(memory.length - 1)].push(memory)
}

/** A command that frames itself. Its reply is of buffers. */
class FramedCommand extends Command {
  readonly #arguments: readonly SentArgument[]
  #memory: Buffer | undefined

  constructor(name: string, args: readonly SentArgument[]) {
    super(name, [], { replyEncoding: null })
    this.#arguments = args
  }

  /** Called once for every connection that the command is sent on. */
  override toWritable(): Buffer {
    const memory = takeMemory(sizeOf(this.name, this.#arguments))
    this.#memory = memory
    return memory.subarray(0, write(memory, this.name, this.#arguments))
  }

  /** Of its frame; 0 before it was sent. */
  get bytes(): number {
    return this.#memory?.length ?? 0
  }

  /** The command was answered (F1). */
  release(): void {
    if (this.#memory) giveBack(this.#memory)
    this.#memory = undefined
  }
}

/** Sends a command, and makes its memory free when the answer is there. */
export function sendFramed(redis: Redis, name: string, args: readonly SentArgument[]): Promise<unknown> {
  const command = new FramedCommand(name, args)
  gatherWrites(redis.stream)
  const replied = redis.sendCommand(command) as Promise<unknown>
  if (command.bytes >= writtenAtOnceBytes) writeGathered(redis.stream)
  return replied.then(reply => {
    command.release()
    return reply
  })
}

/** Bytes of the frame, or some more. */
function sizeOf(name: string, args: readonly SentArgument[]): number {
  let size = headBytesMax * (args.length + 2) + name.length
  for (const argument of args) {
    size += typeof argument === 'string' ? bytesPerChar * argument.length
      : typeof argument === 'number' ? headBytesMax : argument.length
  }
  return size
}

/** Writes the frame; gives the number of its bytes. */
function write(memory: Buffer, name: string, args: readonly SentArgument[]): number {
  let at = writeText(memory, writeHead(memory, 0, star, args.length + 1), name)
  for (const argument of args) {
    if (typeof argument === 'string') at = writeText(memory, at, argument)
    else if (typeof argument === 'number') at = writeText(memory, at, String(argument))
    else {
      at = writeHead(memory, at, dollar, argument.length)
      if (argument instanceof JoinedArgument) {
        for (const part of argument.parts) at += part.copy(memory, at)
      } else at += argument.copy(memory, at)
      at = writeLineEnd(memory, at)
    }
  }
  return at
}

function writeText(memory: Buffer, at: number, text: string): number {
  if (text.length <= shortChars) {
    const start = text.length < 10 ? at + 4 : at + 5
    let end = start
    while (end - start < text.length) {
      const code = text.charCodeAt(end - start)
      if (code > 0x7f) break
      memory[end++] = code
    }
    if (end - start === text.length) {
      writeHead(memory, at, dollar, text.length)
      return writeLineEnd(memory, end)
    }
  }
  const size = Buffer.byteLength(text)
  const start = writeHead(memory, at, dollar, size)
  memory.write(text, start)
  return writeLineEnd(memory, start + size)
}

function writeHead(memory: Buffer, at: number, mark: number, count: number): number {
  memory[at] = mark
  let end = at + 2
  for (let rest = count; rest > 9; rest = Math.floor(rest / 10)) end++
  let rest = count
  for (let i = end - 1; i > at; i--) {
    memory[i] = zero + rest % 10
    rest = Math.floor(rest / 10)
  }
  return writeLineEnd(memory, end)
}

function writeLineEnd(memory: Buffer, at: number): number {
  memory[at] = 0x0d
  memory[at + 1] = 0x0a
  return at + 2
}
