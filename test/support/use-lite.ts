/** Whether the packages of `use-lite` are there; tests of it are skipped without them, and say so. */
import { assertUseLite } from '../../actors/embedding/index.js'

/** Why a test is skipped. */
export const notInstalled = 'the optional packages @energetic-ai/* are not installed'

/** Whether it can be opened. */
export function isUseLiteInstalled(): boolean {
  try {
    assertUseLite()
    return true
  } catch {
    return false
  }
}
