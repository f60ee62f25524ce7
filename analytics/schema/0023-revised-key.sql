-- Which contents are out of date is found by those few rows that revised one: their person and id as one
-- number, so that whoever asks for current records need not read the names of all rows ever written for it.
-- Nothing for all others, so it takes no room. Of one column a mutation fills in what was there before.
ALTER TABLE records
    ADD COLUMN IF NOT EXISTS revised_key UInt64
        MATERIALIZED if(revision > 1, sipHash64(user_id, id), 0)
        COMMENT 'person and id as one number, of revisions alone: records_current asks it' CODEC(ZSTD(1));

ALTER TABLE records MATERIALIZE COLUMN revised_key;

-- A content is out of date when its record has a higher revision. The revisions of `records` are found by
-- their key; those in files, which are few, by their names. A row that is on its way is found in both.
DROP VIEW IF EXISTS records_current;
CREATE VIEW IF NOT EXISTS records_current AS
SELECT *
FROM records_all
WHERE (sipHash64(user_id, id), revision) NOT IN
(
    SELECT revised, arrayJoin(range(toUInt32(1), max(revision)))
    FROM
    (
        SELECT revised_key AS revised, revision FROM records WHERE revision > 1
        UNION ALL
        SELECT sipHash64(user_id, id) AS revised, revision FROM records_all
        WHERE storage_tier = 'cold' AND revision > 1
    )
    GROUP BY revised
)
SETTINGS final = 0
COMMENT 'Each record once, with its newest content.';
