-- Orders, the claims that workers hold on them, how each lane went, and each transfer worth a row.

CREATE TABLE resutveksl.orders (
    order_number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    person_id bigint NOT NULL REFERENCES resutveksl.persons,
    purpose text NOT NULL DEFAULT 'external_study'
        CHECK (purpose IN ('approval_case', 'external_study', 'application')),
    reference text CHECK (length(reference) <= 200),
    ordered_by text NOT NULL DEFAULT session_user,
    ordered_at timestamptz NOT NULL DEFAULT now(),
    state text NOT NULL DEFAULT 'ordered' CONSTRAINT orders_state_is_known
        CHECK (state IN ('ordered', 'fetching', 'awaiting_retry', 'completed', 'refused', 'cancelled')),
    refusal text CHECK (refusal IN ('refused', 'no_consent', 'no_number')),
    due_at timestamptz DEFAULT now(),
    asks_every_source boolean NOT NULL DEFAULT true,
    attempts integer NOT NULL DEFAULT 0,
    claim_token bigint,
    first_token bigint,
    requeued_at timestamptz,
    completed_at timestamptz,
    new_results integer NOT NULL DEFAULT 0,
    changed_results integer NOT NULL DEFAULT 0,
    missing_results integer NOT NULL DEFAULT 0,
    held_back integer NOT NULL DEFAULT 0,
    CONSTRAINT orders_open_ones_are_due CHECK ((state IN ('ordered', 'fetching', 'awaiting_retry')) = (due_at IS NOT NULL)),
    CONSTRAINT orders_fetching_ones_are_claimed CHECK ((state = 'fetching') = (claim_token IS NOT NULL)),
    CONSTRAINT orders_refused_ones_say_why CHECK ((state = 'refused') = (refusal IS NOT NULL))
) WITH (fillfactor = 80);
COMMENT ON TABLE resutveksl.orders IS 'One order of "Hent ekstern norsk utdanning" for one person.';
COMMENT ON COLUMN resutveksl.orders.refusal IS 
    'refused: the person answered N. no_consent: consent is required and there is none. no_number: see is_usable_number.';
COMMENT ON COLUMN resutveksl.orders.asks_every_source IS 'true: every source is asked next; false: only the failed ones.';
COMMENT ON COLUMN resutveksl.orders.attempts IS 'Claims since the order was placed or re-queued; counted when claimed.';
COMMENT ON COLUMN resutveksl.orders.claim_token IS 'The claim that holds the order while it is being fetched.';
COMMENT ON COLUMN resutveksl.orders.first_token IS 'The claim in which every source was asked.';

CREATE UNIQUE INDEX orders_one_open_per_person ON resutveksl.orders (person_id)
    WHERE state IN ('ordered', 'fetching', 'awaiting_retry');
CREATE INDEX orders_due ON resutveksl.orders (due_at, order_number) WHERE state IN ('ordered', 'awaiting_retry');
CREATE INDEX orders_claimed ON resutveksl.orders (claim_token) WHERE claim_token IS NOT NULL;
CREATE INDEX orders_of_person ON resutveksl.orders (person_id);

CREATE TABLE resutveksl.runs (
    run_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    worker text NOT NULL,
    started_at timestamptz NOT NULL DEFAULT now(),
    ended_at timestamptz,
    orders integer NOT NULL DEFAULT 0,
    result_rows bigint NOT NULL DEFAULT 0
);
COMMENT ON TABLE resutveksl.runs IS 'One run of a worker.';

-- A claim holds many orders under one token. The lease stands here and not on each order, so that a heartbeat is one
-- small write however many orders are held.
CREATE SEQUENCE resutveksl.claim_tokens;
CREATE TABLE resutveksl.claims (
    token bigint PRIMARY KEY,
    run_id bigint NOT NULL REFERENCES resutveksl.runs,
    claimed_at timestamptz NOT NULL DEFAULT now(),
    lease_until timestamptz NOT NULL,
    ended_at timestamptz,
    orders integer NOT NULL
) WITH (fillfactor = 50);
CREATE INDEX claims_open ON resutveksl.claims (lease_until) WHERE ended_at IS NULL;
CREATE INDEX claims_of_run ON resutveksl.claims (run_id);
COMMENT ON TABLE resutveksl.claims IS 'A set of orders that a worker holds: fencing token and lease on the database clock.';

CREATE TABLE resutveksl.run_sources (
    token bigint NOT NULL REFERENCES resutveksl.claims ON DELETE CASCADE,
    source integer NOT NULL REFERENCES resutveksl.sources ON DELETE CASCADE,
    run_id bigint NOT NULL REFERENCES resutveksl.runs,
    started_at timestamptz,
    ended_at timestamptz,
    cursor bigint,
    sets integer NOT NULL DEFAULT 0,
    asked integer NOT NULL DEFAULT 0,
    found integer NOT NULL DEFAULT 0,
    result_rows integer NOT NULL DEFAULT 0,
    outcome text CHECK (outcome IN ('done', 'reserved', 'not_open', 'unreachable', 'denied', 'timed_out', 'failed',
        'invalid', 'paused', 'interrupted')),
    reason text,
    sqlstate text,
    PRIMARY KEY (token, source)
) WITH (fillfactor = 50);
CREATE INDEX run_sources_of_run ON resutveksl.run_sources (run_id);
COMMENT ON TABLE resutveksl.run_sources IS 'How a lane of a run went: one source, for the orders of one claim.';
COMMENT ON COLUMN resutveksl.run_sources.cursor IS
    'Orders of the claim up to this number are settled at this source: lanes go through a claim in order of number.';
COMMENT ON COLUMN resutveksl.run_sources.outcome IS
    'NULL while the lane runs; done: every order was asked about; otherwise why the orders after the cursor were not.';

CREATE TABLE resutveksl.transfers (
    order_number bigint NOT NULL REFERENCES resutveksl.orders ON DELETE CASCADE,
    source integer NOT NULL REFERENCES resutveksl.sources ON DELETE CASCADE,
    outcome text NOT NULL CHECK (outcome IN ('fetched', 'unchanged', 'nothing', 'reserved', 'not_open', 'no_consent',
        'refused', 'unreachable', 'denied', 'timed_out', 'failed', 'invalid', 'paused', 'pending', 'given_up')),
    reason text,
    sqlstate text,
    attempts integer NOT NULL DEFAULT 1,
    first_failed_at timestamptz,
    retry_time time,
    next_attempt timestamptz,
    settled_at timestamptz NOT NULL DEFAULT now(),
    new_results integer NOT NULL DEFAULT 0,
    changed_results integer NOT NULL DEFAULT 0,
    missing_results integer NOT NULL DEFAULT 0,
    held_back integer NOT NULL DEFAULT 0,
    PRIMARY KEY (order_number, source),
    CONSTRAINT transfers_failed_ones_come_again CHECK (
        (outcome IN ('unreachable', 'denied', 'timed_out', 'failed', 'invalid', 'paused', 'pending'))
        = (next_attempt IS NOT NULL))
) WITH (fillfactor = 90);
CREATE INDEX transfers_to_try_again ON resutveksl.transfers (source, next_attempt) WHERE next_attempt IS NOT NULL;
COMMENT ON TABLE resutveksl.transfers IS
    'An order at a source whose outcome is worth a row. Uneventful pairs have none: see the view order_sources.';
COMMENT ON COLUMN resutveksl.transfers.retry_time IS
    'Local time of day at which the first failed attempt started: every later attempt is due at it.';
COMMENT ON COLUMN resutveksl.transfers.held_back IS 'Degrees that the source holds back for want of a diploma date.';
