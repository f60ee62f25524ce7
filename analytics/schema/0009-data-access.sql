-- Who did what with whose data, why, from where, and what came of it. A request is a row; frames of one
-- connection about one person are a row per second, which says how many.
-- Kept 90 days. What was read is not in it: ids, routes and rungs of the ladder (docs/PRIVACY.md).
CREATE TABLE IF NOT EXISTS data_access
(
    at DateTime64(3, 'UTC') COMMENT 'when it was answered' CODEC(Delta, ZSTD(1)),
    tenant LowCardinality(String) COMMENT 'of the caller',
    user_id String COMMENT 'whose data; in other tenants than the default one tenant, U+001F, person'
        CODEC(ZSTD(1)),
    who LowCardinality(String) COMMENT 'person, app, administrator or operator',
    app LowCardinality(String) COMMENT 'through which app',
    action LowCardinality(String) COMMENT 'read, personalize, write or administer',
    what LowCardinality(String) COMMENT 'the route or frame',
    purpose LowCardinality(String) COMMENT 'the permission that it needed',
    decided_by LowCardinality(String) COMMENT 'the rung of the ladder; permission: the credential alone',
    result LowCardinality(String) COMMENT 'allowed, denied, or failed for another reason',
    address String COMMENT 'from where' CODEC(ZSTD(1)),
    request_id String COMMENT 'of the request; empty for frames' CODEC(ZSTD(1)),
    times UInt32 COMMENT 'how often, for frames' CODEC(T64, ZSTD(1)),
    records UInt32 COMMENT 'records that were sent with them' CODEC(T64, ZSTD(1))
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(at)
ORDER BY (user_id, at)
TTL toDateTime(at) + INTERVAL 90 DAY
SETTINGS non_replicated_deduplication_window = 10000
COMMENT 'Who accessed the data of whom.';
