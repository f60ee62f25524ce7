/**
 * Whose rows analysts may know by id, as the gateway sees it: ClickHouse behind it
 * (analytics/shown-persons.ts), a list in tests. `key` is the person's.
 */
export interface ShownPersons {
  /** What the person said at an instant (ms UTC); it holds when this resolves. */
  put(key: string, isShown: boolean, saidAt: number): Promise<void>
  /** Forgets that the person said anything. */
  forget(key: string): Promise<void>
  close(): Promise<void>
}
