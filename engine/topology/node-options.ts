/** What whoever starts a node decides. */
import type { Clock } from '../clock/index.js'
import type { Topology } from './topology.js'

/** How a node is started. */
export interface NodeOptions {
  readonly redisUrl: string
  readonly topology: Topology
  /** Default `h`. */
  readonly namespace?: string
  /** Where the query port listens. Default 127.0.0.1. */
  readonly host?: string
  /** Threads for stages. Default 1; 0 runs stages in this thread. */
  readonly threads?: number
  /** How long a lease lasts without being renewed, ms. Default 5,000. */
  readonly leaseMs?: number
  /** Inserts that may run at once. Default 2. */
  readonly inserts?: number
  /** How long a task with work may be without a commit before it is unhealthy, ms. Default 15,000. */
  readonly stallMs?: number
  readonly clock?: Clock
}
