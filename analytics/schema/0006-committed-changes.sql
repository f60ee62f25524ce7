-- Of a component that changes several times within one commit and goes on only the last state is a row; its
-- sequence counts the others. So a person's changes are max(sequence), and rows between two sequences that
-- do not follow each other never existed.
ALTER TABLE psp_components
    COMMENT COLUMN sequence 'counts the changes of the person''s PSP, also those replaced within a commit',
    MODIFY COMMENT 'Every committed change of a PSP component.';
