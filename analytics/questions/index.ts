/**
 * Twenty questions that analysts ask, each with its query: docs/ANALYTICS.md shows them, tests answer
 * them.
 */
import { questionsOfKeeping } from './keeping.js'
import { questionsOfKnowing } from './knowing.js'
import { questionsOfRunning } from './running.js'
import type { Question } from './question.js'

export type { Question }

/** All of them, in the order of the document. */
export const questions: readonly Question[] = [
  ...questionsOfKeeping, ...questionsOfKnowing, ...questionsOfRunning,
]
