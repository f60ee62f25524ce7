/**
 * docs/ERRORS.md as text, made of the one table of errors and of what the edge and the command line make of a
 * kind.
 */
import { errorTable, type ErrorKind, type ErrorRow } from '../../engine/index.js'

/** What a kind of error becomes outside. The HTTP statuses are those of SPEC section 7. */
const kinds: Readonly<Record<ErrorKind, { readonly status: string, readonly meaning: string }>> = {
  invalid: { status: '400, or a refused index of a batch', meaning: 'The input breaks a rule. Change it.' },
  unauthenticated: { status: '401', meaning: 'It is not known who asks.' },
  forbidden: { status: '403', meaning: 'It is known who asks, and it is not allowed.' },
  missing: { status: '404', meaning: 'There is no such thing.' },
  conflict: { status: '409', meaning: 'Somebody else was first.' },
  too_large: { status: '413', meaning: 'The input is larger than a limit.' },
  unsupported: { status: '415', meaning: 'The input is in a form that is not read here.' },
  limited: { status: '429 with Retry-After', meaning: 'Slow down.' },
  unavailable: { status: '503 with Retry-After', meaning: 'Try again later.' },
  setup: { status: '500', meaning: 'The operator must change something. A process does not start.' },
  usage: { status: '500', meaning: 'The command line was used wrongly. Exit code 2.' },
  internal: { status: '500', meaning: 'Our fault. The log has the cause.' },
}

/** The page, in Markdown. */
export function errorsPage(): string {
  const rows: [string, ErrorRow][] = Object.entries(errorTable)
  const lines = [
    '# Errors',
    '',
    'Generated from engine/errors/table.ts: `npm run build && node dist/deploy/scripts/generate-errors.js`.',
    'A `{name}` is filled in when the error is raised. *Retry* says whether the same call may succeed later.',
    '',
    '| code | kind | retry | message |',
    '|---|---|---|---|',
    ...rows.map(([code, { kind, retryable, message }]) =>
      `| ${code} | ${kind} | ${retryable ? 'yes' : 'no'} | ${message.replaceAll('|', '\\|')} |`),
    '',
    '| kind | HTTP | meaning |',
    '|---|---|---|',
    ...Object.entries(kinds).map(([kind, { status, meaning }]) => `| ${kind} | ${status} | ${meaning} |`),
    '',
  ]
  return lines.join('\n')
}
