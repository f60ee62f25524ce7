/** Reports about all persons together, for the operator. Whoever starts the gateway brings them. */
import { HinataError } from '../../engine/index.js'
import { route, type Route } from '../route.js'
import { reportRequest } from '../schema/requests.js'

/** Where reports come from. */
export interface Reports {
  /** The report of the week of a day, or of the last whole one. */
  weekly(day: string | undefined, form: 'json' | 'markdown' | 'html'): Promise<string>
}

const types = {
  json: 'application/json; charset=utf-8', markdown: 'text/markdown; charset=utf-8',
  html: 'text/html; charset=utf-8',
} as const

/** The routes; without `reports` they say that there is no ClickHouse. */
export function reportRoutes(reports: Reports | undefined): Route[] {
  return [
    route({
      method: 'get', path: '/api/reports/weekly', access: 'operator', input: reportRequest, answer: null,
      summary: 'What a week was like, for all persons together: as JSON, as Markdown, or as a page.',
      async handle({ input: { week, form = 'json' } }) {
        if (!reports) {
          const reason = 'this gateway knows none'
          throw new HinataError('CLICKHOUSE_UNREACHABLE', { url: '(none)', reason })
        }
        return { text: await reports.weekly(week, form), type: types[form] }
      },
    }),
  ]
}
