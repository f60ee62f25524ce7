/**
 * What is no HTTP and no WebSocket at all, byte by byte over TCP. The gateway may answer with a refusal or
 * end
 * the connection; it must not wait for ever, and the next app must not notice.
 */
import { connect } from 'node:net'
import type { Draw } from './draw.js'

const host = 'Host: x\r\n'
const upgrade = 'GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n'
  + 'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n'
const socket = `${upgrade}Sec-WebSocket-Protocol: hinata.json.v1\r\n\r\n`
const submit = `POST /api/hinata/submit HTTP/1.1\r\n${host}`

/** Whole conversations, each ended by the other side or by us. */
const attacks: readonly (readonly (string | readonly number[])[])[] = [
  ['\r\n\r\n'], ['GET'], ['GET / HTTP/9.9\r\n\r\n'], ['GET / HTTP/1.1\r\n\r\n'],
    ['get / http/1.1\r\nhost: x\r\n\r\n'],
  [`GET /${'a'.repeat(100_000)} HTTP/1.1\r\n${host}\r\n`],
    [`GET / HTTP/1.1\r\n${host}X: ${'a'.repeat(100_000)}\r\n\r\n`],
  [`GET / HTTP/1.1\r\n${host}${'X: y\r\n'.repeat(5_000)}\r\n`],
    [`GET / HTTP/1.1\r\n${host}X\u0000Y: z\r\n\r\n`],
  [`${submit}Content-Length: -1\r\n\r\nx`], [`${submit}Content-Length: 99999999999999999999\r\n\r\nx`],
  [`${submit}Content-Length: 1\r\nContent-Length: 2\r\n\r\nxx`], [`${submit}Content-Length: 5x\r\n\r\nxxxxx`],
  [`${submit}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
  [`${submit}Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\nx`],
    [`${submit}Transfer-Encoding: chunked\r\n\r\nzz\r\n`],
  [`${submit}Transfer-Encoding: xchunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n`],
    [`${submit}Expect: 100-continue\r\n\r\n`],
  ['PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'], [[0x16, 3, 1, 0, 5, 1, 0, 0, 1, 0]], [[0, 0, 0, 0, 0, 0]],
    ['\u0000'.repeat(50_000)],
  [`CONNECT x:1 HTTP/1.1\r\n${host}\r\n`], [`GET http://other/ HTTP/1.1\r\n${host}\r\n`],
    [`GET * HTTP/1.1\r\n${host}\r\n`],
  [`${upgrade}\r\n`],
    ['GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nSec-WebSocket-Protocol: hinata.json.v1\r\n\r\n'],
  [socket, [0x81, 0x05, 1, 2, 3, 4, 5]], [socket, [0x81, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0, 0, 0, 0]],
  [socket, [0xf1, 0x80, 0, 0, 0, 0]], [socket, [0x83, 0x80, 0, 0, 0, 0]], [socket, [0x80, 0x80, 0, 0, 0, 0]],
  [socket, [0x89, 0xfe, 0x00, 0x80, 0, 0, 0, 0]], [socket, [0x88, 0x81, 0, 0, 0, 0, 3]],
  [socket, [0x88, 0x82, 0, 0, 0, 0, 0xff, 0xff]], [socket, [0x01, 0x81, 0, 0, 0, 0, 0x7b, 0x01, 0x81, 0, 0, 0,
    0, 0x7b]],
  [socket, [0x81, 0x81, 0, 0, 0, 0, 0xff]], [socket, [0xc1, 0x81, 0, 0, 0, 0, 0x7b]],
]

/** What became of an attack. */
export interface Fate {
  readonly sent: string
  /** The status line of the answer, '' when there was none. */
  readonly answer: string
  /** It was ended by the gateway before we had enough of it. */
  readonly isEnded: boolean
}

/** How long an attack is watched when the gateway neither answers nor ends it: it is waiting for the rest. */
const patienceMs = 300

/** Carries out one attack. */
export function attack(port: number, draw: Draw): Promise<Fate> {
  const parts = draw.pick(attacks)
  const sent = JSON.stringify(parts).slice(0, 120)
  return new Promise(resolve => {
    const socket = connect(port, '127.0.0.1')
    let answer = ''
    const done = (isEnded: boolean): void => {
      clearTimeout(timer)
      socket.destroy()
      resolve({ sent, answer, isEnded })
    }
    const timer = setTimeout(() => done(false), patienceMs)
    socket.on('data', (part: Buffer) => { answer ||= part.toString('latin1').split('\r\n')[0] ?? '' })
    socket.on('error', () => undefined) // its end follows
    socket.on('close', () => done(true))
    for (const part of parts) socket.write(typeof part === 'string' ? Buffer.from(part, 'latin1')
      : Buffer.from(part))
  })
}
