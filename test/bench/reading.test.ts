/** Reads of the benchmark: what has no owner for a moment is asked again, what is no answer fails the run. */
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import t, { type Test } from 'tap'
import type { Lane } from '../../bench/ingest/sender.js'
import { openReadingLane, prompt, search, type Reading } from '../../bench/reads/reading.js'

/** A lane to a server that answers with these in turn, the last one again and again. */
async function laneTo(
  t: Test, answers: readonly [status: number, body: string][], reading: Reading = search,
): Promise<Lane> {
  let asked = 0
  const server = createServer((request, response: ServerResponse) => {
    request.resume()
    request.on('end', () => {
      const [status, body] = answers[Math.min(asked++, answers.length - 1)]
      response.writeHead(status, { 'Content-Length': Buffer.byteLength(body) }).end(body)
    })
  })
  await new Promise<void>(resolve => { server.listen(0, '127.0.0.1', resolve) })
  const lane = openReadingLane(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, 'token', reading)
  t.teardown(() => { lane.close(); server.close() })
  return lane
}

const noOwner: [number, string] = [503, '{"error":{"code":"OWNER_UNKNOWN"}}']
const found: [number, string] = [200, '{"results":[{"id":"r1"}]}']

t.test('a read that has no owner just now is asked again', async t => {
  const lane = await laneTo(t, [noOwner, noOwner, found])
  await lane.send(0)
  await lane.send(1)
})

t.test('a prompt without records, since the index could not be asked, is asked again', async t => {
  const promptOf = (isAvailable: boolean): [number, string] => [200, JSON.stringify(
    { personalized_prompt: 'what is known. '.repeat(20), is_knowledge_available: isAvailable })]
  await (await laneTo(t, [promptOf(false), promptOf(true)], prompt)).send(0)
  const empty = await laneTo(t, [[200, '{"personalized_prompt":"","is_knowledge_available":true}']], prompt)
  await t.rejects(empty.send(0), { message: /answered 200/ })
})

t.test('another refusal fails at once, and so does an answer that found nothing', async t => {
  for (const answer of [[400, '{"error":{}}'], [200, '{"results":[]}']] as [number, string][]) {
    const lane = await laneTo(t, [answer, found])
    await t.rejects(lane.send(0), { message: new RegExp(`answered ${answer[0]}`) })
  }
})
