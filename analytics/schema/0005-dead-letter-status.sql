-- What became of a dead letter. The same letter comes again when an operator redrives or drops it: a whole
-- row under the same (user_id, id) that replaces the first. Those that still wait:
--   SELECT * FROM dead_letters FINAL WHERE status = 'dead'
-- A redriven record that fails again is a letter of its own, which names the one before.
ALTER TABLE dead_letters
    ADD COLUMN IF NOT EXISTS status LowCardinality(String) DEFAULT 'dead' COMMENT 'dead, redriven or dropped',
    ADD COLUMN IF NOT EXISTS settled_at Nullable(DateTime64(3, 'UTC'))
        COMMENT 'when it was redriven or dropped: the time of the log' CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS redrives UInt16 DEFAULT 0 COMMENT 'how often it was redriven before',
    ADD COLUMN IF NOT EXISTS redrive_of String DEFAULT '' COMMENT 'id of the letter before' CODEC(ZSTD(1));
