-- Makes the own database of a throw-away world as it was before its orders were fetched. For a superuser; never anywhere else.
--
-- The triggers that keep fetched results from being emptied are off in a session that plays a replica.

SET session_replication_role = replica;

BEGIN;
TRUNCATE resutveksl.external_results, resutveksl.external_studies, resutveksl.result_changes, resutveksl.person_sources,
    resutveksl.open_imports, resutveksl.study_log, resutveksl.transfers, resutveksl.run_sources, resutveksl.claims,
    resutveksl.runs, resutveksl.transfer_log;
UPDATE resutveksl.orders
SET state = 'ordered', due_at = now(), claim_token = NULL, first_token = NULL, completed_at = NULL, refusal = NULL,
    asks_every_source = true, attempts = 0, was_fetched = false, hold_reason = NULL, worker_deaths = 0, consented_on = NULL,
    new_results = 0, changed_results = 0, missing_results = 0, held_back = 0
WHERE state <> 'cancelled';
COMMIT;

VACUUM (FULL, ANALYZE) resutveksl.orders;
