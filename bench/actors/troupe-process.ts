/**
 * The exercises of one library for Node, in a process of its own:
 * `node troupe-process.js MODULE EXPORT PING-PONG COUNTING FORK-JOIN BIG`; prints what exercises.ts says
 * (X1).
 */
import { exerciseNames, lineOf, warmUpShare, type ExerciseName, type Troupe } from './exercises.js'

const [, , module, name, ...sizes] = process.argv
const troupes = await import(module) as Record<string, Troupe>
for (const [i, exercise] of exerciseNames.entries()) await perform(exercise, Number(sizes[i]))
process.exit(0)

async function perform(exercise: ExerciseName, size: number): Promise<void> {
  await troupes[name][exercise](Math.max(2, Math.round(size * warmUpShare / 2) * 2))
  const before = process.cpuUsage()
  const startedAt = performance.now()
  const received = await troupes[name][exercise](size)
  const seconds = (performance.now() - startedAt) / 1_000
  const { user, system } = process.cpuUsage(before)
  process.stdout.write(`${lineOf(exercise, { received, seconds, cpuSeconds: (user + system) / 1e6 })}\n`)
}
