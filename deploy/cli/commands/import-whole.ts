/**
 * hinata import --whole FILE --user ID: tells the lines of an export once more, with the apps that told them
 * and with what was said of components, so that the same person results.
 */
import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { createGunzip } from 'node:zlib'
import { request, type Target } from '../target.js'

/** Lines of one request. */
const linesMax = 100

/** What became of the lines. */
export interface WholeTotals {
  accepted: number
  duplicates: number
  rejected: number
}

interface Answer {
  readonly accepted: number
  readonly duplicates: number
  readonly rejected: readonly { readonly index: number, readonly code: string, readonly message: string }[]
}

/** Tells one file; `isReadmitted`: the person was erased here and comes back. */
export async function importWhole(
  target: Target, file: string, user: string, isReadmitted: boolean, totals: WholeTotals,
): Promise<void> {
  const raw = createReadStream(file)
  const input = createInterface({ input: file.endsWith('.gz') ? raw.pipe(createGunzip()) : raw,
    crlfDelay: Infinity })
  let [lines, before] = [[] as string[], 0]
  const flush = async (): Promise<void> => {
    if (lines.length === 0) return
    const answer = await request(target, 'POST', `/api/users/${encodeURIComponent(user)}/import`,
      { lines, readmit: isReadmitted }) as Answer
    totals.accepted += answer.accepted
    totals.duplicates += answer.duplicates
    totals.rejected += answer.rejected.length
    for (const { index, code, message } of answer.rejected) {
      process.stderr.write(`${file}:${before + index + 1}: ${code}: ${message}\n`)
    }
    before += lines.length
    lines = []
  }
  for await (const line of input) {
    lines.push(line)
    if (lines.length === linesMax) await flush()
  }
  await flush()
}
