/**
 * The one table of errors. Every refusal, failure and exit of the product has a row here; docs/ERRORS.md is
 * generated from it and the edge derives its HTTP status from `kind`.
 *
 * A message says what was expected, what was found and what to do; `{name}` is filled from the error's
 * details.
 */

/**
 * What sort of failure a code is. The edge maps a kind to one HTTP status, the command line to one exit code.
 */
export type ErrorKind =
  | 'invalid' // the input breaks a rule: 400, or a refused index inside a batch
  | 'unauthenticated' // who is it? 401
  | 'forbidden' // known, but not allowed: 403
  | 'missing' // 404
  | 'conflict' // 409
  | 'too_large' // 413
  | 'unsupported' // 415
  | 'limited' // slow down: 429 with Retry-After
  | 'unavailable' // try again: 503 with Retry-After
  | 'setup' // the operator must change something: refuse to start
  | 'usage' // wrong command line: exit code 2
  | 'internal' // our fault: 500

/** One row of the table. */
export interface ErrorRow {
  readonly kind: ErrorKind
  /** The same call may succeed later without being changed. */
  readonly retryable: boolean
  readonly message: string
}

const row = (kind: ErrorKind, retryable: boolean, message: string): ErrorRow => ({ kind, retryable, message })

/** All codes, grouped by the part that raises them. */
export const errorTable = {
  // ---- engine: redis --------------------------------------------------------------------------------------
  REDIS_UNREACHABLE: row('unavailable', true,
    'Redis at {url} does not answer: {reason}. Start it or give its address.'),
  REDIS_UNSAFE_EVICTION: row('setup', false,
    'Redis may evict data (maxmemory-policy {found}, expected noeviction). '
    + 'Run: redis-cli CONFIG SET maxmemory-policy noeviction'),
  REDIS_UNSAFE_PERSISTENCE: row('setup', false,
    'Redis keeps no append-only file (appendonly {found}). Run: redis-cli CONFIG SET appendonly yes'),
  REDIS_TOO_OLD: row('setup', false, 'Redis {found} is too old. Expected 6.2 or newer.'),
  REDIS_RESTARTED: row('conflict', false,
    'Redis was restarted or replaced since partition {partition} was taken; what it lost is not built on. '
    + 'The partition is taken again.'),
  REDIS_REFUSES: row('unavailable', true,
    'Redis takes no writes: {reason} Nothing was written; retry when it has room again.'),
  REDIS_IS_CLUSTER: row('setup', false,
    'This Redis is a node of a cluster. Give its nodes instead: redis-cluster://host:port,host:port'),
  REDIS_REPLICAS_FEW: row('setup', false,
    'A master refuses writes: min-replicas-to-write is {wanted}, {found} replicas are connected. '
    + 'Start a replica, or lower the setting.'),
  REPLICA_MISSING: row('unavailable', true,
    'No replica has confirmed a write within {seconds} s; it may be in the log already. Send it again: '
    + 'records with an id are recognised.'),
  // ---- engine: log ----------------------------------------------------------------------------------------
  TOPIC_PARTITIONS_FIXED: row('setup', false,
    'Topic {topic} has {found} partitions, {expected} were asked for. The number is fixed at creation.'),
  BLOCK_CORRUPT: row('internal', false, 'Block {position} cannot be decoded: {reason}.'),
  RECORD_TOO_LARGE: row('too_large', false,
    'The record has {found} bytes packed; at most {max} are allowed.'),
  LOG_FULL: row('unavailable', true,
    'The log of partition {partition} holds {found} unread records (limit {max}). Retry later.'),
  DURABILITY_UNAVAILABLE: row('setup', false, 'Durability {asked} needs {needs}; this Redis has {found}.'),
  LOG_REWRITE_BUSY: row('unavailable', true,
    'The log of partition {partition} was rewritten by others {max} times meanwhile. Repeat it.'),
  ERASURE_BUSY: row('unavailable', true,
    'Records of this person came {max} times while theirs were read. Repeat it when they rest.'),
  ERASURE_TOO_LARGE: row('too_large', false,
    'The records that would stay have more than {max} bytes: that is too much to say once more.'),
  ERASURE_RELAYS: row('usage', false,
    'Topology {topology} relays messages: only whole keys can be erased, not some of their records.'),
  CIPHER_BROKEN: row('internal', false,
    'What is encrypted of {key} is not what was written: its check fails. Restore it from a backup.'),
  CIPHER_KEY_MISSING: row('internal', false,
    'What is encrypted of {key} has no data key, and nobody erased it. Restore a backup that has the key.'),
  CIPHER_UNSETTLED: row('unavailable', true,
    'The data keys of partition {partition} changed {max} times while records waited. Send them again.'),
  CIPHER_RELAYS: row('usage', false,
    'Topology {topology} relays messages between partitions: it cannot be encrypted.'),
  CIPHER_IDS: row('usage', false, 'Records of an encrypted topology are appended with an id each.'),
  ENCRYPTION_FIXED: row('setup', false,
    'The values of topic {topic} were begun with encryption {found}, {expected} was asked for. It stays as '
    + 'it is: to change it, export every person, begin anew, and import.'),
  MASTER_KEY_MISSING: row('setup', false,
    'Data keys are wrapped by master key {id}, which {file} does not have. Put the file back that has it.'),
  MASTER_KEYS_UNREADABLE: row('setup', false, 'The master keys in {file} cannot be read: {reason}.'),
  MASTER_KEY_USED: row('conflict', false,
    'Master key {id} still wraps {count} data keys, or is the newest. First: hinata keys rotate'),
  // ---- engine: task ---------------------------------------------------------------------------------------
  TASK_FENCED: row('conflict', false,
    'Partition {partition} belongs to epoch {found}; this owner has epoch {epoch}.'),
  POSITION_CONFLICT: row('conflict', false,
    'Partition {partition} stands at {found}; the commit expected {expected}. '
    + 'The task restores from the stored position.'),
  TIMERS_TOO_MANY: row('limited', true, 'Partition {partition} holds {max} timers already.'),
  TURN_FAILED: row('internal', false, 'Actor {actor} failed on this record {attempts} times: {reason}'),
  ACTOR_PARKED: row('conflict', false,
    'Actor {actor} is parked since an earlier record failed. Redrive that one first.'),
  PARTITION_PAUSED: row('unavailable', true,
    'Partition {partition} is paused at {position}: {failed} of {folded} records failed, '
    + 'the first in {where}: {reason}'),
  PARTITION_STOPPED: row('unavailable', true,
    'Partition {partition} stopped at {position}, as its actor\'s supervision asks for: {reason}'),
  PARTITION_RUNS: row('conflict', false, 'Partition {partition} is not halted. See: hinata status'),
  NOTHING_TO_SKIP: row('conflict', false,
    'Partition {partition} does not stand at a record that could be skipped: {reason}'),
  TASK_STALLED: row('unavailable', true,
    'Partition {partition} has not committed since {since}: {doing} at {position}, {waiting} entries wait.'),
  NODE_SILENT: row('unavailable', true,
    'Node {node} has not been heard of for {seconds} s; it holds {partitions}.'),
  SINK_FAILING: row('unavailable', true, 'Partition {partition}: sink {sink} fails: {reason}'),
  RECORD_SKIPPED: row('conflict', false, 'An operator skipped this record. {reason}'),
  LETTER_UNKNOWN: row('missing', false, 'No dead letter {id}. See: hinata dead list'),
  LETTER_FINAL: row('conflict', false,
    'Dead letter {id} cannot be redriven: {reason}. Look at it with: hinata dead show {id}; '
    + 'then drop it: hinata dead drop {id}'),
  LETTER_BEHIND: row('conflict', false,
    'Dead letter {id} waits behind {first}, since its actor is parked. Take that one too, or all of {key}.'),
  TELLS_TOO_MANY: row('internal', false, 'One record caused more than {max} messages between actors.'),
  RELAY_NOT_DECLARED: row('internal', false,
    'An actor told {key}, which lives in another partition; declare `relays: true` in the topology.'),
  STAGE_FAILED: row('internal', false, 'Stage {stage} failed on this record: {reason}'),
  ROW_NOT_DECLARED: row('internal', false,
    'Table {table} row {row} was used in a turn but not declared. Name it in the behaviour\'s `reads`.'),
  SCHEMA_NEWER: row('setup', false,
    'The stored state of {actor} has schema {found}; this code knows schemas up to {known}. '
    + 'Run the code that wrote it, or restore an older savepoint.'),
  OWNER_UNKNOWN: row('unavailable', true, 'No node owns partition {partition} just now. Retry in a second.'),
  QUERY_UNKNOWN: row('missing', false, 'No query is named {query}.'),
  QUERY_TIMEOUT: row('unavailable', true, 'Query {query} took longer than {max} ms.'),
  OVERLOADED: row('unavailable', true, '{what} is full ({max}). Retry later.'),
  STOPPING: row('unavailable', true, 'This process is draining. Retry on another or in a moment.'),
  CONFIG_INVALID: row('setup', false, 'Configuration {path}: {reason}'),
  INTERNAL: row('internal', false, 'Something failed inside: {reason}'),
  EVENT_TIME_NOT_DECLARED: row('internal', false,
    '{name} needs event time; declare `eventTime` in the topology.'),
  TELL_NOT_DECLARED: row('internal', false,
    'Actor {actor} told {told}, which it does not declare; watermarks cannot follow. '
    + 'Name it in the actor\'s `tells`.'),
  TELLS_IN_CIRCLE: row('setup', false,
    'Event time has no order among actors that tell each other in a circle: {path}.'),
  // ---- engine: versions and savepoints --------------------------------------------------------------------
  VERSION_UNKNOWN: row('missing', false,
    'No version {version} is known. Build it first: hinata replay --as v{version}'),
  VERSION_EXISTS: row('conflict', false,
    'Version {version} was built with other settings: {settings}. '
    + 'Take another number, or drop it: hinata versions drop v{version}'),
  VERSION_LIVE: row('conflict', false,
    'Version {version} is live or has a share of the readers. Promote another one first.'),
  VERSION_NOT_LIVE: row('conflict', false,
    'Partition {partition}: version {version} was expected to be live, {found} is. Look: hinata versions'),
  VERSION_NOT_RUNNING: row('unavailable', true,
    'No node runs version {version} in partition {partition}. '
    + 'Start one: hinata node --pipeline-version {version}'),
  VERSION_RUNNING: row('conflict', false,
    'Version {version} still has nodes. Stop them, then try again.'),
  VERSION_BEHIND: row('unavailable', true,
    'Partition {partition}: version {version} stands at {found}, expected {expected}. '
    + 'Nothing was switched there; wait for the replay and try again.'),
  VERSIONS_MIXED: row('conflict', false,
    'Versions {versions} are live in different partitions: a switch was interrupted. '
    + 'Say which one shall be live: hinata promote vN'),
  VERSION_NO_PREVIOUS: row('missing', false,
    'No version was live before {version}: there is nothing to roll back to.'),
  LOG_INCOMPLETE: row('conflict', false,
    'The log of partition {partition} begins behind {since}, since a savepoint was restored without it. '
    + 'A version cannot be built from position 0.'),
  VERSION_UNFOLLOWABLE: row('conflict', false,
    'Version {version} of {topology} cannot run beside a live one: its watermarks travel between partitions, '
    + 'and a switch would let them overtake messages. Run the live version, '
    + 'or another one in a namespace of its own.'),
  VERSION_STALLED: row('unavailable', true,
    'Version {version}, which follows, has not committed for partition {partition} since {since}: '
    + '{doing} at {position}, {waiting} entries wait.'),
  SAVEPOINT_UNKNOWN: row('missing', false, 'No savepoint {name} in {folder}. See: hinata savepoint list'),
  SAVEPOINT_EXISTS: row('conflict', false, 'A savepoint {name} exists already. Choose another name.'),
  SAVEPOINT_NAME: row('usage', false,
    'A savepoint is named with 1 to 80 letters, digits, dots, dashes and underscores, found {name}.'),
  SAVEPOINT_CORRUPT: row('conflict', false,
    'Savepoint file {file} is not what was written: {reason}. Nothing was restored. Use another savepoint.'),
  SAVEPOINT_MISMATCH: row('conflict', false,
    'The savepoint has {what} {found}, this system has {expected}. Nothing was restored.'),
  SAVEPOINT_SLOW: row('unavailable', true,
    'Partition {partition} could not be captured within {max} ms. '
    + 'Try at a quieter time, or raise engine limits.'),
  SAVEPOINT_RELAYS: row('conflict', false,
    'The log of partition {partition} goes on behind {position}, to {last}, and holds relayed messages that '
    + 'would be told again. Restore into an empty system.'),
  SYSTEM_RUNNING: row('conflict', false,
    'Node {node} still runs partition {partition}. Stop the system, then restore.'),
  SAVEPOINT_INTERRUPTED: row('unavailable', true,
    'Saving partition {partition} was interrupted: another savepoint or backup began to save it, Redis was '
    + 'restarted, or it did not answer for {max} ms. Nothing was saved. Try again when no other one runs.'),
  // ---- storage --------------------------------------------------------------------------------------------
  BACKUP_UNKNOWN: row('missing', false, 'No backup {name} in {folder}. See: hinata backup list'),
  BACKUP_EXISTS: row('conflict', false, 'A backup {name} exists already. Choose another name.'),
  BACKUP_NAME: row('usage', false,
    'A backup is named with 1 to 80 letters, digits, dots, dashes and underscores, found {name}.'),
  BACKUP_CORRUPT: row('conflict', false,
    'File {file} of the backup is not what was written: {reason}. Nothing was restored. Use another backup.'),
  BACKUP_OCCUPIED: row('conflict', false,
    '{what} holds data already. Nothing was restored. '
    + 'To throw it away: hinata backup restore NAME --replace'),
  TIERS_BUSY: row('unavailable', true,
    'Another process moves cold records, or erases some. Wait until it is done, then try again.'),
  // ---- embedders ------------------------------------------------------------------------------------------
  EMBEDDER_MISSING: row('setup', false,
    'The embedder {embedder} needs packages that do not come along: {found}. Install them: {install}'),
  EMBEDDER_FIXED: row('conflict', false,
    'Version {version} was begun with the embedder {found}, and {asked} is asked for: what it knows would '
    + 'not be comparable. Leave the option out, or build another version: '
    + 'hinata replay --as v{next} --embedder {asked}'),
  TIERS_COOLED: row('conflict', false,
    'Rows of records shall go after {days} days, but content of records is in rows alone and would go with '
    + 'them. Bring it back first: hinata tiers heat --all'),
  // ---- records (SPEC section 1) ---------------------------------------------------------------------------
  RECORD_NOT_OBJECT: row('invalid', false, 'A record must be an object, found {found}.'),
  FIELD_UNKNOWN: row('invalid', false, 'Unknown field {field}.{suggestion}'),
  FIELD_MISSING: row('invalid', false, 'Field {field} is required.'),
  FIELD_TYPE: row('invalid', false, 'Field {field} must be {expected}, found {found}.'),
  FIELD_TOO_LONG: row('invalid', false, 'Field {field} has {found} characters; at most {max} are allowed.'),
  ID_INVALID: row('invalid', false, 'Field id must be 1 to 200 printable characters.'),
  TIMESTAMP_INVALID: row('invalid', false,
    'Field timestamp must be ISO 8601 with an offset or Z, found {found}.'),
  TIMESTAMP_FUTURE: row('invalid', false,
    'Field timestamp is {aheadMs} ms in the future; at most {max} are allowed.'),
  TEXT_EMPTY: row('invalid', false, 'Fields highlight and note are both empty; one must say something.'),
  TAGS_TOO_MANY: row('invalid', false, 'Field tag has {found} entries; at most {max} are allowed.'),
  ACCESS_INVALID: row('invalid', false,
    'Field access must be private, shared, public or restricted, found {found}.'),
  RAW_DATA_TOO_LARGE: row('invalid', false,
    'Field raw_data has {found} bytes packed; at most {max} are allowed.'),
  BATCH_SIZE: row('invalid', false, 'A batch has 1 to {max} records, found {found}.'),
  USER_ID_INVALID: row('invalid', false, 'Field user_id must be 1 to 200 printable characters.'),
  // ---- gateway --------------------------------------------------------------------------------------------
  JSON_MALFORMED: row('invalid', false, 'The body is not valid JSON: {reason}'),
  REQUEST_INVALID: row('invalid', false, 'The request does not fit: {reason}'),
  BODY_TOO_LARGE: row('too_large', false, 'The body has more than {max} bytes.'),
  CONTENT_TYPE: row('unsupported', false, 'Content-Type must be application/json, found {found}.'),
  TOKEN_MISSING: row('unauthenticated', false, 'Send Authorization: Bearer followed by your app key.'),
  TOKEN_UNKNOWN: row('unauthenticated', false, 'This key is not known. Register the app to get one.'),
  PERMISSION_MISSING: row('forbidden', false, 'This app lacks the permission {permission}.'),
  APP_MISMATCH: row('forbidden', false, 'The key belongs to another app than app_id {found}.'),
  ROUTE_UNKNOWN: row('missing', false, 'No route {method} {path}. See /openapi.json.'),
  JOB_UNKNOWN: row('missing', false, 'No job {job}.'),
  PERSON_UNKNOWN: row('missing', false, 'Nothing is known about person {person} yet.'),
  SUBPROTOCOL_UNSUPPORTED: row('invalid', false,
    'Ask for subprotocol hinata.json.v1 or hinata.msgpack.v1, found {found}.'),
  FRAME_MALFORMED: row('invalid', false, 'The frame cannot be read: {reason}'),
  FRAME_TYPE: row('invalid', false, 'Frame type {found} is not known. Expected {expected}.'),
  FRAME_TOO_LARGE: row('too_large', false, 'The frame has more than {max} bytes.'),
  HELLO_FIRST: row('unauthenticated', false, 'The first frame must be hello with a token.'),
  CREDIT_EXCEEDED: row('limited', true,
    'You sent {found} records with a credit of {credit}. Wait for ack or credit.'),
  SUBSCRIPTION_UNKNOWN: row('missing', false, 'No subscription {id}.'),
  SUBSCRIPTION_TOO_MANY: row('limited', false, 'A connection has at most {max} subscriptions.'),
  SUBSCRIBER_SLOW: row('limited', true,
    'This connection reads too slowly. Connect again, and subscribe from your last position.'),
  BODY_SLOW: row('limited', true, 'The body comes too slowly: less than {min} bytes in {ms} ms.'),
  PARTITION_STALLED: row('unavailable', true, 'Partition {partition} has a backlog that does not move.'),
  UPSTREAM_UNAVAILABLE: row('unavailable', true,
    'A part of the system does not answer just now. Retry in a moment.'),
  TOKEN_EXPIRED: row('unauthenticated', false, 'This token has ended. Get another one.'),
  ATTEMPTS_TOO_MANY: row('limited', true,
    'Too many {what} from your address. Try again in {seconds} s.'),
  IDENTITY_UNAVAILABLE: row('unavailable', true,
    'Keys and tokens cannot be checked just now. Retry in a moment.'),
  ROLE_FORBIDDEN: row('forbidden', false, 'This needs {expected}; you are known as: {found}.'),
  PERSON_MISMATCH: row('forbidden', false, 'This token is for one person only: name that one as user_id.'),
  APP_UNKNOWN: row('missing', false, 'No app {app}, or it was revoked.'),
  TENANT_EXISTS: row('conflict', false, 'Tenant {tenant} exists already. Choose another name.'),
  CONNECTIONS_TOO_MANY: row('limited', true,
    '{who} has {max} connections open, which is as many as it may. Close some, or send more over each.'),
  RATE_LIMITED: row('limited', true,
    'More than {most} {what} in this window. Try again in {seconds} s.'),
  COMPONENT_UNKNOWN: row('missing', false,
    'Person {person} has no component {component}. GET /api/psp/current lists them.'),
  COMPONENT_ENDED: row('conflict', false,
    'Component {component} was superseded or removed. PUT it with restore: true to make it hold again.'),
  COMMAND_REUSED: row('conflict', false,
    'X-Request-Id {id} was used before, for something else. Send another one.'),
  COMMAND_FAILED: row('internal', false, 'Command {id} failed in its turn; it lies with the dead letters.'),
  RECORD_UNKNOWN: row('missing', false, 'Person {person} has no record {id}.'),
  PRIVACY_DENIED: row('forbidden', false,
    'What person {person} decided does not let this app {action} here ({rung}). '
    + 'The person, or an administrator, may change that: PUT /api/users/{person}/privacy'),
  CONSENT_MISSING: row('forbidden', false,
    'Person {person} does not consent to {consent}. '
    + 'The person, or an administrator, may change that: PUT /api/users/{person}/privacy'),
  PRIVACY_UNAVAILABLE: row('unavailable', true,
    'What the person decided cannot be read just now. Retry in a moment.'),
  ACCESS_LOG_MISSING: row('unavailable', true,
    'This gateway knows no ClickHouse, where the access log lives. Start it with clickhouse.url.'),
  PERSON_ERASED: row('conflict', false,
    'This record is older than the erasure of its person. It is not taken again.'),
  ERASURE_UNKNOWN: row('missing', false, 'No erasure {id}.'),
  // ---- ClickHouse -----------------------------------------------------------------------------------------
  CHDB_MISSING: row('setup', false,
    'The embedded ClickHouse cannot load: {reason}. '
    + 'Install the optional package chdb, or set CLICKHOUSE_URL to a server.'),
  EMBEDDED_DATA_UNUSABLE: row('setup', false,
    'The embedded ClickHouse cannot open {folder}: {reason}. '
    + 'Another process may hold it: stop that one first.'),
  CLICKHOUSE_UNREACHABLE: row('unavailable', true, 'ClickHouse at {url} does not answer: {reason}'),
  CLICKHOUSE_REFUSED: row('internal', false, 'ClickHouse refused {what}: {reason}'),
  // ---- models ---------------------------------------------------------------------------------------------
  VECTORS_MISSING: row('setup', false, 'The word vectors at {path} cannot be read: {reason}.'),
  VECTOR_DIMENSION: row('invalid', false, 'A vector of {expected} numbers was expected, found {found}.'),
  // ---- command line ---------------------------------------------------------------------------------------
  USAGE: row('usage', false, '{reason}'),
  SYSTEM_NOT_FOUND: row('unavailable', true, 'No running system in {place}. Start one: hinata up'),
  REDIS_MISSING: row('setup', false, 'The program redis-server is not on this machine. Install it: {how}'),
  FILE_UNREADABLE: row('usage', false, 'File {file}: {reason}'),
  PROCESS_FAILED: row('internal', false, '{role} ended ({reason}). Its log: {log}'),
  REDIS_FILE_DAMAGED: row('setup', false,
    'Redis cannot load its append-only file: {reason}. Copy the folder {folder} first. Then: {fix}; delete '
    + '{marker}; start again; see what is missing: hinata verify --deep'),
} as const satisfies Record<string, ErrorRow>

/** A code of the table. */
export type ErrorCode = keyof typeof errorTable
