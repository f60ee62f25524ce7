-- One row per record of a person, enriched and folded. Identity: (user_id, id); the highest revision
-- counts. Read it with the setting final = 1 (or FROM records FINAL): a revised record is then one row
-- from the moment of its insert, not from the next merge on. Partitioned by the month of acceptance: one
-- insert is one part.
CREATE TABLE IF NOT EXISTS records
(
    user_id String COMMENT 'the person' CODEC(ZSTD(1)),
    id String COMMENT 'unique per person' CODEC(ZSTD(1)),
    revision UInt32 COMMENT '1 for the first content, one more for each revision',
    sequence UInt64 COMMENT 'running number of the person''s folded records' CODEC(Delta, ZSTD(1)),
    app LowCardinality(String) COMMENT 'the app that sent it',
    source LowCardinality(String) COMMENT 'app or device where it was made',
    access LowCardinality(String) COMMENT 'private, shared, public or restricted',
    event_time DateTime64(3, 'UTC') COMMENT 'when it happened, held within 1900..2299' CODEC(Delta, ZSTD(1)),
    received_at DateTime64(3, 'UTC') COMMENT 'when the gateway took it' CODEC(Delta, ZSTD(1)),
    accepted_at DateTime64(3, 'UTC') COMMENT 'when the log took it' CODEC(Delta, ZSTD(1)),
    inserted_at DateTime64(3, 'UTC') DEFAULT now64(3, 'UTC') COMMENT 'when it came here'
        CODEC(Delta, ZSTD(1)),
    position String COMMENT 'entry and index in the log of its partition' CODEC(ZSTD(1)),
    highlight String COMMENT 'masked when is_masked' CODEC(ZSTD(3)),
    note String COMMENT 'masked when is_masked' CODEC(ZSTD(3)),
    address String COMMENT 'URL or app URI, masked when is_masked' CODEC(ZSTD(3)),
    address_host LowCardinality(String) MATERIALIZED domainWithoutWWW(address) COMMENT 'host of the address',
    tag Array(LowCardinality(String)) COMMENT 'given by the person',
    enhanced_tags Array(LowCardinality(String)) COMMENT 'added by the engine',
    recommended_highlights Array(String) COMMENT 'telling sentences of the note' CODEC(ZSTD(3)),
    main_topics Array(LowCardinality(String)),
    key_concepts Array(LowCardinality(String)),
    sentiment LowCardinality(String) COMMENT 'positive, neutral or negative',
    sentiment_score Float32 COMMENT '-1..1' CODEC(ZSTD(1)),
    complexity_level LowCardinality(String) COMMENT 'low, medium or high',
    sensitivity LowCardinality(String) COMMENT 'public, internal, confidential or restricted',
    is_masked Bool COMMENT 'confidential or restricted: texts are masked here',
    content_hash String COMMENT 'SHA-256 of the content as given' CODEC(ZSTD(1)),
    quality_score Float32 COMMENT '0..1' CODEC(ZSTD(1)),
    quality_depth Float32 COMMENT '0..1' CODEC(ZSTD(1)),
    quality_information Float32 COMMENT '0..1' CODEC(ZSTD(1)),
    quality_engagement Float32 COMMENT '0..1' CODEC(ZSTD(1)),
    quality_complexity Float32 COMMENT '0..1' CODEC(ZSTD(1)),
    quality_novelty Float32 COMMENT '0..1' CODEC(ZSTD(1)),
    attention_weight Float32 COMMENT '0..1' CODEC(ZSTD(1)),
    highlight_frequency Float32 COMMENT '0..1' CODEC(ZSTD(1)),
    note_density Float32 COMMENT '0..1' CODEC(ZSTD(1)),
    address_revisit Float32 COMMENT '0..1' CODEC(ZSTD(1)),
    time_investment Float32 COMMENT '0..1' CODEC(ZSTD(1)),
    interaction_depth LowCardinality(String) COMMENT 'low, medium or high',
    psp_influence_weight Float32 COMMENT '0..1' CODEC(ZSTD(1)),
    psp_relevance Float32 COMMENT 'similarity to the PSP at its fold' CODEC(ZSTD(1)),
    priority_score Float32 COMMENT '0..1' CODEC(ZSTD(1)),
    cluster_id String COMMENT 'cluster of the person''s records' CODEC(ZSTD(1)),
    storage_tier LowCardinality(String) COMMENT 'hot, warm or cold',
    embedding_model LowCardinality(String),
    embedding_version LowCardinality(String),
    embedding_dim UInt16,
    processing_version UInt32 COMMENT 'version of the pipeline',
    processing_steps Array(LowCardinality(String)),
    is_repair Bool DEFAULT false COMMENT 'put back after a crash of ClickHouse lost its part',
    INDEX by_event_time event_time TYPE minmax GRANULARITY 1,
    INDEX by_tag tag TYPE bloom_filter(0.01) GRANULARITY 1
)
ENGINE = ReplacingMergeTree(revision)
PARTITION BY toYYYYMM(accepted_at)
ORDER BY (user_id, id)
SETTINGS non_replicated_deduplication_window = 10000
COMMENT 'HiNATA records, enriched. Query with final = 1.';
