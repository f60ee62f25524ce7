/** A port that was free is taken by one gateway alone, and by its successor at once. */
import { connect } from 'node:net'
import t from 'tap'
import { listen, openApp } from '../../../gateway/server/listen.js'

const host = '127.0.0.1'

t.test('the port of a gateway that closed its connections is listened on again at once', async t => {
  const app = openApp()
  app.get('/*', response => void response.end('', true)) // we close first, as a killed process does
  const { port, stop } = await listen(app, host, 0)
  await new Promise<void>((resolve, reject) => {
    const socket = connect(port, host, () => socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n'))
    socket.on('error', reject).on('close', () => resolve()).resume()
  })
  stop()
  const again = await listen(openApp(), host, port)
  t.equal(again.port, port)
  again.stop()
})

t.test('a port that another gateway listens on is refused', async t => {
  const first = await listen(openApp(), host, 0)
  await t.rejects(listen(openApp(), host, first.port), { code: 'CONFIG_INVALID' })
  first.stop()
})
