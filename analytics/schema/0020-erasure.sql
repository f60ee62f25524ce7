-- What an erasure deletes leaves the disk soon: the parts that held it are removed within half a minute of
-- being written anew, instead of after eight minutes or more. Our inserts are synced, so nothing needs them
-- longer. Of the statements that deleted, the last one is kept.
ALTER TABLE records MODIFY SETTING old_parts_lifetime = 1, finished_mutations_to_keep = 1,
    cleanup_delay_period = 5, max_cleanup_delay_period = 15, cleanup_delay_period_random_add = 1;
ALTER TABLE psp_components MODIFY SETTING old_parts_lifetime = 1, finished_mutations_to_keep = 1,
    cleanup_delay_period = 5, max_cleanup_delay_period = 15, cleanup_delay_period_random_add = 1;
ALTER TABLE dead_letters MODIFY SETTING old_parts_lifetime = 1, finished_mutations_to_keep = 1,
    cleanup_delay_period = 5, max_cleanup_delay_period = 15, cleanup_delay_period_random_add = 1;
