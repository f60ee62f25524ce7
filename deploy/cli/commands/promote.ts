/**
 * hinata promote v2, hinata rollback: makes another version live, partition by partition, while records come;
 * with a share, gives it to some of the readers first.
 */
import { HinataError, type Versions } from '../../../engine/index.js'
import type { Config } from '../../config/index.js'
import { parseVersion, withVersions } from '../pipeline.js'
import { progressBar } from '../progress.js'

const nearMsMax = 60_000

/** Promotes, or with `share` (like 10%) only gives a share of the persons' reads to the version. */
export async function promote(
  config: Config, text: string, options: { share?: string, json?: boolean },
): Promise<void> {
  const version = parseVersion(text)
  await withVersions(config, async versions => {
    if (options.share === undefined) return switchTo(versions, version, options.json === true)
    const share = shareOf(options.share)
    await versions.share(version, share)
    if (options.json) return void process.stdout.write(`${JSON.stringify({ version, share })}\n`)
    process.stdout.write(`${share * 100} % of the persons are read from v${version} now.\n`
      + `All of it:  hinata promote v${version}\nTake back:  hinata promote v${version} --share 0%\n`)
  })
}

/** Makes the version live that was before, or the one that is named. */
export async function rollback(
  config: Config, text: string | undefined, options: { json?: boolean },
): Promise<void> {
  await withVersions(config, async versions =>
    switchTo(versions, text === undefined ? await versions.previous() : parseVersion(text),
      options.json === true))
}

async function switchTo(versions: Versions, version: number, isJson: boolean): Promise<void> {
  const { length: partitions } = await versions.pointers()
  const bar = isJson ? undefined : progressBar(partitions, `Switching to v${version}`, process.stderr)
  let switched = 0
  let heldMsMax = 0
  try {
    await versions.promote(version, { nearMsMax, onSwitched(_, heldMs) {
      bar?.advance(1)
      switched++
      heldMsMax = Math.max(heldMsMax, heldMs)
    } })
  } finally {
    bar?.done()
  }
  if (isJson) {
    return void process.stdout.write(`${JSON.stringify({ version, partitions: switched,
      held_ms_max: heldMsMax })}\n`)
  }
  if (switched === 0) return void process.stdout.write(`v${version} is live already.\n`)
  process.stdout.write(`v${version} is live; ${switched} partitions switched, held ${heldMsMax} ms at most. `
    + 'The version before goes on behind it.\n'
    + 'Back again:  hinata rollback\nThe versions: hinata versions\n')
}

function shareOf(text: string): number {
  const percent = Number(/^(\d{1,3}(?:\.\d{1,2})?)%?$/.exec(text)?.[1])
  if (percent >= 0 && percent <= 100) return percent / 100
  throw new HinataError('USAGE', { reason: `--share takes a percentage, like 10%, found ${text}.` })
}
