/** A question that an analyst asks, and the query that answers it. */

/** Runs as it stands in any ClickHouse client; values that it names as `{name:Type}` are its parameters. */
export interface Question {
  /** Its name, for tests and reports. */
  readonly name: string
  readonly question: string
  readonly sql: string
  /** Values of the parameters that make sense for the sample. */
  readonly parameters?: Readonly<Record<string, string>>
}
