/**
 * hinata replay --as v2: builds another version of the pipeline beside the live one, from the beginning of
 * the log. The nodes do the work and go on if this command ends; run again, it shows how far they are.
 */
import { setTimeout as wait } from 'node:timers/promises'
import { assertUseLite } from '../../../actors/embedding/index.js'
import { HinataError, type VersionProgress, type Versions } from '../../../engine/index.js'
import { embedders, hinataTopology, settingsOfEmbedder } from '../../../pipelines/hinata.js'
import type { Config } from '../../config/index.js'
import { parseVersion, withVersions } from '../pipeline.js'
import { progressBar } from '../progress.js'

const lookMs = 500
/** How long a node may take to begin, ms: `hinata up` starts one within seconds. */
const beginMsMax = 60_000

/** What was asked for. */
export interface ReplayRequest {
  readonly as: string
  readonly pipeline?: string
  /** `name=value`, each. */
  readonly scoring?: readonly string[]
  readonly json?: boolean
}

/** Declares the version and follows it until it has caught up. */
export async function replay(config: Config, request: ReplayRequest): Promise<void> {
  const version = parseVersion(request.as)
  const settings = { ...settingsOf(request.scoring ?? []), ...embedderSettings(config) }
  const { name } = hinataTopology({ partitions: 1, sinks: [], settings }) // refuses unknown constants
  if (request.pipeline !== undefined && request.pipeline !== name) {
    throw new HinataError('USAGE', { reason: `There is no pipeline ${request.pipeline}; there is ${name}.` })
  }
  await withVersions(config, async versions => {
    await versions.add(version, settings)
    await untilOwned(versions, version)
    await follow(versions, version, request.json === true)
  })
  if (request.json) return
  process.stdout.write(`v${version} has caught up and follows the live version.\n`
    + `Compare:       hinata diff v1 v${version}\nTry it:        hinata promote v${version} --share 10%\n`
    + `Make it live:  hinata promote v${version}\nForget it:     hinata versions drop v${version}\n`)
}

/** Of the option models.embedder; without it the version has the default one. Throws EMBEDDER_MISSING. */
function embedderSettings(config: Config): Readonly<Record<string, number>> {
  const asked = embedders.find(one => one === config.text('models.embedder')) ?? 'static-hash'
  if (asked === 'use-lite') assertUseLite()
  return settingsOfEmbedder(asked)
}

function settingsOf(given: readonly string[]): Record<string, number> {
  return Object.fromEntries(given.map(text => {
    const [, name, value] = /^([\w.]+)=(.+)$/.exec(text) ?? []
    if (name === undefined || !Number.isFinite(Number(value))) {
      throw new HinataError('USAGE',
        { reason: `--scoring takes name=number, like depth_factor.high=1.1, found ${text}.` })
    }
    return [name, Number(value)]
  }))
}

async function progressOf(versions: Versions, version: number): Promise<VersionProgress> {
  const found = (await versions.progress()).find(one => one.version === version)
  if (!found) throw new HinataError('VERSION_UNKNOWN', { version })
  return found
}

async function untilOwned(versions: Versions, version: number): Promise<void> {
  const deadline = Date.now() + beginMsMax
  while ((await progressOf(versions, version)).ownedPartitions === 0) {
    if (Date.now() > deadline) throw new HinataError('VERSION_NOT_RUNNING', { version, partition: 'any' })
    await wait(lookMs)
  }
}

async function follow(versions: Versions, version: number, isJson: boolean): Promise<void> {
  const first = await progressOf(versions, version)
  const startedAt = Date.now()
  const bar = isJson ? undefined
    : progressBar(first.appended, `Replaying as v${version}`, process.stderr, first.folded)
  for (let last = first; ;) {
    const now = await progressOf(versions, version)
    bar?.advance(now.folded - last.folded)
    last = now
    if (isJson) {
      const perSecond = (now.folded - first.folded) / Math.max(0.001, (Date.now() - startedAt) / 1_000)
      process.stdout.write(`${JSON.stringify({
        version, folded: now.folded, appended: now.appended, records_per_second: Math.round(perSecond),
        remaining_s: perSecond > 0 ? Math.round((now.appended - now.folded) / perSecond) : null,
      })}\n`)
    }
    if (now.folded >= first.appended) break
    await wait(lookMs)
  }
  bar?.done()
}
