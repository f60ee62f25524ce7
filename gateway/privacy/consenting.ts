/** Who of several persons consents to something: what reports ask before they name anybody. */
import type { Registry } from '../../engine/index.js'
import { kindOf } from './decisions.js'
import { preferencesOf, type Consent } from './preferences.js'

/** Persons whose preferences are read at once. */
const atOnce = 100

/** Those who consent now, by what is kept of them; silence is the consent's default. */
export async function consentingTo(
  registry: Registry, consent: Consent, persons: readonly string[],
): Promise<Set<string>> {
  const consenting = new Set<string>()
  for (let i = 0; i < persons.length; i += atOnce) {
    await Promise.all(persons.slice(i, i + atOnce).map(async person => {
      const { consents } = preferencesOf(await registry.list(kindOf(person)))
      if (consents[consent]) consenting.add(person)
    }))
  }
  return consenting
}
