-- Rollups are plain views: always equal to the rows, whatever crashed, was repaired or revised, and free
-- at every insert. records_per_minute was fed by a materialized view until here, which took 4 to 8 ms of
-- processor time of every insert, and after a crash could lack a chunk or keep one that its table had lost.
--
-- They count each record once, with its newest content, in the minute or day in which that was accepted, and
-- set final = 0 themselves: FINAL would read all months and merge them, whatever is asked.
DROP VIEW IF EXISTS records_per_minute_feed;
DROP TABLE IF EXISTS records_per_minute;

-- A content is out of date when its record has a higher revision. Few records are ever revised: to know those
-- and pass over their older contents costs a third of FINAL, and a condition on accepted_at leaves out
-- months.
CREATE VIEW IF NOT EXISTS records_current AS
SELECT *, address_host
FROM records
WHERE (user_id, id, revision) NOT IN
(
    SELECT user_id, id, arrayJoin(range(toUInt32(1), max(revision)))
    FROM records
    WHERE revision > 1
    GROUP BY user_id, id
)
SETTINGS final = 0
COMMENT 'Each record once, with its newest content.';

CREATE VIEW IF NOT EXISTS records_per_minute
(
    minute DateTime('UTC') COMMENT 'of acceptance',
    source LowCardinality(String) COMMENT 'app or device where they were made',
    app LowCardinality(String) COMMENT 'the app that sent them',
    records UInt64 COMMENT 'records',
    revisions UInt64 COMMENT 'those with revised content',
    masked UInt64 COMMENT 'confidential or restricted ones',
    positive UInt64 COMMENT 'by sentiment',
    neutral UInt64 COMMENT 'by sentiment',
    negative UInt64 COMMENT 'by sentiment',
    attention_sum Float64 COMMENT 'divide by records for the mean, 0..1',
    quality_sum Float64 COMMENT 'divide by records for the mean, 0..1',
    influence_sum Float64 COMMENT 'divide by records for the mean, 0..1',
    latency_ms_sum Int64 COMMENT 'from receipt by the gateway to the row; divide by records for the mean',
    latency_ms_max Int64 COMMENT 'the longest, ms'
) AS
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
FROM records_current
GROUP BY minute, source, app
COMMENT 'Records per minute of acceptance, source and app.';

CREATE VIEW IF NOT EXISTS records_per_day
(
    day Date COMMENT 'of acceptance, UTC',
    source LowCardinality(String) COMMENT 'app or device where they were made',
    app LowCardinality(String) COMMENT 'the app that sent them',
    records UInt64 COMMENT 'records',
    revisions UInt64 COMMENT 'those with revised content',
    persons UInt64 COMMENT 'different persons; adds up over neither days nor sources',
    masked UInt64 COMMENT 'confidential or restricted ones',
    positive UInt64 COMMENT 'by sentiment',
    neutral UInt64 COMMENT 'by sentiment',
    negative UInt64 COMMENT 'by sentiment',
    mean_attention Float64 COMMENT '0..1',
    mean_quality Float64 COMMENT '0..1'
) AS
SELECT
    toDate(accepted_at) AS day,
    source,
    app,
    count() AS records,
    countIf(revision > 1) AS revisions,
    uniq(user_id) AS persons,
    countIf(is_masked) AS masked,
    countIf(sentiment = 'positive') AS positive,
    countIf(sentiment = 'neutral') AS neutral,
    countIf(sentiment = 'negative') AS negative,
    avg(attention_weight) AS mean_attention,
    avg(quality_score) AS mean_quality
FROM records_current
GROUP BY day, source, app
COMMENT 'Records per day of acceptance, source and app.';

CREATE VIEW IF NOT EXISTS tags_per_day
(
    day Date COMMENT 'on which the records were made, UTC',
    tag LowCardinality(String) COMMENT 'given by the person',
    records UInt64 COMMENT 'records with it',
    persons UInt64 COMMENT 'different persons; does not add up over days',
    attention Float64 COMMENT 'summed weights'
) AS
SELECT
    toDate(event_time) AS day,
    arrayJoin(tag) AS tag,
    count() AS records,
    uniq(user_id) AS persons,
    sum(toFloat64(attention_weight)) AS attention
