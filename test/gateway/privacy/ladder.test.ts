// The ladder as a function: each rung decides where it should, and nothing is let in by none (D1 to D10).
import fc from 'fast-check'
import t from 'tap'
import { nobody, operator, type Principal, type Role } from '../../../gateway/identity/principal.js'
import { actionOf, decide, type Action } from '../../../gateway/privacy/ladder.js'
import {
  documentsOf, enrolmentOf, preferencesOf, type PreferenceChange, type Policy,
} from '../../../gateway/privacy/preferences.js'

const app: Principal = { ...nobody, role: 'app', appId: 'app_a' }
const owner: Principal = { ...nobody, role: 'person', appId: 'app_a', person: 'ada', isOwner: true }
const administrator: Principal = { ...app, role: 'administrator' }
const by = { at: 1, by: 'test' }

/** What the ladder says, as `yes owner` or `no policy`. */
function said(principal: Principal, action: Action, change: PreferenceChange = {}, key = 'ada'): string {
  const decision = decide(principal, key, action, preferencesOf(documentsOf(change, by)))
  return `${decision?.isAllowed === true ? 'yes' : 'no'} ${decision?.rung}`
}

t.test('each rung decides what no rung above it has decided', async t => {
  t.equal(said(app, 'read', {}, 'acme\u001fada'), 'no tenant', 'D1')
  t.equal(said({ ...owner, tenant: 'acme' }, 'read'), 'no tenant', 'D1')
  t.equal(said(nobody, 'read', { policy: 'permissive' }), 'no tenant', 'D1')
  t.equal(said(owner, 'write', { policy: 'strict', blocked_apps: ['app_a'] }), 'yes owner', 'D2')
  t.equal(said(operator, 'write', { policy: 'strict' }), 'yes operator', 'D3')
  const both = { allowed_apps: ['app_a'], blocked_apps: ['app_a'] }
  t.equal(said(app, 'read', both), 'no blocked', 'D4')
  t.equal(said(administrator, 'read', both), 'no blocked', 'D4')
  const refused = { allowed_apps: ['app_a'], consents: { personalization: false } }
  t.equal(said(app, 'personalize', refused), 'no consent', 'D5')
  t.equal(said(app, 'read', refused), 'yes allowed', 'D6')
  const custom = { policy: 'permissive', custom_permissions: { app_a: { write: false } } } as const
  t.equal(said(app, 'write', custom), 'no custom', 'D7')
  t.equal(said(app, 'read', custom), 'yes policy', 'what it does not say is left to the policy')
  t.equal(said(administrator, 'write', custom), 'no custom', 'D7')
  t.equal(said(administrator, 'write', { policy: 'strict' }), 'yes administrator', 'D8')
  const byPolicy: Record<Policy, [string, string]> = {
    strict: ['no policy', 'no policy'], balanced: ['yes policy', 'no policy'],
    permissive: ['yes policy', 'yes policy'],
  }
  for (const [policy, [reading, writing]] of Object.entries(byPolicy)) {
    t.equal(said(app, 'read', { policy: policy as Policy }), reading, `D9 ${policy}`)
    t.equal(said(app, 'write', { policy: policy as Policy }), writing, `D9 ${policy}`)
  }
})

t.test('D10 an app enrols until the person states a policy, and strict ends it', async t => {
  const write = (principal: Principal, documents: Parameters<typeof preferencesOf>[0]): unknown =>
    decide(principal, 'ada', 'write', preferencesOf(documents))
  t.match(write(app, []), { isAllowed: true, isFirstWrite: true, rung: 'enrolled' })
  const enrolled = enrolmentOf('app_a', 5)
  t.match(write(app, [enrolled]), { isAllowed: true, rung: 'enrolled', isFirstWrite: undefined })
  const stated = (policy: Policy): Parameters<typeof preferencesOf>[0] =>
    [enrolled, ...documentsOf({ policy }, by)]
  t.match(write(app, stated('balanced')), { isAllowed: true, rung: 'enrolled' })
  t.match(write({ ...app, appId: 'app_b' }, stated('balanced')), { isAllowed: false, rung: 'policy' })
  t.match(write(app, stated('strict')), { isAllowed: false, rung: 'policy' })
  const many = Array.from({ length: 256 }, (_, i) => enrolmentOf(`app_${i}`, i))
  t.match(write({ ...app, appId: 'app_b' }, many), { isAllowed: false, rung: 'enrolled' })
})

t.test('a token that a plain app made is judged as the app', async t => {
  const token: Principal = { ...owner, isOwner: false }
  const actions = fc.constantFrom<Action>('read', 'write', 'personalize')
  fc.assert(fc.property(actions, changes(), (action, change) => {
    t.equal(said(token, action, change), said(app, action, change))
  }), { seed: 31, numRuns: 300 })
})

t.test('what nothing allows is denied, and whoever is blocked is never let in', async () => {
  const roles: readonly Role[] = ['app', 'administrator', 'person']
  const actions: readonly Action[] = ['read', 'write', 'personalize']
  fc.assert(fc.property(changes(), fc.constantFrom(...roles), fc.constantFrom(...actions), (
    change, role, action,
  ) => {
    const decision = decide({ ...app, role }, 'ada', action, preferencesOf(documentsOf(change, by)))
    if (change.blocked_apps?.includes('app_a')) return decision?.isAllowed === false
    const isNamed = change.allowed_apps?.includes('app_a') || change.custom_permissions?.app_a !== undefined
    const isStrict = change.policy === 'strict' && role !== 'administrator' && !isNamed
    return !isStrict || decision?.isAllowed === false
  }), { seed: 32, numRuns: 2_000 })
})

t.test('what a route does follows from what it needs', async t => {
  t.equal(actionOf('hinata_submit', 'post'), 'write')
  t.equal(actionOf('hinata_query', 'post'), 'read')
  t.equal(actionOf('hinata_query', 'delete'), 'write')
  t.equal(actionOf('psp_context', 'post'), 'personalize')
  t.equal(actionOf('known', 'get'), 'read', 'a route that says nothing of it is asked about')
  t.equal(actionOf('admin', 'post'), null)
})

function changes(): fc.Arbitrary<PreferenceChange> {
  const apps = fc.subarray(['app_a', 'app_b'])
  const permission = fc.record({ read: fc.boolean(), write: fc.boolean() }, { requiredKeys: [] })
  return fc.record({
    policy: fc.constantFrom<Policy>('strict', 'balanced', 'permissive'),
    allowed_apps: apps, blocked_apps: apps,
    custom_permissions: fc.dictionary(fc.constantFrom('app_a', 'app_b'), permission),
    consents: fc.record({ personalization: fc.boolean() }),
  }, { requiredKeys: [] })
}
