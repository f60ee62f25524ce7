/**
 * Who of the persons consents to analytics, as ClickHouse knows it: `persons` shows whose rows theirs are
 * (schema/0035-row-names.sql). The gateway puts it and declares this interface
 * (gateway/privacy/shown-persons.ts).
 *
 * V1  The highest version counts, whatever order two gateways put theirs in; of one instant the withdrawal.
 * V2  When a withdrawal returns, the person's id has left the table: what said it is deleted, not hidden.
 */
import { openAnalytics, type Analytics, type AnalyticsOptions } from './connection.js'
import { clickhouseFailure } from './failure.js'
import { noteSettings, personHash } from './row-names.js'
import { storableText } from './storable.js'

/** For one change; the person waits for it. */
const requestTimeoutMs = 20_000

/** Keeps it. All throw CLICKHOUSE_UNREACHABLE or CLICKHOUSE_REFUSED; then the same again is right. */
export class ClickhouseShownPersons {
  readonly #options: AnalyticsOptions
  #analytics: Promise<Analytics> | null = null

  /** Nothing is asked of ClickHouse before the first call, which makes the tables if need be. */
  constructor(options: AnalyticsOptions) {
    this.#options = { requestTimeoutMs, ...options }
  }

  /** What a person said at an instant (ms UTC). `key` is the person's. */
  async put(key: string, isShown: boolean, saidAt: number): Promise<void> {
    const version = 2 * saidAt + (isShown ? 0 : 1)
    await this.#doing(async analytics => {
      await analytics.client.insert({
        table: 'shown_persons', columns: ['person', 'told', 'is_shown', 'version'],
        values: [[personHash(key), isShown ? storableText(key) : '', isShown, version]],
        format: 'JSONCompactEachRow', clickhouse_settings: noteSettings(),
      })
      if (!isShown) await this.#delete(analytics, `person = '${personHash(key)}' AND version < ${version}`)
    })
  }

  /** Forgets that the person said anything, for their erasure. */
  async forget(key: string): Promise<void> {
    await this.#doing(analytics => this.#delete(analytics, `person = '${personHash(key)}'`))
  }

  async close(): Promise<void> {
    await this.#analytics?.then(analytics => analytics.close(), () => undefined) // was never opened
  }

  async #delete(analytics: Analytics, where: string): Promise<void> {
    const sql = `SELECT 1 FROM shown_persons WHERE ${where} LIMIT 1 SETTINGS final = 0`
    const found = await analytics.query(sql)
    if (found.length === 0) return
    await analytics.client.command({ query: `ALTER TABLE shown_persons DELETE WHERE ${where}`,
      clickhouse_settings: { mutations_sync: '1' } })
  }

  async #doing(work: (analytics: Analytics) => Promise<void>): Promise<void> {
    try {
      await work(await this.#opened())
    } catch (error) {
      throw clickhouseFailure(error, this.#options.url, 'a consent to analytics')
    }
  }

  #opened(): Promise<Analytics> {
    if (this.#analytics !== null) return this.#analytics
    const opening = openAnalytics(this.#options)
    this.#analytics = opening
    opening.catch(() => { this.#analytics = null })
    return opening
  }
}
