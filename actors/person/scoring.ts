/**
 * The constants of the scores that a version of the pipeline may set otherwise, so that their effect can be
 * seen on what people really kept before it is live: `hinata replay --as v2 --scoring depth_factor.high=1.1`.
 */
import { HinataError } from '../../engine/index.js'

/** SPEC section 3. */
export interface Scoring {
  /** What the priority keeps of itself per day of a record's age. */
  readonly daily_fade: number
  /** What the attention's weighted sum is multiplied with, by depth of interaction. */
  readonly depth_factor: { readonly low: number, readonly medium: number, readonly high: number }
}

/** The values of the specification. */
export const defaultScoring: Scoring = {
  daily_fade: 0.95,
  depth_factor: { low: 0.8, medium: 1, high: 1.2 },
}

const names = ['daily_fade', 'depth_factor.low', 'depth_factor.medium', 'depth_factor.high'] as const
const valueMax = 10

/** The scoring with some constants set, by name. Throws CONFIG_INVALID. */
export function scoringOf(settings: Readonly<Record<string, number>>): Scoring {
  for (const [name, value] of Object.entries(settings)) {
    if (!names.some(known => known === name)) {
      throw new HinataError('CONFIG_INVALID', { path: `scoring ${name}`,
        reason: `is not a constant. Known are ${names.join(', ')}.` })
    }
    if (!(value >= 0 && value <= valueMax)) {
      throw new HinataError('CONFIG_INVALID', { path: `scoring ${name}`,
        reason: `a number from 0 to ${valueMax} expected, found ${value}.` })
    }
  }
  const { daily_fade, depth_factor } = defaultScoring
  return {
    daily_fade: settings.daily_fade ?? daily_fade,
    depth_factor: {
      low: settings['depth_factor.low'] ?? depth_factor.low,
      medium: settings['depth_factor.medium'] ?? depth_factor.medium,
      high: settings['depth_factor.high'] ?? depth_factor.high,
    },
  }
}
