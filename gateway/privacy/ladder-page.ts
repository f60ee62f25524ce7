/**
 * The second table of docs/PERMISSIONS.md: whom the ladder lets in, by what the person decided. Made by
 * asking `decide` for every deed that touches a person's data, every situation and every sort of caller.
 */
import type { Deed } from '../identity/permissions-page.js'
import { nobody, operator, type Principal } from '../identity/principal.js'
import { actionOf, decide, frameActions, type Action } from './ladder.js'
import { documentsOf, preferencesOf, type PreferenceChange } from './preferences.js'

/** What a person may have decided: null is nothing. `apps` stand for the caller's app. */
export const situations: Readonly<Record<string, (apps: readonly string[]) => PreferenceChange | null>> = {
  'nothing said': () => null,
  strict: () => ({ policy: 'strict' }),
  balanced: () => ({ policy: 'balanced' }),
  permissive: () => ({ policy: 'permissive' }),
  'strict, allowed': apps => ({ policy: 'strict', allowed_apps: apps }),
  'strict, may read': apps => ({ policy: 'strict', custom_permissions: saying(apps, { read: true }) }),
  'strict, may write': apps => ({ policy: 'strict', custom_permissions: saying(apps, { write: true }) }),
  'permissive, may not read': apps =>
    ({ policy: 'permissive', custom_permissions: saying(apps, { read: false }) }),
  'permissive, may not write': apps =>
    ({ policy: 'permissive', custom_permissions: saying(apps, { write: false }) }),
  'permissive, blocked': apps => ({ policy: 'permissive', blocked_apps: apps }),
  'allowed and blocked': apps => ({ allowed_apps: apps, blocked_apps: apps }),
  'permissive, no personalization': () => ({ policy: 'permissive', consents: { personalization: false } }),
  'allowed, no personalization': apps => ({ allowed_apps: apps, consents: { personalization: false } }),
  'permissive, other consents': () =>
    ({ policy: 'permissive', consents: { analytics: true, research: true, sharing: true } }),
}

/** Who calls, by the letter that stands for them in a cell. */
export const letters = { A: 'app', T: 'token', O: 'owner', M: 'administrator', S: 'operator' } as const

/** One of them. */
export type Letter = keyof typeof letters

/** What a deed does with the data of the person whom it names; null: nothing that the ladder decides. */
export function deedAction({ name, access, whom }: Deed): Action | null {
  if (whom !== 'person') return null
  const frame = name.replace(/^frame: /, '')
  if (frame !== name) return frameActions[frame as keyof typeof frameActions]
  return actionOf(access, name.slice(0, name.indexOf(' ')).toLowerCase())
}

/** The callers that a cell lets in, their credentials being good for it. */
export function letIn(action: Action, situation: string): Letter[] {
  const change = situations[situation]?.([app]) ?? null
  const said = change === null ? [] : documentsOf(change, { at: 0, by: app })
  const preferences = preferencesOf(said)
  return (Object.keys(letters) as Letter[]).filter(letter =>
    decide(principalOf(letter), person, action, preferences)?.isAllowed === true)
}

/** The table. */
export function ladderPage(deeds: readonly Deed[]): string {
  const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  const names = Object.keys(situations)
  const asked = deeds.flatMap(deed => {
    const action = deedAction(deed)
    return action === null ? [] : [{ ...deed, action }]
  })
  return [
    '## The ladder', '',
    'Whom what the person decided lets in, of those whom the table above lets in. Written from',
    '`gateway/privacy/ladder.ts`; `test/gateway/privacy/matrix.test.ts` tries every cell. What the decisions',
    'mean: [PRIVACY.md](PRIVACY.md).', '',
    '- A: an app. T: a token of the person that an ordinary app made. O: a token of the person that an',
    '  administrator or the tenant\'s issuer made. M: an administrator\'s app. S: the configured key.',
    '- *allowed*, *blocked*, *may …*: said of the caller\'s app.', '',
    row(['what', 'does', ...names]), row(['what', 'does', ...names].map(() => '---')),
    ...asked.map(({ name, action }) => row([
      `\`${name}\``, action, ...names.map(situation => letIn(action, situation).join('') || '–'),
    ])), '',
  ].join('\n')
}

const app = 'app_caller'
const person = 'ada'

function saying<T>(apps: readonly string[], what: T): Record<string, T> {
  return Object.fromEntries(apps.map(one => [one, what]))
}

function principalOf(letter: Letter): Principal {
  switch (letter) {
    case 'A': return { ...nobody, role: 'app', appId: app }
    case 'T': return { ...nobody, role: 'person', appId: app, person }
    case 'O': return { ...nobody, role: 'person', appId: app, person, isOwner: true }
    case 'M': return { ...nobody, role: 'administrator', appId: app }
    case 'S': return operator
  }
}
