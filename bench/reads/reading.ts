/**
 * Reads of one person over HTTP, as an app asks. Every answer is looked at: one without what was asked for
 * fails the run.
 */
import { setTimeout } from 'node:timers/promises'
import { HttpConnection } from '../http-connection.js'
import type { Lane } from '../ingest/sender.js'
import { questionOf } from './notes.js'
import { reader } from './world.js'

/** What is read. */
export interface Reading {
  readonly method: 'GET' | 'POST'
  path(n: number): string
  body(n: number): string
  /** Whether it is an answer. */
  isAnswer(answer: Answer): boolean
  /** Whether something could not be asked just now, so that the answer is less than it should be. */
  isLess?(answer: Answer): boolean
}

type Answer = Readonly<Record<string, unknown>>

/** A prompt for a question, with records quoted. */
export const prompt: Reading = {
  method: 'POST', path: () => '/api/enhancement/personalized',
  body: n => JSON.stringify({ user_id: reader, question: questionOf(n) }),
  isAnswer: answer => String(answer.personalized_prompt).length > 100,
  isLess: answer => answer.is_knowledge_available !== true,
}

/** Records that a question finds. */
export const search: Reading = {
  method: 'POST', path: () => '/api/hinata/search',
  body: n => JSON.stringify({ user_id: reader, query_text: questionOf(n), min_relevance_score: 0 }),
  isAnswer: answer => Array.isArray(answer.results) && answer.results.length > 0,
}

/** The whole PSP. */
export const psp: Reading = {
  method: 'GET', path: () => `/api/psp/current?user_id=${reader}`, body: () => '',
  isAnswer: answer => typeof answer.components === 'object',
}

const refusedTriesMax = 40
const refusedPauseMs = 250
const refused = 503

/** A connection that reads. What is refused, or less, for a moment is asked again a little later. */
export function openReadingLane(url: string, token: string, reading: Reading): Lane {
  const connection = new HttpConnection(url, { Authorization: `Bearer ${token}` })
  return {
    window: 1,
    async send(n) {
      for (let tries = 1; ; tries++) {
        const { status, body } = await connection.request(reading.method, reading.path(n), reading.body(n))
        const answer = JSON.parse(body) as Answer
        const isForNow = status === refused || (status === 200 && reading.isLess?.(answer) === true)
        if (!isForNow && status === 200 && reading.isAnswer(answer)) return
        if (!isForNow || tries === refusedTriesMax) {
          throw new Error(`${reading.path(n)} answered ${status}: ${body.slice(0, 300)}`)
        }
        await setTimeout(refusedPauseMs)
      }
    },
    close: () => { connection.close() },
  }
}
