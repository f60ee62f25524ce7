/** W1, W2: what is written to a socket within one turn of the event loop goes out together, in order. */
import { Writable } from 'node:stream'
import t from 'tap'
import { gatherWrites, writeGathered } from '../../../engine/redis/gathered-writes.js'

/** A socket that knows which chunks came with which write. */
function socketInto(writes: string[][]): Writable {
  return new Writable({
    write(chunk, _, done) {
      writes.push([String(chunk)])
      done()
    },
    writev(chunks, done) {
      writes.push(chunks.map(({ chunk }) => String(chunk)))
      done()
    },
  })
}

const turnOfTheLoop = (): Promise<void> => new Promise(resolve => { setImmediate(resolve) })

t.test('W1 commands of one turn are one write, those of the next another', async t => {
  const writes: string[][] = []
  const socket = socketInto(writes)
  for (const command of ['a', 'b', 'c']) {
    gatherWrites(socket)
    socket.write(command)
    await Promise.resolve()
  }
  t.strictSame(writes, [], 'the turn has not ended')
  await turnOfTheLoop()
  t.strictSame(writes, [['a', 'b', 'c']])
  gatherWrites(socket)
  socket.write('d')
  await turnOfTheLoop()
  t.strictSame(writes, [['a', 'b', 'c'], ['d']])
})

t.test('W1 W2 who does not wait takes along what waited, and what follows waits again', async t => {
  const writes: string[][] = []
  const socket = socketInto(writes)
  gatherWrites(socket)
  socket.write('a')
  gatherWrites(socket)
  socket.write('large')
  writeGathered(socket)
  t.strictSame(writes, [['a', 'large']])
  gatherWrites(socket)
  socket.write('b')
  t.strictSame(writes, [['a', 'large']])
  await turnOfTheLoop()
  t.strictSame(writes, [['a', 'large'], ['b']])
})

t.test('there may be no socket yet', async () => {
  gatherWrites(undefined)
  writeGathered(undefined)
})
