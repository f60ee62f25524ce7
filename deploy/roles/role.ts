/**
 * A role: one process that serves until it is told to end. `hinata gateway`, `hinata node` and `hinata
 * clickhouse` are roles; `hinata up` starts each as a child.
 *
 * O1  It ends by draining on SIGINT, SIGTERM, or when the parent that started it is gone.
 * O2  It tells its parent when it is ready, and where it is.
 */
import { pino, type Logger } from 'pino'
import { channels, type StateChange } from '../../engine/telemetry/index.js'
import type { Config } from '../config/index.js'

/** What a role is while it runs. */
export interface RunningRole {
  /** Where it can be reached. */
  readonly url: string
  /** Drains, then ends. */
  stop(): Promise<void>
}

/** What a role sends to its parent. */
export interface ReadyMessage {
  readonly ready: string
}

const drainMsMax = 20_000

/** The log of a role: JSON lines on standard output, subject first, no content of records. */
function roleLog(role: string, config: Config): Logger {
  const log = pino({ name: role, level: config.text('system.log_level') })
  channels.state.subscribe(message => {
    const { level, subject, message: text } = message as StateChange
    log[level](`${subject}: ${text}`)
  })
  return log
}

/** Runs a role until it is told to end. */
export async function runRole(
  role: string, config: Config, start: (log: Logger) => Promise<RunningRole>,
): Promise<void> {
  const log = roleLog(role, config)
  const running = await start(log)
  log.info(`${role}: ready at ${running.url}`)
  process.send?.({ ready: running.url } satisfies ReadyMessage)
  await untilToldToEnd()
  log.info(`${role}: draining`)
  const deadline = setTimeout(() => {
    log.error(`${role}: still draining after ${drainMsMax} ms, ending anyway; nothing acknowledged is lost`)
    process.exit(1)
  }, drainMsMax)
  await running.stop()
  clearTimeout(deadline)
  log.info(`${role}: ended`)
}

/**
 * Resolves at the first SIGINT, SIGTERM or loss of the parent. Later signals change nothing: a terminal's
 * Ctrl-C reaches every process of the group, some of them twice, and draining must not be cut short by that.
 */
export function untilToldToEnd(): Promise<void> {
  return new Promise(resolve => {
    process.on('SIGINT', () => resolve())
    process.on('SIGTERM', () => resolve())
    if (process.send) process.on('disconnect', () => resolve())
  })
}
