// Everything that socket.test.ts expects, over the binary subprotocol.
process.argv.push('--msgpack')
await import('./socket.test.js')
