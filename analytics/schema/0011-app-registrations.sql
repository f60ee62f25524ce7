-- The apps as they stand: a row when a gateway starts and at each change, the newest one counts. Nothing
-- secret.
CREATE TABLE IF NOT EXISTS app_registrations
(
    at DateTime64(3, 'UTC') COMMENT 'when it stood so' CODEC(Delta, ZSTD(1)),
    tenant LowCardinality(String) COMMENT 'where it is registered',
    app String COMMENT 'its id' CODEC(ZSTD(1)),
    app_name String COMMENT 'what it calls itself' CODEC(ZSTD(1)),
    app_version String COMMENT 'at its registration' CODEC(ZSTD(1)),
    developer String COMMENT 'who made it, by its own word' CODEC(ZSTD(1)),
    granted_permissions Array(LowCardinality(String)) COMMENT 'what it was granted' CODEC(ZSTD(1)),
    registered_at DateTime64(3, 'UTC') COMMENT 'when it was registered' CODEC(Delta, ZSTD(1)),
    is_revoked Bool COMMENT 'it may nothing any longer'
)
ENGINE = ReplacingMergeTree(at)
ORDER BY (tenant, app)
SETTINGS non_replicated_deduplication_window = 10000
COMMENT 'The apps, as they stand.';
