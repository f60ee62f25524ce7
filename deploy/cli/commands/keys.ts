/**
 * hinata keys list | rotate | remove ID: the master keys that wrap the data keys of persons. The system may
 * run; nothing that is stored is encrypted anew, only data keys are wrapped anew.
 */
import { countDataKeys, HinataError, rewrapDataKeys } from '../../../engine/index.js'
import type { Config } from '../../config/index.js'
import { masterKeysOf } from '../../roles/encryption.js'
import { findPipeline } from '../pipeline.js'

/** Does what `action` says. */
export async function keys(
  config: Config, action: string, id: string | undefined, given: { json?: boolean },
): Promise<void> {
  if (action === 'list') return list(config, given)
  if (action === 'rotate') return rotate(config, given)
  if (action === 'remove' && id !== undefined) return remove(config, id)
  throw new HinataError('USAGE', { reason: 'Expected: keys list, keys rotate, or keys remove ID.' })
}

async function list(config: Config, given: { json?: boolean }): Promise<void> {
  const counts = await countDataKeys(findPipeline(config))
  const known = masterKeysOf(config).list()
  const rows = known.map(({ id, madeAt }, i) => ({ id, made_at: madeAt, data_keys: counts.get(id) ?? 0,
    is_newest: i === known.length - 1 }))
  const missing = [...counts.keys()].filter(id => !known.some(key => key.id === id))
  if (given.json) {
    process.stdout.write(rows.map(row => `${JSON.stringify(row)}\n`).join(''))
  } else {
    process.stdout.write(rows.map(row => `${row.id}  made ${row.made_at}  wraps ${row.data_keys} data keys`
      + `${row.is_newest ? '  newest' : ''}\n`).join(''))
  }
  for (const id of missing) {
    throw new HinataError('MASTER_KEY_MISSING', { id, file: masterKeysOf(config).path })
  }
}

/** A new master key wraps all data keys; a rotation that was cut off is ended instead. */
async function rotate(config: Config, given: { json?: boolean }): Promise<void> {
  const place = findPipeline(config)
  const masters = masterKeysOf(config)
  const newest = masters.list().at(-1)!.id
  const counts = await countDataKeys(place)
  const isCutOff = [...counts.keys()].some(id => id !== newest)
  const id = isCutOff ? newest : masters.add().id
  const rewrapped = await rewrapDataKeys({ ...place, masters })
  if (given.json) {
    return void process.stdout.write(`${JSON.stringify({ id, rewrapped, was_cut_off: isCutOff })}\n`)
  }
  process.stdout.write(`${isCutOff ? 'A rotation had been cut off; it is done now. ' : ''}`
    + `${id} wraps all data keys, ${rewrapped} of them anew.\n`
    + 'Older master keys open older backups. When those shall be legible no more: hinata keys remove ID\n')
}

async function remove(config: Config, id: string): Promise<void> {
  const count = (await countDataKeys(findPipeline(config))).get(id) ?? 0
  if (count > 0) throw new HinataError('MASTER_KEY_USED', { id, count })
  masterKeysOf(config).remove(id)
  process.stdout.write(`${id} is gone: what only it opens, in older backups, nobody reads again.\n`)
}
