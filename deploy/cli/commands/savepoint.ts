/**
 * hinata savepoint create [NAME] | list | restore NAME: the state of the live version as files in
 * `<data-dir>/savepoints`. Creating works while the system runs; restoring needs it stopped, and starts its
 * Redis for as long as it takes.
 */
import { createSavepoint, HinataError, listSavepoints, restoreSavepoint } from '../../../engine/index.js'
import type { Config } from '../../config/index.js'
import { findPipeline, savepointsOf } from '../pipeline.js'
import { progressBar } from '../progress.js'
import { nameOfNow, withStoppedRedis } from '../stopped.js'

/** Does what `action` says. */
export async function savepoint(
  config: Config, action: string, name: string | undefined, options: { json?: boolean },
): Promise<void> {
  if (action === 'create') return create(config, name ?? nameOfNow(), options.json === true)
  if (action === 'list') return list(config, options.json === true)
  if (action === 'restore' && name !== undefined) return restore(config, name, options.json === true)
  throw new HinataError('USAGE', { reason: 'Expected: savepoint create [NAME], list, or restore NAME.' })
}

async function create(config: Config, name: string, isJson: boolean): Promise<void> {
  const folder = savepointsOf(config)
  const place = findPipeline(config)
  const bar = isJson ? undefined
    : progressBar(place.topology.source.partitions, 'Saving partitions', process.stderr)
  let heldMsMax = 0
  const made = await createSavepoint({ ...place, folder, name, onPartition(_, heldMs) {
    heldMsMax = Math.max(heldMsMax, heldMs)
    bar?.advance(1)
  } }).finally(() => bar?.done())
  const bytes = made.parts.reduce((sum, part) => sum + part.bytes, 0)
  const records = made.parts.reduce((sum, part) => sum + part.folded, 0)
  if (isJson) {
    return void process.stdout.write(`${JSON.stringify({ name, version: made.version, records, bytes,
      held_ms_max: heldMsMax })}\n`)
  }
  process.stdout.write(`Savepoint ${name}: v${made.version}, ${records} records, ${bytes} bytes; `
    + `no partition waited longer than ${heldMsMax} ms.\nRestore: stop the system, then `
    + `hinata savepoint restore ${name}\n`)
}

function list(config: Config, isJson: boolean): void {
  const all = listSavepoints(savepointsOf(config)).map(({ parts, ...one }) => ({
    name: one.name, created_at: one.createdAt, version: one.version,
    records: parts.reduce((sum, { folded }) => sum + folded, 0),
    bytes: parts.reduce((sum, part) => sum + part.bytes, 0),
  }))
  if (isJson) return void process.stdout.write(`${JSON.stringify(all)}\n`)
  if (all.length === 0) process.stdout.write('No savepoints yet. Make one: hinata savepoint create\n')
  for (const one of all) {
    process.stdout.write(`${one.name}  ${one.created_at}  v${one.version}  ${one.records} records  `
      + `${one.bytes} bytes\n`)
  }
}

async function restore(config: Config, name: string, isJson: boolean): Promise<void> {
  await withStoppedRedis(config, async place => {
    const bar = isJson ? undefined
      : progressBar(place.topology.source.partitions, 'Restoring partitions', process.stderr)
    const restored = await restoreSavepoint({ ...place, folder: savepointsOf(config), name,
      onPartition: () => bar?.advance(1) }).finally(() => bar?.done())
    process.stdout.write(isJson ? `${JSON.stringify({ name, version: restored.version })}\n`
      : `Restored ${name}: v${restored.version} is live as it was then. Go on: hinata up\n`)
  })
}
