-- What was let go because it was older than it shall be kept (analytics/retention.ts): noted before it goes,
-- so that a verification never takes for lost what was only old.
CREATE TABLE IF NOT EXISTS expirations
(
    table_name LowCardinality(String) COMMENT 'the table whose rows went',
    upto DateTime64(3, 'UTC') COMMENT 'rows from before may be gone',
    at DateTime64(3, 'UTC') DEFAULT now64(3, 'UTC') COMMENT 'when they were let go'
)
ENGINE = ReplacingMergeTree(at)
ORDER BY (table_name, upto)
SETTINGS non_replicated_deduplication_window = 10000
COMMENT 'What was let go because it was old.';
