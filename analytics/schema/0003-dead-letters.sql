-- Records that could not be processed: where, why, how to find them. Their content stays in the dead-
-- letter topic of the engine, from which they are redriven: it was never classified, so it must not leave
-- the person's own state.
CREATE TABLE IF NOT EXISTS dead_letters
(
    id String COMMENT 'id of the dead letter' CODEC(ZSTD(1)),
    user_id String COMMENT 'the person' CODEC(ZSTD(1)),
    record_id String COMMENT 'id of the record, as far as it could be read' CODEC(ZSTD(1)),
    app LowCardinality(String),
    source LowCardinality(String),
    position String COMMENT 'entry and index in the log of its partition' CODEC(ZSTD(1)),
    event_time DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    accepted_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    failed_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    inserted_at DateTime64(3, 'UTC') DEFAULT now64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    failed_in LowCardinality(String) COMMENT 'the stage or actor',
    attempts UInt16,
    error_code LowCardinality(String),
    error_message String COMMENT 'PII masked' CODEC(ZSTD(3)),
    error_stack String COMMENT 'PII masked' CODEC(ZSTD(3))
)
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(failed_at)
ORDER BY (user_id, id)
TTL toDateTime(inserted_at) + INTERVAL 90 DAY
SETTINGS non_replicated_deduplication_window = 10000
COMMENT 'Records that could not be processed.';
