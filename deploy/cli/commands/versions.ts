/** hinata versions: which versions of the pipeline there are; hinata versions drop v1 forgets one. */
import { HinataError, type VersionProgress } from '../../../engine/index.js'
import type { Config } from '../../config/index.js'
import { parseVersion, withVersions } from '../pipeline.js'

const dropMsMax = 30_000

/** Lists, or drops one. */
export async function versions(
  config: Config, action: string | undefined, text: string | undefined, options: { json?: boolean },
): Promise<void> {
  if (action === undefined) {
    const found = await withVersions(config, all => all.progress())
    process.stdout.write(options.json ? `${JSON.stringify(found)}\n` : found.map(lineOf).join(''))
    return
  }
  if (action !== 'drop' || text === undefined) {
    throw new HinataError('USAGE', { reason: 'Expected: hinata versions, or hinata versions drop vN.' })
  }
  const version = parseVersion(text)
  await withVersions(config, all => all.drop(version, { waitMsMax: dropMsMax }))
  process.stdout.write(options.json ? `${JSON.stringify({ dropped: version })}\n`
    : `v${version} is forgotten. Build it again: hinata replay --as v${version}\n`)
}

function lineOf(one: VersionProgress): string {
  const role = one.livePartitions > 0 ? `live in ${one.livePartitions} partitions`
    : one.share > 0 ? `read for ${one.share * 100} %` : 'follows'
  const settings = Object.entries(one.settings).map(([name, value]) => ` ${name}=${value}`).join('')
  return `v${one.version}  ${role}, ${one.folded} of ${one.appended} records folded, `
    + `nodes in ${one.ownedPartitions} partitions${settings}\n${haltsOf(one)}`
}

function haltsOf({ version, haltedPartitions: count }: VersionProgress): string {
  return count === 0 ? '' : `    stands in ${count} partitions; its node's log says why. Try at once: `
    + `hinata resume --partition P --pipeline-version ${version}\n`
}
