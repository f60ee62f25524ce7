/**
 * docs/PERMISSIONS.md: who may do what, made by asking `authorise` for every row and every caller. The rows
 * are the routes as openapi.json describes them, and the frames of the WebSocket.
 */
import { HinataError } from '../../engine/index.js'
import { authorise, frameAccess, type Access } from './authorise.js'
import {
  elevatedPermissions, nobody, operator, ordinaryPermissions, personPermissions, type Permission,
  type Principal,
} from './principal.js'

/**
 * A column: who calls. Persons call through an administrator's app, or by a token that a plain app made.
 */
export const callers = [
  'nobody', 'app without', 'app with', 'person, about self', 'person, about another', 'person, by an app',
  'administrator', 'operator',
] as const

/** One of the columns. */
export type Caller = typeof callers[number]

/** A row: what is asked, and whom it names. */
export interface Deed {
  readonly name: string
  readonly access: Access
  /** It names a person, an app that is the caller's own or another of its tenant, or nobody. */
  readonly whom: 'person' | 'own app' | 'another app' | null
}

/** The rows for the routes that openapi.json describes, and for the frames. */
export function deedsOf(openapi: { readonly paths: Readonly<Record<string, unknown>> }): Deed[] {
  const routes = Object.entries(openapi.paths).flatMap(([path, operations]) => {
    const methods = Object.entries(operations as Readonly<Record<string, Operation>>)
    return methods.flatMap(([method, operation]): Deed[] => {
      const deed = { name: `${method.toUpperCase()} ${path}`, access: operation['x-access'] }
      if (path.startsWith('/api/apps/{')) {
        return [{ ...deed, whom: 'own app' }, { ...deed, whom: 'another app' }]
      }
      const isPerson = path.startsWith('/api/users/{') || JSON.stringify(operation).includes('"user_id"')
      return [{ ...deed, whom: isPerson ? 'person' : null }]
    })
  })
  const frames = Object.entries(frameAccess).map(([name, access]): Deed =>
    ({ name: `frame: ${name}`, access, whom: name === 'subscribe stats' ? null : 'person' }))
  return [...routes, ...frames]
}

/** Whether the caller may; null where the column says nothing of its own. */
export function mayDo(deed: Deed, caller: Caller): boolean | null {
  if (caller === 'person, about another' && deed.whom !== 'person') return null
  try {
    authorise(deed.access, principalOf(caller, deed.access), {
      ...(deed.whom === 'person' ? { person: caller === 'person, about another' ? 'bob' : 'ada' } : {}),
      ...(deed.whom === 'own app' ? { app: caller === 'operator' ? operator.appId : ownApp } : {}),
      ...(deed.whom === 'another app' ? { app: 'app_another' } : {}),
    })
    return true
  } catch (thrown) {
    if (thrown instanceof HinataError) return false
    throw thrown
  }
}

/** The whole page. */
export function permissionsPage(deeds: readonly Deed[]): string {
  const sign = (may: boolean | null): string => (may === null ? '·' : may ? 'yes' : '–')
  const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  const heads = ['what', 'whom', 'needs', ...callers]
  return [
    '# Permissions', '',
    'Who may do what at the gateway. Written by `node dist/test/gateway/write-permissions.js` from the',
    'tables in `gateway/identity/authorise.ts`; `test/gateway/permissions.test.ts` tries every cell over',
    'HTTP and WebSocket.', '',
    '- *app without*, *app with*: an app that lacks or has the permission of the row.',
    '- *person*: a token of one person, made by an administrator; *by an app*: made by an app with every',
    '  other permission. It may what its app may, about that person only.',
    '- *administrator*: an app with every permission, `admin` among them. *operator*: the configured key.',
    '- Nobody reaches a person or an app of another tenant: `ada` of another tenant is another person.',
    '- `open` = everyone, `known` = any credential, `app` = apps and administrators, `operator` = that key,',
    '  `owner` = the person by more than the word of an app, or an administrator.',
    '- yes = let in, – = refused with 401 or 403 (a frame: with an error), · = as the column before.', '',
    row(heads), row(heads.map(() => '---')),
    ...deeds.map(deed => row([
      `\`${deed.name}\``, deed.whom ?? '', `\`${deed.access}\``,
      ...callers.map(caller => sign(mayDo(deed, caller))),
    ])), '',
  ].join('\n')
}

interface Operation {
  readonly 'x-access': Access
}

const ownApp = 'app_own'

function principalOf(caller: Caller, access: Access): Principal {
  const app = (role: Principal['role'], permissions: readonly Permission[]): Principal => ({
    ...nobody, role, appId: ownApp, permissions: new Set(permissions),
  })
  switch (caller) {
    case 'nobody': return nobody
    case 'app without': return app('app', allPermissions.filter(one => one !== access && one !== 'admin'))
    case 'app with': return app(access === 'admin' ? 'administrator' : 'app', [access as Permission])
    case 'person, about self':
    case 'person, about another': {
      return { ...app('person', personPermissions), person: 'ada', isOwner: true }
    }
    case 'person, by an app': return { ...app('person', personPermissions), person: 'ada' }
    case 'administrator': return app('administrator', allPermissions)
    case 'operator': return operator
  }
}

const allPermissions: readonly Permission[] = [...ordinaryPermissions, ...elevatedPermissions]
