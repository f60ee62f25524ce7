/** Questions about the system itself, to the rollups. */
import type { Question } from './question.js'

/** How fast rows come, and what failed. */
export const questionsOfRunning: readonly Question[] = [
  {
    name: 'latency',
    question: 'How fresh are the rows? Time to the log and to the row, the last minutes with records.',
    sql: `
SELECT minute, records, accepted_ms_p50, accepted_ms_p99, row_ms_p50, row_ms_p99, row_ms_max
FROM latency_per_minute
WHERE minute > (SELECT at FROM latest) - INTERVAL 1 DAY
ORDER BY minute DESC
LIMIT 10
SETTINGS final = 0`,
  },
  {
    name: 'failures',
    question: 'What went wrong? Dead letters per day and error, and how many still wait.',
    sql: `
SELECT day, error_code, failed_in, letters, waiting, persons
FROM dead_letters_per_day
ORDER BY day DESC, letters DESC, error_code, failed_in
LIMIT 20`,
  },
]
