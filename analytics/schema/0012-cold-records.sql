-- Records that are old and of little influence go from records into Parquet files, a table each
-- (storage/tiers). records_all is both together, each row once at every moment: a move replaces this view.
CREATE TABLE IF NOT EXISTS cold_parts
(
    name String COMMENT 'the table that is one Parquet file',
    month UInt32 COMMENT 'of acceptance, YYYYMM',
    generation UInt32 COMMENT 'the how manieth file of its month',
    upto DateTime64(3, 'UTC') COMMENT 'rows that were inserted later stayed where they were',
    rows UInt64 COMMENT 'rows in the file',
    state LowCardinality(String) COMMENT 'copied, cold, warming or warm',
    sequence UInt64 COMMENT 'the highest counts',
    changed_at DateTime64(3, 'UTC') DEFAULT now64(3, 'UTC') COMMENT 'when it came to this state'
)
ENGINE = ReplacingMergeTree(sequence)
ORDER BY name
SETTINGS non_replicated_deduplication_window = 10000
COMMENT 'Parquet files of records, and where each is on its way.';

CREATE VIEW IF NOT EXISTS records_all AS
SELECT *, address_host FROM records
SETTINGS final = 0
COMMENT 'Every content of every record, warm and cold.';

DROP VIEW IF EXISTS records_current;
CREATE VIEW IF NOT EXISTS records_current AS
SELECT *
FROM records_all
WHERE (user_id, id, revision) NOT IN
(
    SELECT user_id, id, arrayJoin(range(toUInt32(1), max(revision)))
    FROM records_all
    WHERE revision > 1
    GROUP BY user_id, id
)
SETTINGS final = 0
COMMENT 'Each record once, with its newest content.';
