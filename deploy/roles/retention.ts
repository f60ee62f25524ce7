/** How long rows are kept, as the operator configured it. */
import { retentionOfSchema, type Retention } from '../../analytics/index.js'
import { HinataError } from '../../engine/errors/index.js'
import type { Config } from '../config/index.js'

/** Days by table. */
export function retentionOf(config: Config): Retention {
  return {
    records: config.integer('storage.keep_records_days'),
    psp_components: config.integer('storage.keep_changes_days'),
    dead_letters: config.integer('storage.keep_dead_letters_days'),
    data_access: config.integer('storage.keep_access_days'),
    api_calls: config.integer('storage.keep_calls_days'),
  }
}

/** Whether it is other than what the tables do by themselves, so that somebody must see to it. */
export function isRetentionToKeep(retention: Retention): boolean {
  return (Object.keys(retentionOfSchema) as (keyof Retention)[])
    .some(table => retention[table] !== retentionOfSchema[table])
}

/**
 * Throws CONFIG_INVALID when content shall leave the hot tier by itself, and its rows shall go: it would be
 * lost.
 */
export function assertContentStays(config: Config): void {
  if (config.text('storage.hot') === 'by_command' || config.integer('storage.keep_records_days') === 0) return
  throw new HinataError('CONFIG_INVALID', { path: 'storage.hot',
    reason: 'content that leaves Redis is in rows alone, which storage.keep_records_days lets go.' })
}
