-- What a person said of a component is a change like others: a removed component is no longer current.
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
WHERE change NOT IN ('superseded', 'archived', 'removed')
COMMENT 'The newest state of each component that is neither superseded, archived nor removed.';

ALTER TABLE psp_components
    COMMENT COLUMN change 'created, strengthened, merged, superseded, archived …; said: rated, removed …',
    COMMENT COLUMN record_id 'the record that caused the change; empty when somebody said it';
