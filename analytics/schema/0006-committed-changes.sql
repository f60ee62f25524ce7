-- Of a component that is strengthened several times within one commit only the last state becomes a row; its
-- sequence counts the others. So a person's changes are max(sequence), and rows between two sequences that
-- do not follow each other never existed.
ALTER TABLE psp_components
    COMMENT COLUMN sequence 'counts the changes of the person''s PSP, also those replaced within a commit',
    MODIFY COMMENT 'Every committed change of a PSP component.';