FROM records_current
GROUP BY day, tag
COMMENT 'Tags per day of their records.';

CREATE VIEW IF NOT EXISTS latency_per_minute
(
    minute DateTime('UTC') COMMENT 'of acceptance',
    records UInt64 COMMENT 'records',
    accepted_ms_p50 Float64 COMMENT 'from the receipt by the gateway into the log',
    accepted_ms_p99 Float64 COMMENT 'from the receipt by the gateway into the log',
    row_ms_p50 Float64 COMMENT 'from the log through fold and outbox to the row',
    row_ms_p99 Float64 COMMENT 'from the log through fold and outbox to the row',
    row_ms_max Int64 COMMENT 'the longest'
) AS
SELECT
    toStartOfMinute(accepted_at) AS minute,
    count() AS records,
    quantile(0.5)(dateDiff('millisecond', received_at, accepted_at)) AS accepted_ms_p50,
    quantile(0.99)(dateDiff('millisecond', received_at, accepted_at)) AS accepted_ms_p99,
    quantile(0.5)(dateDiff('millisecond', accepted_at, inserted_at)) AS row_ms_p50,
    quantile(0.99)(dateDiff('millisecond', accepted_at, inserted_at)) AS row_ms_p99,
    max(dateDiff('millisecond', accepted_at, inserted_at)) AS row_ms_max
FROM records
WHERE NOT is_repair
GROUP BY minute
SETTINGS final = 0
COMMENT 'How long contents took to the log and to their row, per minute of acceptance.';

CREATE VIEW IF NOT EXISTS psp_changes_per_day
(
    day Date COMMENT 'UTC',
    memory LowCardinality(String) COMMENT 'core, working, learning or context',
    changes UInt64 COMMENT 'committed changes of components',
    created UInt64 COMMENT 'new components',
    superseded UInt64 COMMENT 'components that a newer one replaced',
    archived UInt64 COMMENT 'components put away unused',
    persons UInt64 COMMENT 'different persons; adds up over neither days nor memories'
) AS
SELECT
    toDate(changed_at) AS day,
    memory,
    count() AS changes,
    countIf(change = 'created') AS created,
    countIf(change = 'superseded') AS superseded,
    countIf(change = 'archived') AS archived,
    uniq(user_id) AS persons
FROM psp_components
GROUP BY day, memory
SETTINGS final = 0
COMMENT 'Changes of PSP components per day and memory.';

CREATE VIEW IF NOT EXISTS dead_letters_per_day
(
    day Date COMMENT 'of the failure, UTC',
    error_code LowCardinality(String) COMMENT 'why',
    failed_in LowCardinality(String) COMMENT 'the stage or actor',
    letters UInt64 COMMENT 'records that failed',
    waiting UInt64 COMMENT 'those that nobody has redriven or dropped',
    persons UInt64 COMMENT 'different persons; does not add up'
) AS
SELECT
    toDate(failed_at) AS day,
    error_code,
    failed_in,
    count() AS letters,
    countIf(status = 'dead') AS waiting,
    uniq(user_id) AS persons
FROM dead_letters FINAL
GROUP BY day, error_code, failed_in
COMMENT 'Dead letters per day, error and place.';

CREATE VIEW IF NOT EXISTS latest
(
    at DateTime64(3, 'UTC') COMMENT 'when the newest record was accepted'
) AS
SELECT max(accepted_at) AS at FROM records SETTINGS final = 0
COMMENT 'The present of the data: windows of questions end here.';

-- The newest state in the order in which rows lie, so that parts are merged instead of all rows sorted; the
-- condition on a person still goes down to the rows. No change is ever replaced: final would only cost.
DROP VIEW IF EXISTS psp_current;
CREATE VIEW IF NOT EXISTS psp_current AS
SELECT *
FROM
(
    SELECT * FROM psp_components
    ORDER BY user_id DESC, component_id DESC, sequence DESC
    LIMIT 1 BY user_id, component_id
    SETTINGS final = 0
)
WHERE change NOT IN ('superseded', 'archived')
COMMENT 'The newest state of each component that is neither superseded nor archived.';
