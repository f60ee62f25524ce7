/**
 * What a node and a client take from the machine they run on: connections, a port, ids. The simulation gives
 * its own, so that nothing in them depends on chance or on the outside.
 */
import { randomUUID } from 'node:crypto'
import { openRedis, type RedisConnection } from '../redis/index.js'
import { openQueryPort, type Answer, type QueryPort } from './query-port.js'

/** The outside, as nodes and clients use it. Time is theirs already: the option `clock`. */
export interface Surroundings {
  connect(url: string, role: string): Promise<RedisConnection>
  listen(host: string, answer: Answer): Promise<QueryPort>
  /** An id that nobody else ever gets. */
  newId(): string
}

/** The real ones. */
export const machine: Surroundings = {
  connect: (url, role) => openRedis(url, role),
  listen: openQueryPort,
  newId: randomUUID,
}
