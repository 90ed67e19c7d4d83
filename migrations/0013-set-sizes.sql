-- How many persons are asked about at once follows the pace of a source's answers; a source's set_size is the most.

ALTER TABLE resutveksl.sources ALTER COLUMN set_size SET DEFAULT 5000;
-- Where 500 was chosen it is to be chosen again.
UPDATE resutveksl.sources SET set_size = 5000 WHERE set_size = 500;
COMMENT ON COLUMN resutveksl.sources.set_size IS
    'Persons per question at most. A claim begins with 500; sets grow while answers come soon.';

ALTER TABLE resutveksl.run_sources ADD COLUMN next_set integer;
COMMENT ON COLUMN resutveksl.run_sources.next_set IS
    'How many orders after the cursor are asked about next; NULL before the first answer.';

-- Orders that were in work when their worker died: of each lane that had not ended, the set after its cursor. Those that
-- were caught too often are held. They have been let go of already.
CREATE OR REPLACE FUNCTION resutveksl.note_worker_death(dead bigint, taken bigint[]) RETURNS integer
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    held integer;
BEGIN
    WITH suspects AS (
        SELECT DISTINCT t.order_number
        FROM resutveksl.run_sources l
        JOIN resutveksl.sources s USING (source)
        CROSS JOIN LATERAL (
            SELECT order_number FROM unnest(taken) AS order_number
            WHERE order_number > coalesce(l.cursor, 0) ORDER BY order_number
            LIMIT coalesce(l.next_set, least(s.set_size, 500))
        ) AS t
        WHERE l.token = dead AND l.outcome IS NULL
    )
    UPDATE resutveksl.orders o SET worker_deaths = o.worker_deaths + 1
    FROM suspects WHERE o.order_number = suspects.order_number AND o.state IN ('ordered', 'awaiting_retry');

    WITH caught AS (
        UPDATE resutveksl.orders o
        SET state = 'held', hold_reason = format('%s workers in a row died while it was in work', o.worker_deaths)
        FROM resutveksl.settings s
        WHERE o.order_number = ANY (taken) AND o.worker_deaths >= s.worker_deaths
            AND o.state IN ('ordered', 'awaiting_retry')
        RETURNING o.order_number
    )
    SELECT count(*) INTO held FROM caught;
    RETURN held;
END $$;
