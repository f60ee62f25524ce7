-- What apps called, by route and status: one row per second, gateway, app, route and status. Kept 90 days.
CREATE TABLE IF NOT EXISTS api_calls
(
    at DateTime64(3, 'UTC') COMMENT 'of the first of them' CODEC(Delta, ZSTD(1)),
    tenant LowCardinality(String) COMMENT 'of the caller',
    app LowCardinality(String) COMMENT 'who called; empty: no credential, or none that holds',
    what LowCardinality(String) COMMENT 'the route or frame',
    status UInt16 COMMENT 'of HTTP; frames: 200 or 403',
    calls UInt32 COMMENT 'how many' CODEC(T64, ZSTD(1)),
    took_ms_sum UInt32 COMMENT 'milliseconds of all of them together; frames: 0' CODEC(T64, ZSTD(1)),
    took_ms_max UInt32 COMMENT 'milliseconds of the longest' CODEC(T64, ZSTD(1))
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(at)
ORDER BY (app, what, status, at)
TTL toDateTime(at) + INTERVAL 90 DAY
SETTINGS non_replicated_deduplication_window = 10000
COMMENT 'What apps called, and how it ended.';
