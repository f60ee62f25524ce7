/**
 * Runs an embedded server in this process until it is killed: `node serve.js <dataDir>`. Tells its port to
 * its parent.
 */
import { startEmbeddedClickhouse } from '../../../deploy/embedded/index.js'

const server = await startEmbeddedClickhouse({ host: '127.0.0.1', port: 0, dataDir: process.argv[2] ?? '' })
process.send?.(server.port)
process.once('SIGTERM', () => void server.stop().then(() => process.exit(0)))
