/**
 * The one table of the gateway's limits: name, default, reason. Everything the edge holds is bounded by a row
 * here. `startGateway({ limits })` overrides single rows.
 */

import { stallMsDefault } from '../engine/index.js'

interface Row {
  readonly value: number
  readonly reason: string
}

const row = (value: number, reason: string): Row => ({ value, reason })

/** All limits with their defaults and reasons. Bytes, milliseconds and counts as the names say. */
export const limitTable = {
  batchRecordsMax: row(100, 'SPEC 1: a batch has 1..100 records, over HTTP and WebSocket alike'),
  bodyBytesMax: row(16 * 1024 * 1024, 'a batch of 100 long notes fits; one request never takes more memory'),
  bodyWindowMs: row(8_000, 'how often an unfinished body is looked at; what trickles is cut after 12 s'),
  bodyWindowBytesMin: row(128 * 1024, 'what must have come since: 16 KiB a second, as uWebSockets asks'),
  httpSocketsMax: row(10_000, 'sockets that are no WebSocket, or not yet; more are ended unread'),
  frameBytesMax: row(16 * 1024 * 1024, 'as bodyBytesMax; up to twice this is told why, beyond it cut'),
  intakeBytesMax: row(256 * 1024 * 1024, 'what waits for the log, of all connections, as it arrived'),
  requestMsMax: row(30_000, 'a request that has no answer by then is told to come again'),
  commandMsMax: row(5_000, 'how long a command is waited for; then it is answered as accepted'),
  erasureWaitMs: row(20_000, 'how long an erasure is waited for; then its receipt is asked for'),
  erasureResumeMs: row(60_000, 'how often erasures are looked for that another gateway left'),
  retentionSweepMs: row(24 * 60 * 60 * 1000, 'how often records are looked for that are older than wanted'),
  jobTtlMs: row(24 * 60 * 60 * 1000, 'how long a job id can be asked for'),
  creditRecordsMax: row(2_000, 'unacknowledged records of a connection: 20 batches cover tens of ms'),
  creditBytesMax: row(32 * 1024 * 1024, 'unacknowledged bytes of one connection: two of the largest frames'),
  creditCheckMs: row(100, 'how often a reduced credit looks for room, which is as fresh as this'),
  creditGraceMs: row(5_000, 'a reduced credit binds when the app has seen it, or after this time'),
  connectionsMax: row(50_000, 'sockets of one gateway; an idle one takes some 10 KiB'),
  connectionsPerAppMax: row(20_000, 'sockets of one app at one gateway'),
  idleMs: row(60_000, 'silence after which a socket is ended; a ping of ours comes in time'),
  messageCompressBytesMin: row(1_024, 'smaller messages are not compressed where that was agreed on'),
  certificatePollMs: row(10_000, 'how soon a renewed certificate is used'),
  helloMs: row(10_000, 'a connection that says nothing is closed'),
  malformedFramesMax: row(100, 'frames that cannot be read before the connection is closed'),
  subscriptionsMax: row(64, 'subscriptions of one connection'),
  catchUpBlocksMax: row(256, 'live blocks kept while a subscription reads history'),
  outboundSoftBytes: row(256 * 1024, 'bytes that an app has not read before updates are coalesced'),
  outboundBytesMax: row(8 * 1024 * 1024, 'bytes that wait in a socket before it is closed as too slow'),
  laterMs: row(3, 'writes in a row to sockets whose apps lag; then everybody else has a turn'),
  coalescedKeysMax: row(1_000, 'newest states kept for a slow connection; beyond it it is closed'),
  coalescedBytesMax: row(4 * 1024 * 1024, 'bytes of these states, shared by all who are behind alike'),
  slowMsMax: row(30_000, 'how long what waits may wait while nothing is read; then it is closed'),
  appsCachedMax: row(10_000, 'keys whose app is remembered'),
  appCacheMs: row(5_000, 'how long a remembered key is believed; a revoked key works no longer than this'),
  identityMsMax: row(2_000, 'how long a lookup of a credential may take; then nobody unknown is let in'),
  identityPollMs: row(1_000, 'how soon this gateway hears of keys that were changed at another'),
  tokensVerifiedMax: row(10_000, 'tokens whose signature is remembered until they end'),
  tokenMsMax: row(24 * 60 * 60 * 1000, 'the longest life of a token of a person'),
  tokenMsDefault: row(60 * 60 * 1000, 'the life of a token of a person that asks for none'),
  tokenSkewMs: row(60_000, 'how far the clock of another issuer may be ahead of ours'),
  overlapMsMax: row(7 * 24 * 60 * 60 * 1000, 'how long a rotated key of an app may hold at most'),
  overlapMsDefault: row(24 * 60 * 60 * 1000, 'how long it holds when rotation names no time'),
  requestsPerHourMax: row(1_000, 'SPEC 7: HTTP requests of an app for one person; 0 = not limited'),
  requestsPerMinuteMax: row(100, 'SPEC 7: the burst of the same'),
  appRequestsPerHourMax: row(60_000, 'HTTP requests of an app for all its persons together'),
  appRequestsPerMinuteMax: row(6_000, 'the burst of the same'),
  recordsPerHourMax: row(10_000_000, 'records of an app for one person over WebSocket, where credit rules'),
  recordsPerMinuteMax: row(600_000, 'the burst of the same: 10,000 a second'),
  appRecordsPerHourMax: row(36_000_000, 'records of an app over WebSocket, all its persons together'),
  appRecordsPerMinuteMax: row(1_200_000, 'the burst of the same'),
  appsMeteredMax: row(2_000, 'apps whose requests and records of the last hour a gateway counts'),
  usagePutMs: row(5_000, 'how soon other gateways hear of what an app asked and sent'),
  metersMax: row(20_000, 'pairs of app and person whose records a gateway counts at a time'),
  attemptsPerHourMax: row(200, 'failed attempts to authenticate of one address'),
  attemptsPerMinuteMax: row(20, 'the burst of the same'),
  registrationsPerHourMax: row(600, 'apps that one address may register'),
  registrationsPerMinuteMax: row(60, 'the burst of the same'),
  addressesMax: row(10_000, 'addresses that a gateway remembers as too eager'),
  privacyBeliefMs: row(500, 'how long what a person decided is believed unseen; a change is told after this'),
  privacyPollMs: row(125, 'how often a gateway asks whether anybody decided anew: four times per belief'),
  personsDecidedMax: row(20_000, 'persons whose preferences a gateway remembers'),
  heldFramesMax: row(2_200, 'frames that wait for one decision: a whole credit of single records, and more'),
  appsListedMax: row(256, 'apps that one list of a person\'s preferences names'),
  accessFlushMs: row(2_000, 'how often what was accessed is written down'),
  accessRowsMax: row(20_000, 'accesses that wait to be written; more are dropped, and counted'),
  accessBatchMax: row(5_000, 'rows of one insert of the access log'),
  accessRetryMs: row(5_000, 'how soon an insert that failed is tried again'),
  limitsMsMax: row(250, 'how long a limit may take to answer; then requests pass uncounted, visibly'),
  limitsRetryMs: row(1_000, 'how soon limits are tried again after they did not answer'),
  compressBytesMin: row(8 * 1024, 'answers smaller than this are sent as they are'),
  stallMs: row(stallMsDefault, 'G10: a backlog that has not moved for this long is unhealthy'),
  progressMs: row(1_000, 'how often progress is looked at'),
  drainMs: row(10_000, 'how long stopping waits for what was accepted to be acknowledged'),
  retryAfterMs: row(1_000, 'what Retry-After asks for'),
} as const

/**
 * The longest head of a request that may come in pieces, bytes: as much as Node takes. No row of the table:
 * uWebSockets hears it once, when it is loaded, and refuses by itself what is longer (431, without a code).
 */
export const headPiecesBytesMax = 16 * 1024

/** The limits in force. */
export type GatewayLimits = { readonly [Name in keyof typeof limitTable]: number }

/** The defaults with single rows overridden. */
export function limitsWith(overrides: Partial<GatewayLimits> = {}): GatewayLimits {
  const names = Object.keys(limitTable) as (keyof GatewayLimits)[]
  return Object.fromEntries(
    names.map(name => [name, overrides[name] ?? limitTable[name].value])
  ) as GatewayLimits
}
