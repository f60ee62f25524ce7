-- Words for the columns that had none, for those who ask DESCRIBE.
ALTER TABLE records
    COMMENT COLUMN main_topics 'what it is about, found by the engine',
    COMMENT COLUMN key_concepts 'phrases that carry it, found by the engine',
    COMMENT COLUMN embedding_model 'the model of its vector; vectors of different models do not compare',
    COMMENT COLUMN embedding_version 'of that model',
    COMMENT COLUMN embedding_dim 'numbers of the vector, which itself stays in the engine',
    COMMENT COLUMN processing_steps 'stages that it went through, in order';

ALTER TABLE psp_components
    COMMENT COLUMN component_id 'unique per person',
    COMMENT COLUMN changed_at 'when the change was made, by the time of the log',
    COMMENT COLUMN inserted_at 'when it came here',
    COMMENT COLUMN activation_threshold '.1 to .9: similarity to a request from which on it is active',
    COMMENT COLUMN created_at 'event time of the first record behind it',
    COMMENT COLUMN last_updated 'event time of the newest record behind it',
    COMMENT COLUMN last_activated 'when it last served a request or a record',
    COMMENT COLUMN source_apps 'apps whose records are behind it',
    COMMENT COLUMN valid_from 'since when it holds';

ALTER TABLE dead_letters
    COMMENT COLUMN app 'the app that sent the record',
    COMMENT COLUMN source 'app or device where it was made, as far as it could be read',
    COMMENT COLUMN event_time 'when it happened',
    COMMENT COLUMN accepted_at 'when the log took it',
    COMMENT COLUMN failed_at 'when it failed',
    COMMENT COLUMN inserted_at 'when the row came here',
    COMMENT COLUMN attempts 'how often it was tried',
    COMMENT COLUMN error_code 'a code of docs/ERRORS.md';
