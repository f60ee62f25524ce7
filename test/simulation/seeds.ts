/** Tries seeds, and makes the plan of one that fails as small as it gets while it still fails. */
import { judge } from './oracle.js'
import { planOf, type Fault, type Plan } from './plan.js'
import { simulate, type Mutant, type Outcome } from './simulation.js'

/** A plan that was tried. */
export interface Tried {
  readonly plan: Plan
  readonly outcome: Outcome
  readonly wrong: readonly string[]
}

/** How many smaller plans are tried. */
const shrinksMax = 150
const linesMax = 12

/** Tries the plan of a seed. */
export function trySeed(seed: number, mutant?: Mutant): Promise<Tried> {
  return tryPlan(planOf(seed), mutant)
}

/** The first seed of `from` … `from + count - 1` that fails, or undefined. */
export async function firstFailure(
  from: number, count: number, mutant?: Mutant,
): Promise<Tried | undefined> {
  for (let seed = from; seed < from + count; seed++) {
    const tried = await trySeed(seed, mutant)
    if (tried.wrong.length > 0) return tried
  }
  return undefined
}

/** The failure, how to see it again, and what remains of its plan when all that can be left out is. */
export async function describeFailure(failure: Tried, mutant?: Mutant): Promise<string> {
  const { plan, wrong } = await shrink(failure, mutant)
  const describe = ({ when, trouble }: Fault): string =>
    `  ${JSON.stringify(when)} ${JSON.stringify(trouble)}`
  return [
    `seed ${plan.seed} fails:`,
    ...failure.wrong.slice(0, linesMax).map(line => `  ${line}`),
    `made smaller: ${plan.nodeSkews.length} nodes, fsync ${plan.fsync}, ${plan.submissions.length} `
      + `submissions, ${plan.faults.length} faults`,
    ...plan.faults.map(describe),
    ...plan.submissions.map(one => `  ${JSON.stringify(one)}`),
    ...wrong.slice(0, linesMax).map(line => `  ${line}`),
    `again: node dist/test/simulation/run.js --seed ${plan.seed}${mutant ? ` --bug '${mutant.name}'` : ''}`,
  ].join('\n')
}

async function tryPlan(plan: Plan, mutant: Mutant | undefined): Promise<Tried> {
  const outcome = await simulate(plan, mutant)
  return { plan, outcome, wrong: await judge(outcome) }
}

/** Leaves out faults and submissions one by one, and keeps out what is not needed for a failure. */
async function shrink(failure: Tried, mutant: Mutant | undefined): Promise<Tried> {
  let smallest = failure
  let tries = 0
  for (const part of ['faults', 'submissions'] as const) {
    for (let i = smallest.plan[part].length - 1; i >= 0 && tries < shrinksMax; i--, tries++) {
      const without = { ...smallest.plan, [part]: smallest.plan[part].filter((_, at) => at !== i) }
      const tried = await tryPlan(without, mutant)
      if (tried.wrong.length > 0) smallest = tried
    }
  }
  return smallest
}
