-- The transfer log: append-only, a partition a month.

CREATE TABLE resutveksl.transfer_log (
    logged_at timestamptz NOT NULL DEFAULT now(),
    event text NOT NULL CHECK (event IN ('ordered', 'refused', 'requeued', 'cancelled', 'paused', 'resumed', 'fetched',
        'source_failed', 'source_closed', 'person_failed', 'given_up', 'completed')),
    run_id bigint,
    token bigint,
    order_number bigint,
    person_id bigint,
    source integer,
    outcome text,
    reason text,
    sqlstate text,
    orders integer,
    next_attempt timestamptz,
    who text NOT NULL DEFAULT session_user
) PARTITION BY RANGE (logged_at);
CREATE INDEX transfer_log_of_order ON resutveksl.transfer_log (order_number);
CREATE INDEX transfer_log_of_source ON resutveksl.transfer_log (source, logged_at);
CREATE TABLE resutveksl.transfer_log_rest PARTITION OF resutveksl.transfer_log DEFAULT;
COMMENT ON TABLE resutveksl.transfer_log IS
    'Every event that somebody may need to look up. Holds no person number, no name and no grade.';
COMMENT ON COLUMN resutveksl.transfer_log.orders IS 'How many orders the event is about, where it is not about one.';

-- Makes the partitions of this month and the next; called when a run starts. Months are counted in UTC.
CREATE FUNCTION resutveksl.prepare_transfer_log() RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    month timestamp;
    partition text;
BEGIN
    FOR month IN SELECT date_trunc('month', now() AT TIME ZONE 'UTC') + n * interval '1 month' FROM generate_series(0, 1) n
    LOOP
        partition := 'transfer_log_' || to_char(month, 'YYYY_MM');
        CONTINUE WHEN to_regclass('resutveksl.' || partition) IS NOT NULL;
        -- Two runs may start in the same second; and what already lies in the rest keeps a partition from being made,
        -- in which case that month simply stays there.
        BEGIN
            EXECUTE format('CREATE TABLE resutveksl.%I PARTITION OF resutveksl.transfer_log FOR VALUES FROM (%L) TO (%L)',
                partition, month || '+00', (month + interval '1 month') || '+00');
        EXCEPTION WHEN duplicate_table OR check_violation THEN
            NULL;
        END;
    END LOOP;
END $$;
SELECT resutveksl.prepare_transfer_log();

CREATE FUNCTION resutveksl.refuse_log_change() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'the transfer log is append-only'
        USING ERRCODE = 'insufficient_privilege', HINT = 'Old months are removed as whole partitions.';
END $$;
CREATE TRIGGER transfer_log_is_append_only BEFORE UPDATE OR DELETE ON resutveksl.transfer_log
    FOR EACH ROW EXECUTE FUNCTION resutveksl.refuse_log_change();
CREATE TRIGGER transfer_log_is_not_emptied BEFORE TRUNCATE ON resutveksl.transfer_log
    FOR EACH STATEMENT EXECUTE FUNCTION resutveksl.refuse_log_change();
