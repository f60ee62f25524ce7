/** hinata dead: lists, shows, redrives and drops records that could not be processed. */
import { HinataError, type DeadLetter, type LetterChoice, type MoveReport } from '../../../engine/index.js'
import type { Config } from '../../config/index.js'
import { withOperations } from '../operations.js'

/** Which letters, as the command line names them. */
interface Choosing {
  readonly user?: string
  readonly code?: string
  readonly all?: boolean
}

const messageCharsMax = 100

/** Prints a line per letter, or a JSON object per line without the record. */
export async function listLetters(
  config: Config, options: Choosing & { readonly json?: boolean, readonly limit?: string },
): Promise<void> {
  const limit = Number(options.limit ?? 50)
  if (!Number.isInteger(limit) || limit < 1) {
    const reason = `--limit must be a whole number above 0, found ${options.limit}.`
    throw new HinataError('USAGE', { reason })
  }
  await withOperations(config, async ({ letters }) => {
    const total = (await letters.counts()).reduce((sum, count) => sum + count, 0)
    let shown = 0
    for await (const letter of letters.list(choiceOf([], options))) {
      if (shown++ === limit) break
      process.stdout.write(options.json ? `${JSON.stringify(headOf(letter))}\n` : lineOf(letter))
    }
    if (options.json) return
    process.stdout.write(total === 0 ? 'No dead letters.\n'
      : `${Math.min(shown, limit)} of ${total} dead letters. Next: hinata dead show ID; `
        + 'when the cause is mended: hinata dead redrive ID…\n')
  })
}

/** Prints everything about one letter, its record included, as JSON. Throws LETTER_UNKNOWN. */
export async function showLetter(config: Config, id: string): Promise<void> {
  await withOperations(config, async ({ letters }) => {
    const letter = await letters.find(id)
    process.stdout.write(`${JSON.stringify({ ...headOf(letter), error: letter.error, value: letter.value },
      null, 2)}\n`)
  })
}

/** Redrives the chosen letters. */
export async function redriveLetters(config: Config, ids: string[], options: Choosing): Promise<void> {
  const choice = chosen('redrive', ids, options)
  const report = await withOperations(config, ({ letters }) => letters.move('redrive', choice))
  const { moved, failedAgain, refused } = report
  process.stdout.write(`redriven ${moved}, failed again ${failedAgain}, refused ${refused}\n`)
  tellRest(report)
  if (failedAgain > 0) process.stdout.write('What failed again is a new letter: hinata dead list\n')
  if (failedAgain > 0 || refused > 0) process.exitCode = 1
}

/** Drops the chosen letters. */
export async function dropLetters(config: Config, ids: string[], options: Choosing): Promise<void> {
  const choice = chosen('drop', ids, options)
  const report = await withOperations(config, ({ letters }) => letters.move('drop', choice))
  process.stdout.write(`dropped ${report.moved}, refused ${report.refused}\n`)
  tellRest(report)
  if (report.refused > 0) process.exitCode = 1
}

function tellRest(report: MoveReport): void {
  for (const reason of report.reasons) process.stdout.write(`refused: ${reason}\n`)
  if (report.refused > report.reasons.length) process.stdout.write('refused: … and others\n')
  if (!report.isSettled) {
    process.stdout.write('They are in the log and will be folded; nothing folds them just now. '
      + 'See: hinata status\n')
  }
}

/** A choice that names something: nobody redrives everything by forgetting an argument. */
function chosen(verb: string, ids: string[], options: Choosing): LetterChoice {
  const isFiltered = options.user !== undefined || options.code !== undefined
  const ways = [ids.length > 0, isFiltered, options.all === true]
  if (ways.filter(Boolean).length !== 1) {
    const reason = `Say which: hinata dead ${verb} ID…, or --user, --code, or --all.`
    throw new HinataError('USAGE', { reason })
  }
  return choiceOf(ids, options)
}

function choiceOf(ids: string[], { user, code }: Choosing): LetterChoice {
  return {
    ...(ids.length > 0 ? { ids } : {}), ...(user === undefined ? {} : { key: user }),
    ...(code === undefined ? {} : { code }),
  }
}

/** A letter as scripts read it, without its record. */
function headOf(letter: DeadLetter): Record<string, unknown> {
  return {
    id: letter.id, user_id: letter.key, position: letter.position,
    failed_at: new Date(letter.failedAt).toISOString(), where: letter.where, attempts: letter.attempts,
    code: letter.error.code, message: letter.error.message, to: letter.to ?? null,
    redrives: letter.redrives, redrive_of: letter.redriveOf ?? null,
    is_parked: letter.queued !== undefined, cannot_be_redriven: letter.isFinal ?? null,
  }
}

function lineOf(letter: DeadLetter): string {
  const message = letter.error.message.replace(/\s+/g, ' ').slice(0, messageCharsMax)
  const again = letter.redrives > 0 ? `  redriven ${letter.redrives}×` : ''
  return `${letter.id}  ${new Date(letter.failedAt).toISOString()}  ${letter.key}  ${letter.where}  `
    + `${letter.error.code}${again}  ${message}\n`
}
