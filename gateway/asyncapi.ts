/**
 * asyncapi.json (3.0): the WebSocket as one channel, seen from the gateway, which receives what apps send.
 * Made
 * from the schemas that check the frames.
 */
import type { Schema } from './schema/check.js'
import { helloFrame, pingFrame, submitFrame, subscribeFrame, unsubscribeFrame } from './schema/frames.js'
import {
  ackFrame, creditFrame, errorFrame, gapFrame, pongFrame, updateFrame, welcomeFrame,
} from './schema/gateway-frames.js'
import { codecs } from './socket/frames.js'

interface Message {
  readonly schema: Schema
  readonly summary: string
}

const fromApps: Readonly<Record<string, Message>> = {
  hello: { schema: helloFrame, summary: 'The first frame: who it is.' },
  submit: { schema: submitFrame, summary: 'A batch of 1 to 100 records of a person.' },
  subscribe: { schema: subscribeFrame, summary: 'Asks for live updates.' },
  unsubscribe: { schema: unsubscribeFrame, summary: 'Ends a subscription.' },
  ping: { schema: pingFrame, summary: 'Asks for a pong.' },
}

const fromGateway: Readonly<Record<string, Message>> = {
  welcome: { schema: welcomeFrame, summary: 'The connection stands.' },
  ack: { schema: ackFrame, summary: 'What became of a batch.' },
  credit: { schema: creditFrame, summary: 'Another number of records may be unacknowledged.' },
  update: { schema: updateFrame, summary: 'A live update.' },
  gap: { schema: gapFrame, summary: 'A part of history is gone.' },
  pong: { schema: pongFrame, summary: 'Answers ping.' },
  error: { schema: errorFrame, summary: 'A refusal.' },
}

/** Which frames the gateway answers a frame with, beside error. */
const answers: Readonly<Record<string, readonly string[]>> = {
  hello: ['welcome'], submit: ['ack'], ping: ['pong'], subscribe: ['update', 'gap'], unsubscribe: [],
}

/** The description of `/ws`. */
export function asyncApi(version: string): Readonly<Record<string, unknown>> {
  const messages = { ...fromApps, ...fromGateway }
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Hinata', version,
      description: 'One frame is one WebSocket message, as JSON text or as msgpack, by the subprotocol. '
        + 'Answer pings, as libraries do by themselves: they tell the gateway what was read. '
        + `Subprotocols: ${codecs.map(({ subprotocol }) => subprotocol).join(', ')}.`,
    },
    defaultContentType: 'application/json',
    channels: {
      ws: {
        address: '/ws',
        messages: mapOf(messages, (_, name) => ({ $ref: `#/components/messages/${name}` })),
        bindings: { ws: { method: 'GET', bindingVersion: '0.1.0', headers: {
          type: 'object', required: ['Sec-WebSocket-Protocol'],
          properties: { 'Sec-WebSocket-Protocol': { enum: codecs.map(({ subprotocol }) => subprotocol) } },
        } } },
      },
    },
    operations: {
      ...mapOf(fromApps, ({ summary }, name) => receiving(name, summary)),
      credit: sending('credit'), error: sending('error'),
    },
    components: {
      messages: mapOf(messages, ({ schema, summary }, name) => ({ name, summary, payload: schema })),
    },
  }
}

function receiving(name: string, summary: string): unknown {
  const replies = [...answers[name] ?? [], 'error']
  return {
    action: 'receive', summary, channel: { $ref: '#/channels/ws' }, messages: [inChannel(name)],
    reply: { channel: { $ref: '#/channels/ws' }, messages: replies.map(inChannel) },
  }
}

function sending(name: string): unknown {
  return { action: 'send', channel: { $ref: '#/channels/ws' }, messages: [inChannel(name)] }
}

function inChannel(name: string): { $ref: string } {
  return { $ref: `#/channels/ws/messages/${name}` }
}

function mapOf<T, R>(of: Readonly<Record<string, T>>, make: (value: T, name: string) => R): Record<string,
  R> {
  return Object.fromEntries(Object.entries(of).map(([name, value]) => [name, make(value, name)]))
}
