/**
 * The embedded ClickHouse as a process of its own, so that a test can kill it. Arguments: data folder, port.
 */
import { startEmbeddedClickhouse } from '../../deploy/embedded/index.js'

const [dataDir, port] = process.argv.slice(2)
const server = await startEmbeddedClickhouse({ host: '127.0.0.1', port: Number(port), dataDir })
process.stdout.write(`${server.url}\n`)

// The test holds the other end: when it is gone, however it ended, so is this process.
process.stdin.resume().once('end', () => process.exit())
