/**
 * The fuzzer: so many inputs, drawn from one seed, at a real gateway with its node and its Redis.
 *
 * What must not be: an answer 500, a refusal without a code of the table, an input without an answer, a
 * tampered token that lets anybody in, anything thrown that nobody caught, a failure that the gateway reports
 * as its own, a changed Object.prototype.
 */
import { lightTopology } from '../gateway/light.js'
import { everyPermission, get, registerApp, adminKey, startSystem, userToken } from '../gateway/system.js'
import { Draw } from './draw.js'
import { HttpLane, type Target } from './http-lane.js'
import { Outcome, type Finding } from './outcome.js'
import { attack } from './raw.js'
import { SocketLane } from './socket-lane.js'

/** What is done. */
interface Campaign {
  readonly inputs: number
  readonly seed: number
  /** Only the input of this number. */
  readonly only?: number
  /** Without the real pipeline: for many inputs in short time. */
  readonly isLight?: boolean
  readonly onProgress?: (outcome: Outcome) => void
  readonly onFinding?: (finding: Finding | undefined) => void
}

const httpLanes = 6
/** So many inputs meet one system; then a new one, whose log is short: exports read all of it. */
const chapterInputs = 100_000
const unlimited = 1_000_000_000

/** Which lane an input goes to follows from its number. */
type Kind = 'http' | 'token' | 'json' | 'msgpack' | 'raw'

function kindOf(index: number): Kind {
  if (index % 500 === 499) return 'raw'
  if (index % 10 === 9) return 'token'
  return index % 10 < 3 ? 'http' : index % 10 < 6 ? 'json' : 'msgpack'
}

/** Runs it. Resolves with what was found; rejects only when the system does not start. */
export async function fuzz({ inputs, seed, only, isLight, onProgress,
  onFinding }: Campaign): Promise<Outcome> {
  const outcome = new Outcome()
  outcome.onFinding = onFinding ?? outcome.onFinding
  const uncaught = (thrown: unknown): void => outcome.wrong(-1, 'process', `not caught: ${String(thrown)}`)
  process.on('uncaughtException', uncaught).on('unhandledRejection', uncaught)
  const telling = setInterval(() => onProgress?.(outcome), 10_000)
  try {
    for (let from = 0; from < (only === undefined ? inputs : 1); from += chapterInputs) {
      const count = Math.min(chapterInputs, inputs - from)
      const indices = only === undefined ? Array.from({ length: count }, (_, i) => from + i) : [only]
      await chapter(indices, seed, isLight ?? false, outcome)
    }
  } finally {
    clearInterval(telling)
    process.off('uncaughtException', uncaught).off('unhandledRejection', uncaught)
  }
  return outcome
}

/** These inputs at a system of their own. */
async function chapter(
  indices: readonly number[], seed: number, isLight: boolean, outcome: Outcome,
): Promise<void> {
  const system = await startSystem({
    ...(isLight ? { topology: lightTopology } : {}),
    limits: {
      bodyBytesMax: 1_000_000, frameBytesMax: 1_000_000, malformedFramesMax: unlimited,
      requestsPerHourMax: 0, requestsPerMinuteMax: unlimited, appRequestsPerHourMax: unlimited,
      appRequestsPerMinuteMax: unlimited, attemptsPerHourMax: unlimited, attemptsPerMinuteMax: unlimited,
      registrationsPerHourMax: unlimited, registrationsPerMinuteMax: unlimited,
    },
  })
  try {
    const { url, port } = system.gateway
    const { key: appKey } = await registerApp(url, adminKey, everyPermission)
    const target: Target = { port, appKey, personToken: await userToken(url, appKey, 'ada', 86_400) }
    await Promise.all([
      overHttp(target, seed, outcome, indices), overSockets(target, seed, outcome, indices),
      overTcp(target, seed, outcome, indices),
    ])
    const ready = await get(url, '/ready', null)
    if (ready.status !== 200) outcome.wrong(-1, 'process',
      `afterwards not ready: ${JSON.stringify(ready.body)}`)
    for (const failure of system.failures) outcome.wrong(-1, 'process',
      `a failure of ours: ${String(failure)}`)
    if ('polluted' in {}) outcome.wrong(-1, 'process', 'Object.prototype was changed')
  } finally {
    await system.stop()
  }
}

async function overHttp(target: Target, seed: number, outcome: Outcome,
  indices: readonly number[]): Promise<void> {
  const mine = indices.filter(index => ['http', 'token'].includes(kindOf(index))).values()
  await Promise.all(Array.from({ length: httpLanes }, async () => {
    const lane = new HttpLane(target, seed, outcome)
    for (const index of mine) await (kindOf(index) === 'http' ? lane.send(index) : lane.sendToken(index))
    lane.close()
  }))
}

async function overSockets(
  target: Target, seed: number, outcome: Outcome, indices: readonly number[],
): Promise<void> {
  await Promise.all([false, true].map(async isBinary => {
    const lane = new SocketLane(target, seed, outcome, isBinary)
    await lane.send(indices.filter(index => kindOf(index) === (isBinary ? 'msgpack' : 'json')))
    lane.close()
  }))
}

async function overTcp(target: Target, seed: number, outcome: Outcome,
  indices: readonly number[]): Promise<void> {
  for (const index of indices.filter(one => kindOf(one) === 'raw')) {
    outcome.count('raw')
    const { answer, sent } = await attack(target.port, new Draw(seed, index))
    if (/^HTTP\/1\.1 5(?!03|05)/.test(answer)) outcome.wrong(index, 'raw', `${answer}: ${sent}`)
  }
}
