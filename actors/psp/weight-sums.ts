/**
 * What all components weigh together, kept while they change: a change costs its own component, not a walk
 * through all.
 *
 *     sum(memory) = Σ units(component)
 *     units       = round(weight · 10⁴ · 16 · 2^((updated − since) / half-life))
 *     weighs at t = Σ over memories: sum · 2^(−(t − since) / half-life) / (10⁴ · 16)
 *
 * S1 Units are whole numbers: their sum is exact, so the same whatever the order of the changes and whether
 *    it was kept or made anew (G7).
 * S2 `since` is a multiple of PERIOD_HALF_LIVES half-lives before `t`, so that numbers stay small. When it
 *    moves on, or the half-life changes (the person's pace does), the sum is made anew.
 * S3 A component that was updated after `t` counts as if time went on to it, as far as the period goes.
 */
import type { Component, Memory } from './component.js'
import { halfLifeMs } from './decay.js'

const PERIOD_HALF_LIVES = 8
/** Weights have four digits; sixteenths of the last are kept, so that what fades is not lost too early. */
const UNITS = 1e4 * 16

interface Sum {
  readonly memory: Memory
  halfLife: number
  since: number
  units: number
}

/** See the top of the file. Asleep, and free of cost, until it is asked. */
export class WeightSums {
  readonly #sums: readonly Sum[] = (['core', 'working', 'learning', 'context'] as const)
    .map(memory => ({ memory, halfLife: 0, since: 0, units: 0 }))

  /** A current component came, went, or changed. */
  changed(before: Component | undefined, after: Component | undefined): void {
    if (before !== undefined && before.total_attention_weight === after?.total_attention_weight
      && before.last_updated === after.last_updated && before.memory === after.memory) return
    if (before !== undefined) this.#add(before, -1)
    if (after !== undefined) this.#add(after, 1)
  }

  /** What `components`, all that are current, weigh at `now` (ms UTC) when records come `gapMs` apart. */
  totalAt(now: number, gapMs: number, components: Iterable<Component>): number {
    let total = 0
    for (const sum of this.#sums) {
      const halfLife = halfLifeMs(sum.memory, gapMs)
      const period = PERIOD_HALF_LIVES * halfLife
      const since = Math.floor(now / period) * period
      if (sum.halfLife !== halfLife || sum.since !== since) {
        Object.assign(sum, { halfLife, since, units: 0 })
        for (const component of components)
          if (component.memory === sum.memory) sum.units += unitsOf(component, sum)
      }
      total += (sum.units / UNITS) * 2 ** (-(now - since) / halfLife)
    }
    return total
  }

  #add(component: Component, sign: 1 | -1): void {
    const sum = this.#sums.find(({ memory }) => memory === component.memory)
    if (sum !== undefined && sum.halfLife > 0) sum.units += sign * unitsOf(component, sum)
  }
}

function unitsOf({ total_attention_weight: weight, last_updated: at }: Component, { halfLife, since }: Sum):
  number {
  const halfLives = Math.min(PERIOD_HALF_LIVES, (at - since) / halfLife)
  return Math.round(weight * UNITS * 2 ** halfLives)
}
