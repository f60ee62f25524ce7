/** hinata resume: has a halted partition tried again at once, past what it stands at if told so. */
import { HinataError } from '../../../engine/errors/index.js'
import type { Config } from '../../config/index.js'
import { withOperations } from '../operations.js'

/** Resumes, of the live version or of --pipeline-version. Throws PARTITION_RUNS and NOTHING_TO_SKIP. */
export async function resume(
  config: Config, options: { readonly partition: string, readonly skip?: boolean },
): Promise<void> {
  const partition = Number(options.partition)
  if (!Number.isInteger(partition) || partition < 0) {
    throw new HinataError('USAGE', { reason: `--partition must be a number, found ${options.partition}.` })
  }
  const isSkipping = options.skip === true
  const version = config.integer('engine.pipeline_version') || undefined
  const { code, position } = await withOperations(config, operations =>
    operations.resume(partition, { isSkipping }), version)
  process.stdout.write(`partition ${partition} stood at ${position} (${code}) and is tried again now`
    + `${isSkipping ? '; what fails there becomes a dead letter: hinata dead list' : ''}\n`
    + 'See how it goes: hinata status\n')
}
