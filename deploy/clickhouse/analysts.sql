-- What analysts may do on a ClickHouse of your own: read what names no person without their consent, within
-- bounds, and nothing else. Run once by who administers, then for each analyst
--
--   CREATE USER mia IDENTIFIED WITH sha256_password BY '…' DEFAULT ROLE hinata_analyst
--
-- The tables are named one by one: a new one is closed until it stands here. A role without SOURCES has no
-- file(), url(), remote(), s3() or executable(), and no other way out of the server. The configuration of the
-- server must have, under access_control_improvements, as the one that ClickHouse comes with has:
-- select_from_system_db_requires_grant, settings_constraints_replace_previous.

CREATE ROLE IF NOT EXISTS hinata_analyst;

-- A request may lower a bound, never raise it.
CREATE SETTINGS PROFILE IF NOT EXISTS hinata_analyst SETTINGS
    readonly = 1,
    final = 1 CHANGEABLE_IN_READONLY,
    max_execution_time = 30 MIN 1 MAX 30 CHANGEABLE_IN_READONLY,
    max_memory_usage = 1073741824 MIN 1 MAX 1073741824 CHANGEABLE_IN_READONLY,
    max_result_rows = 1000000 MIN 1 MAX 1000000 CHANGEABLE_IN_READONLY,
    max_result_bytes = 268435456 MIN 1 MAX 268435456 CHANGEABLE_IN_READONLY,
    max_rows_to_read = 1000000000 MIN 1 MAX 1000000000 CHANGEABLE_IN_READONLY,
    max_threads = 2 MIN 1 MAX 2 CHANGEABLE_IN_READONLY,
    max_bytes_before_external_group_by = 0,
    max_bytes_before_external_sort = 0,
    max_concurrent_queries_for_user = 2
TO hinata_analyst;

CREATE QUOTA IF NOT EXISTS hinata_analyst KEYED BY user_name
    FOR INTERVAL 1 minute MAX queries = 300,
    FOR INTERVAL 1 hour MAX queries = 3000, errors = 600, execution_time = 1800
TO hinata_analyst;

GRANT SELECT ON hinata.records TO hinata_analyst;
GRANT SELECT ON hinata.records_all TO hinata_analyst;
GRANT SELECT ON hinata.records_current TO hinata_analyst;
GRANT SELECT ON hinata.records_per_minute TO hinata_analyst;
GRANT SELECT ON hinata.records_per_day TO hinata_analyst;
GRANT SELECT ON hinata.tags_per_day TO hinata_analyst;
GRANT SELECT ON hinata.latency_per_minute TO hinata_analyst;
GRANT SELECT ON hinata.latest TO hinata_analyst;
GRANT SELECT ON hinata.psp_components TO hinata_analyst;
GRANT SELECT ON hinata.psp_current TO hinata_analyst;
GRANT SELECT ON hinata.psp_changes_per_day TO hinata_analyst;
GRANT SELECT ON hinata.dead_letters TO hinata_analyst;
GRANT SELECT ON hinata.dead_letters_per_day TO hinata_analyst;
GRANT SELECT ON hinata.api_calls TO hinata_analyst;
GRANT SELECT ON hinata.app_registrations TO hinata_analyst;
GRANT SELECT ON hinata.persons TO hinata_analyst;

-- The view that names who consents reads what analysts must not: with the rights of who administers.
ALTER TABLE hinata.persons MODIFY SQL SECURITY DEFINER DEFINER = default;
