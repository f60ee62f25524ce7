-- What was folded per minute of acceptance, by source and app. Several rows per key until a merge: sum
-- them, or read with final = 1. A revision counts again; records - revisions is the number of new records.
CREATE TABLE IF NOT EXISTS records_per_minute
(
    minute DateTime('UTC') COMMENT 'of acceptance',
    source LowCardinality(String),
    app LowCardinality(String),
    records SimpleAggregateFunction(sum, UInt64) COMMENT 'folded, revisions included',
    revisions SimpleAggregateFunction(sum, UInt64),
    masked SimpleAggregateFunction(sum, UInt64) COMMENT 'confidential or restricted',
    positive SimpleAggregateFunction(sum, UInt64),
    neutral SimpleAggregateFunction(sum, UInt64),
    negative SimpleAggregateFunction(sum, UInt64),
    attention_sum SimpleAggregateFunction(sum, Float64),
    quality_sum SimpleAggregateFunction(sum, Float64),
    influence_sum SimpleAggregateFunction(sum, Float64),
    latency_ms_sum SimpleAggregateFunction(sum, Int64) COMMENT 'from receipt to the insert here',
    latency_ms_max SimpleAggregateFunction(max, Int64)
)
ENGINE = AggregatingMergeTree
PARTITION BY toYYYYMM(minute)
ORDER BY (minute, source, app)
SETTINGS non_replicated_deduplication_window = 10000
COMMENT 'Records per minute of acceptance, source and app.';

CREATE MATERIALIZED VIEW IF NOT EXISTS records_per_minute_feed TO records_per_minute AS
SELECT
    toStartOfMinute(accepted_at) AS minute,
    source,
    app,
    count() AS records,
    countIf(revision > 1) AS revisions,
    countIf(is_masked) AS masked,
    countIf(sentiment = 'positive') AS positive,
    countIf(sentiment = 'neutral') AS neutral,
    countIf(sentiment = 'negative') AS negative,
    sum(toFloat64(attention_weight)) AS attention_sum,
    sum(toFloat64(quality_score)) AS quality_sum,
    sum(toFloat64(psp_influence_weight)) AS influence_sum,
    sum(dateDiff('millisecond', received_at, inserted_at)) AS latency_ms_sum,
    max(dateDiff('millisecond', received_at, inserted_at)) AS latency_ms_max
FROM records
WHERE NOT is_repair
GROUP BY minute, source, app;
