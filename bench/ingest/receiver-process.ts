/**
 * A receiver in a process of its own: `fork('receiver-process.js', [module URL, export, Redis URL])`. It says
 * where it listens, and answers each message with what it has kept.
 */
import type { Receiver } from './receiver.js'

const [, , module, name, redisUrl] = process.argv
const receivers = await import(module) as Record<string, Receiver>
const { url, token, stored } = await receivers[name].start(redisUrl)
process.on('message', () => void stored().then(found => process.send!(found)))
process.once('disconnect', () => process.exit(0))
process.send!({ url, token })
