/**
 * Minimisation: how much of a person's records an app sees that may see them at all. SPEC section 10.
 *
 * N1  Under the policy strict an app sees the first 50 characters of a highlight, no note, and nothing that
 *     was drawn from the text; also an app that the person allowed.
 * N2  Raw data are for the app that sent them, unless the person consents to sharing.
 * N3  The owner, the operator, administrators, and apps that an administrator let read a person's data
 *     (`user_data_read`) see everything.
 */
import type { Principal } from '../identity/principal.js'
import type { Decision } from './ladder.js'

/** How much is seen. */
export interface Sight {
  readonly isNarrow: boolean
  /** Also the raw data that other apps sent. */
  readonly seesRawData: boolean
}

/** Characters of a highlight that are seen under the policy strict. */
const narrowCharsMax = 50

/** What this caller sees, by the decision that let them in. */
export function sightOf({ preferences }: Decision, principal: Principal): Sight {
  const isUnbound = preferences === null || principal.permissions.has('user_data_read')
    || principal.role === 'administrator'
  if (isUnbound) return { isNarrow: false, seesRawData: true }
  return { isNarrow: preferences.policy === 'strict', seesRawData: preferences.consents.sharing }
}

/** The texts of a record as they are seen. Characters are code points: none is cut in two. */
export function seenTexts<T extends { readonly highlight: string, readonly note: string }>(
  record: T, { isNarrow }: Sight,
): T {
  if (!isNarrow) return record
  return { ...record, highlight: [...record.highlight].slice(0, narrowCharsMax).join(''), note: '' }
}
