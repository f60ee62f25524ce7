// Show 8: keys of an app and keys that sign tokens are turned under load, and no request fails.
import t from 'tap'
import { connect, startGateway } from '../../gateway/index.js'
import {
  adminKey, get, openGreeted, post, recordOf, registerApp, startSystem, userToken,
} from './system.js'
import { lightTopology } from './light.js'

const turns = 5
const requestsPerTurn = 100
const senders = 6

const limits = { requestsPerHourMax: 0 }
t.setTimeout(180_000)
const system = await startSystem({ topology: lightTopology, limits })
const second = await startGateway({
  host: '127.0.0.1', port: 0, client: system.client, pipeline: system.topology, adminKey, limits,
})
t.teardown(async () => {
  await second.stop()
  await system.stop()
})
const urls = [system.gateway.url, second.url] as const
const atRandom = (turn: number): string => urls[turn % 2]!

/** What was sent, and what was not answered as it should be. */
interface Load {
  sent: number
  readonly failed: string[]
  wake(): void
}

const newLoad = (): Load => ({ sent: 0, failed: [], wake: () => undefined })

/** Sends until told to end: each request with what `credential` says at that instant, at both gateways. */
async function send(load: Load, name: string, person: string, isEnding: () => boolean,
  credential: (i: number) => Promise<string>): Promise<void> {
  for (let i = 0; !isEnding(); i++) {
    const key = await credential(i)
    const id = `${name}-${i}`
    const answer = await post(atRandom(i), '/api/hinata/submit', key, {
      user_id: person, hinata_batch: [recordOf(id)],
    })
    load.sent += 1
    load.wake()
    if (answer.status !== 200) load.failed.push(`${id}: ${answer.status} ${JSON.stringify(answer.body)}`)
  }
}

async function sentMore(load: Load, count: number): Promise<void> {
  const goal = load.sent + count
  while (load.sent < goal) await new Promise<void>(resolve => { load.wake = resolve })
}

t.test('an app\'s key is turned under load: no request fails, no connection ends', async t => {
  const app = await registerApp(urls[0], null)
  let key = app.key
  let isEnding = false
  const load = newLoad()
  // a sender takes up the newest key at every 20th request, so that old and new keys are used together
  const sending = Array.from({ length: senders }, (_, s) => {
    let mine = key
    return send(load, `s${s}`, `p${s}`, () => isEnding, async i => {
      if (i % 20 === 0) mine = key
      return mine
    })
  })
  const client = await connect({ url: urls[0], token: key })
  let acknowledged = 0
  const streaming = (async () => {
    for (let i = 0; !isEnding; i++) {
      const ack = await client.submit('streamer', [recordOf(`w${i}`)])
      acknowledged += ack.accepted
    }
  })()
  for (let turn = 0; turn < turns; turn++) {
    await sentMore(load, requestsPerTurn)
    const { status, body } = await post(
      atRandom(turn), `/api/apps/${app.appId}/rotate-key`, key, { overlap_s: 3_600 })
    t.equal(status, 200)
    key = (body as { api_key: string }).api_key
  }
  await sentMore(load, requestsPerTurn)
  isEnding = true
  await Promise.all([...sending, streaming])
  await client.close()
  t.same(load.failed.slice(0, 3), [], `${load.failed.length} of ${load.sent} requests failed`)
  t.ok(acknowledged > 0, `${acknowledged} records over the WebSocket`)
})

t.test('the key that signs tokens is turned under load: no request fails', async t => {
  const app = await registerApp(urls[0], null)
  let isEnding = false
  const load = newLoad()
  // a token is made at one gateway and used at both, at once and 25 requests long
  const sending = Array.from({ length: senders }, (_, s) => {
    let token = ''
    return send(load, `t${s}`, `q${s}`, () => isEnding, async i => {
      if (i % 25 === 0) token = await userToken(atRandom(i + s), app.key, `q${s}`)
      return token
    })
  })
  const kids = new Set<string>()
  for (let turn = 0; turn < turns; turn++) {
    await sentMore(load, requestsPerTurn)
    const { body } = await post(atRandom(turn), '/api/auth/rotate-signing-key', adminKey, {})
    kids.add((body as { kid: string }).kid)
  }
  await sentMore(load, requestsPerTurn)
  isEnding = true
  await Promise.all(sending)
  t.equal(kids.size, turns)
  t.same(load.failed.slice(0, 3), [], `${load.failed.length} of ${load.sent} requests failed`)
  const socket = await openGreeted(urls[1], await userToken(urls[0], app.key, 'q0'))
  socket.socket.close()
  t.equal((await get(urls[0], '/.well-known/jwks.json', null)).status, 200)
})
