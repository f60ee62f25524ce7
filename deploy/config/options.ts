/**
 * The one table of configuration: every option with its name, type, default, where it may come from, and why
 * it is there. Validation, the command line's flags, the environment and `hinata config` all derive from it.
 */

import { stallMsDefault } from '../../engine/limits/index.js'

/** A century: beyond it an instant may lie before those that ClickHouse knows. */
const keptDaysMax = 36_500

/** The type of an option's value. */
export type OptionType = 'text' | 'integer' | 'secret'

/** One row. `name` is its path in the YAML file: section, dot, option. */
export interface Option {
  readonly name: string
  readonly type: OptionType
  readonly default: string | number
  /** Environment variable. */
  readonly env?: string
  /** Long flag of the command line, without dashes. */
  readonly flag?: string
  readonly min?: number
  readonly max?: number
  readonly oneOf?: readonly string[]
  readonly description: string
}

/** All options. */
export const options = [
  { name: 'system.data_dir', type: 'text', default: './data', env: 'HINATA_DATA_DIR', flag: 'data-dir',
    description: 'Folder for everything that is kept on this machine.' },
  { name: 'system.log_level', type: 'text', default: 'info', env: 'LOG_LEVEL',
    oneOf: ['debug', 'info', 'warn', 'error'],
    description: 'Least important line of the log that is written.' },
  { name: 'redis.url', type: 'text', default: '', env: 'REDIS_URL', flag: 'redis-url',
    description: 'A running Redis, or redis-cluster://host:port,host:port; empty: `hinata up` starts one.' },
  { name: 'redis.namespace', type: 'text', default: 'h', env: 'HINATA_NAMESPACE',
    description: 'First part of all keys, so that several systems may share a Redis.' },
  { name: 'redis.appendfsync', type: 'text', default: 'everysec', oneOf: ['everysec', 'always'],
    description: 'How our own Redis writes to disk; `always` makes accepted records survive a power cut.' },
  { name: 'clickhouse.url', type: 'text', default: '', env: 'CLICKHOUSE_URL', flag: 'clickhouse-url',
    description: 'A running ClickHouse, with user and password if it needs them; empty: the embedded one.' },
  { name: 'clickhouse.host', type: 'text', default: '127.0.0.1', env: 'CLICKHOUSE_HOST',
    description: 'Where the embedded ClickHouse listens.' },
  { name: 'clickhouse.port', type: 'integer', default: 8123, min: 0, max: 65_535, env: 'CLICKHOUSE_PORT',
    flag: 'clickhouse-port', description: 'Port of the embedded ClickHouse; 0 picks a free one.' },
  { name: 'clickhouse.password', type: 'secret', default: '', env: 'CLICKHOUSE_PASSWORD',
    description: 'Password of the embedded ClickHouse; needed to listen beyond this machine.' },
  { name: 'log.partitions', type: 'integer', default: 16, min: 1, max: 4_096, env: 'HINATA_PARTITIONS',
    description: 'Partitions of the topic; fixed at its creation.' },
  { name: 'log.durability', type: 'text', default: '', oneOf: ['', 'memory', 'fsync', 'replica'],
    env: 'HINATA_DURABILITY',
    description: 'What an acknowledgement promises; empty: whatever this Redis gives every write.' },
  { name: 'log.linger_ms', type: 'integer', default: 2, min: 0, max: 100,
    description: 'How long a record waits for companions in its block.' },
  { name: 'engine.threads', type: 'integer', default: 1, min: 0, max: 64, env: 'HINATA_THREADS',
    description: 'Threads of a node for enrichment and embedding.' },
  { name: 'engine.pipeline_version', type: 'integer', default: 0, min: 0, max: 999_999,
    env: 'HINATA_PIPELINE_VERSION', flag: 'pipeline-version',
    description: 'Version of the pipeline that a node runs; 0: the one of the code.' },
  { name: 'engine.lease_ms', type: 'integer', default: 5_000, min: 500, max: 120_000, env: 'HINATA_LEASE_MS',
    description: 'How long a silent node keeps its partitions.' },
  { name: 'engine.stall_ms', type: 'integer', default: stallMsDefault, min: 1_000, max: 3_600_000,
    env: 'HINATA_STALL_MS',
    description: 'How long a task with a backlog may be without a commit before the system is unhealthy.' },
  { name: 'engine.host', type: 'text', default: '127.0.0.1', env: 'HINATA_NODE_HOST',
    description: 'Where a node\'s query port listens, and what it tells gateways.' },
  { name: 'models.embedder', type: 'text', default: '', oneOf: ['', 'static-hash', 'use-lite'],
    env: 'HINATA_EMBEDDER', flag: 'embedder',
    description: 'What compares statements of persons: fixed by the first start; empty: static-hash.' },
  { name: 'privacy.encryption', type: 'text', default: '', oneOf: ['', 'on', 'off'],
    env: 'HINATA_ENCRYPTION', flag: 'encryption',
    description: 'Whether what persons said is encrypted in Redis: fixed by the first start; empty: off.' },
  { name: 'privacy.row_names', type: 'text', default: 'ids', oneOf: ['ids', 'drawn'],
    env: 'HINATA_ROW_NAMES', flag: 'row-names',
    description: 'What rows call a person who has none yet: their id, or a drawn name that says nothing.' },
  { name: 'privacy.master_key_file', type: 'text', default: '', env: 'HINATA_MASTER_KEY_FILE',
    flag: 'master-key-file',
    description: 'Where the keys are that wrap the keys of persons; empty: <data-dir>/master-keys.json.' },
  { name: 'storage.backup_dir', type: 'text', default: '', env: 'HINATA_BACKUP_DIR', flag: 'backup-dir',
    description: 'Where backups are kept; empty: <data-dir>/backups. Better on a disk of its own.' },
  { name: 'storage.cold', type: 'text', default: 'by_command', oneOf: ['by_command', 'hourly'],
    env: 'HINATA_COLD', description: 'Whether old records of little influence become files by themselves.' },
  { name: 'storage.hot', type: 'text', default: 'by_command', oneOf: ['by_command', 'hourly'],
    env: 'HINATA_HOT', description: 'Whether content that is no longer hot leaves Redis by itself.' },
  { name: 'storage.keep_records_days', type: 'integer', default: 0, min: 0, max: keptDaysMax,
    env: 'HINATA_KEEP_RECORDS_DAYS',
    description: 'Rows of records go when their month ended so many days ago; 0: never.' },
  { name: 'storage.keep_changes_days', type: 'integer', default: 0, min: 0, max: keptDaysMax,
    env: 'HINATA_KEEP_CHANGES_DAYS',
    description: 'The same for past changes of components; what is known now stays.' },
  { name: 'storage.keep_dead_letters_days', type: 'integer', default: 90, min: 0, max: keptDaysMax,
    env: 'HINATA_KEEP_DEAD_LETTERS_DAYS', description: 'Lifetime of rows about dead letters; 0: for ever.' },
  { name: 'storage.keep_access_days', type: 'integer', default: 90, min: 0, max: keptDaysMax,
    env: 'HINATA_KEEP_ACCESS_DAYS', description: 'Lifetime of the access log; 0: for ever.' },
  { name: 'storage.keep_calls_days', type: 'integer', default: 90, min: 0, max: keptDaysMax,
    env: 'HINATA_KEEP_CALLS_DAYS', description: 'Lifetime of the calls of apps; 0: for ever.' },
  { name: 'gateway.host', type: 'text', default: '127.0.0.1', env: 'HINATA_HOST', flag: 'host',
    description: 'Where the gateway listens.' },
  { name: 'gateway.port', type: 'integer', default: 8080, min: 0, max: 65_535, env: 'HINATA_PORT',
    flag: 'port',
    description: 'Port of the gateway; 0 picks a free one.' },
  { name: 'gateway.admin_key', type: 'secret', default: '', env: 'HINATA_ADMIN_KEY',
    description: 'Whoever sends it is the operator; `hinata up` makes one at its first start.' },
  { name: 'gateway.requests_per_hour', type: 'integer', default: 1_000, min: 0, max: 1_000_000_000,
    env: 'HINATA_REQUESTS_PER_HOUR',
    description: 'HTTP requests of an app for one person; 0: not limited.' },
  { name: 'gateway.requests_per_minute', type: 'integer', default: 100, min: 1, max: 1_000_000_000,
    env: 'HINATA_REQUESTS_PER_MINUTE', description: 'The burst of the same.' },
  { name: 'gateway.jwt_secret', type: 'secret', default: '', env: 'JWT_SECRET',
    description: 'Seals the keys that sign tokens of persons where they are stored; empty: they lie open.' },
  { name: 'gateway.issuers_file', type: 'text', default: '', env: 'HINATA_ISSUERS_FILE',
    description: 'JSON list of other issuers of tokens: issuer, audience, tenant, keys as in their JWKS.' },
  { name: 'gateway.tls_cert_file', type: 'text', default: '', env: 'HINATA_TLS_CERT_FILE',
    description: 'PEM file of the certificate and those above it; empty: the gateway speaks no TLS.' },
  { name: 'gateway.tls_key_file', type: 'text', default: '', env: 'HINATA_TLS_KEY_FILE',
    description: 'PEM file of its key. Both are read again when they change.' },
  { name: 'gateway.cors_origins', type: 'text', default: '', env: 'HINATA_CORS_ORIGINS',
    description: 'Origins of pages that may call over HTTP, with commas between, or *; empty: none.' },
  { name: 'gateway.trusted_proxies', type: 'text', default: '', env: 'HINATA_TRUSTED_PROXIES',
    description: 'Addresses of proxies whose X-Forwarded-For is believed, commas between; empty: none.' },
  { name: 'gateway.message_compression', type: 'text', default: 'off', oneOf: ['off', 'on'],
    env: 'HINATA_MESSAGE_COMPRESSION',
    description: 'Whether WebSocket messages are compressed for apps that offer it.' },
] as const satisfies readonly Option[]

/** Names of all options. */
export type OptionName = (typeof options)[number]['name']
