-- The name that a person's rows carry as user_id, fixed with the first of them and let go when the person is
-- erased: their id or, with privacy.row_names = drawn, one drawn at random, so that nothing leads from a row
-- to its person but this table and shown_persons. Both are the engine's: analysts' tokens cannot name them
-- (docs/decisions/0062-names-of-rows.md).
CREATE TABLE IF NOT EXISTS row_names
(
    person String COMMENT 'SHA-256 of the person''s id, hex' CODEC(ZSTD(1)),
    name String COMMENT 'user_id of their rows' CODEC(ZSTD(1)),
    since DateTime64(3, 'UTC') COMMENT 'an erasure of this instant or before leaves the name',
    drawn_at DateTime64(6, 'UTC') DEFAULT now64(6, 'UTC') COMMENT 'of several names the first counts'
)
ENGINE = ReplacingMergeTree
ORDER BY (person, name)
SETTINGS non_replicated_deduplication_window = 10000, old_parts_lifetime = 1, finished_mutations_to_keep = 1,
    cleanup_delay_period = 5, max_cleanup_delay_period = 15, cleanup_delay_period_random_add = 1
COMMENT 'The engine''s: which name the rows of a person carry.';

-- Rows of before carry the person's id, and a key column cannot be changed: that is their name from now on.
INSERT INTO row_names (person, name, since)
SELECT DISTINCT lower(hex(SHA256(user_id))), user_id, fromUnixTimestamp64Milli(0, 'UTC')
FROM
(
    SELECT user_id FROM records_all
    UNION ALL SELECT user_id FROM psp_components
    UNION ALL SELECT user_id FROM dead_letters
)
WHERE user_id NOT IN (SELECT name FROM row_names);

CREATE TABLE IF NOT EXISTS shown_persons
(
    person String COMMENT 'SHA-256 of the person''s id, hex' CODEC(ZSTD(1)),
    told String COMMENT 'the person''s id; empty when they withdrew' CODEC(ZSTD(1)),
    is_shown Bool COMMENT 'consents to analytics',
    version UInt64 COMMENT 'of the preference; the highest counts'
)
ENGINE = ReplacingMergeTree(version)
ORDER BY person
SETTINGS non_replicated_deduplication_window = 10000, old_parts_lifetime = 1, finished_mutations_to_keep = 1,
    cleanup_delay_period = 5, max_cleanup_delay_period = 15, cleanup_delay_period_random_add = 1
COMMENT 'The engine''s: who consents to analytics.';

CREATE VIEW IF NOT EXISTS persons
(
    user_id String COMMENT 'as in the rows',
    person String COMMENT 'the person''s id, as apps know it'
) AS
SELECT DISTINCT names.name AS user_id, shown.who AS person
FROM row_names AS names
GLOBAL INNER JOIN
(
    SELECT person, argMax(told, version) AS who
    FROM shown_persons
    GROUP BY person
    HAVING argMax(is_shown, version)
    SETTINGS final = 0
) AS shown ON shown.person = names.person
SETTINGS final = 0
COMMENT 'Whose rows are whose, of persons who consent to analytics.';

ALTER TABLE records COMMENT COLUMN user_id 'the person: their id or a drawn name, see persons';
ALTER TABLE psp_components COMMENT COLUMN user_id 'the person: their id or a drawn name, see persons';
ALTER TABLE dead_letters COMMENT COLUMN user_id 'the person: their id or a drawn name, see persons';
