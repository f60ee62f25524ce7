-- Every change of every component of a person's PSP, with its validity; and the newest state of each.
CREATE TABLE IF NOT EXISTS psp_components
(
    user_id String COMMENT 'the person' CODEC(ZSTD(1)),
    component_id String CODEC(ZSTD(1)),
    sequence UInt64 COMMENT 'grows with every change of the person''s PSP' CODEC(Delta, ZSTD(1)),
    change LowCardinality(String) COMMENT 'created, strengthened, updated, merged, superseded or archived',
    changed_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    inserted_at DateTime64(3, 'UTC') DEFAULT now64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    record_id String COMMENT 'the record that caused the change' CODEC(ZSTD(1)),
    type LowCardinality(String) COMMENT 'core_interest, personal_value, current_goal, …',
    memory LowCardinality(String) COMMENT 'core, working, learning or context',
    description String COMMENT 'PII masked' CODEC(ZSTD(3)),
    confidence Float32 COMMENT '0..1' CODEC(ZSTD(1)),
    total_attention_weight Float64 COMMENT 'faded sum as of last_updated' CODEC(ZSTD(1)),
    normalized_weight Float32 COMMENT 'share of the person''s total at the change' CODEC(ZSTD(1)),
    priority LowCardinality(String) COMMENT 'high, medium or low, at the change',
    activation_threshold Float32 CODEC(ZSTD(1)),
    evidence Array(String) COMMENT 'ids of records' CODEC(ZSTD(1)),
    supporting_records UInt32 COMMENT 'how many records it rests on',
    created_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    last_updated DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    last_activated DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    related Array(String) COMMENT 'ids of components' CODEC(ZSTD(1)),
    source_apps Array(LowCardinality(String)),
    superseded_by String COMMENT 'id of the component that replaced it, or empty' CODEC(ZSTD(1)),
    valid_from DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    valid_to Nullable(DateTime64(3, 'UTC')) COMMENT 'exclusive; NULL while it is valid'
)
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(changed_at)
ORDER BY (user_id, component_id, sequence)
SETTINGS non_replicated_deduplication_window = 10000
COMMENT 'Every change of a PSP component.';

CREATE VIEW IF NOT EXISTS psp_current AS
SELECT *
FROM
(
    SELECT * FROM psp_components
    ORDER BY sequence DESC
    LIMIT 1 BY user_id, component_id
)
WHERE change NOT IN ('superseded', 'archived')
COMMENT 'The newest state of each component that is neither superseded nor archived.';
