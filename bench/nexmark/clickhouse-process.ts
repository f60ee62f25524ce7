/** The oracle's ClickHouse as a process of its own; it ends with its parent. Argument: data folder. */
import { startEmbeddedClickhouse } from '../../deploy/embedded/index.js'

const server = await startEmbeddedClickhouse({ host: '127.0.0.1', port: 0, dataDir: process.argv[2] })
process.send!({ url: server.url, version: server.version })
process.once('disconnect', () => void server.stop().finally(() => process.exit(0)))
