-- Everything that is not as it ought to be. Expects that every fault is lifted and everything due was drained.

CREATE VIEW chaos.violations AS
-- An order is still open, or ended otherwise than it ought to.
SELECT CASE WHEN o.state IN ('ordered', 'fetching', 'awaiting_retry') THEN 'lost' ELSE 'wrong' END AS kind,
    'order_state' AS rule, o.order_number, NULL::int AS source, o.state AS detail
FROM chaos.orders o
LEFT JOIN resutveksl.acceptances a USING (person_id)
WHERE o.state <> CASE
    WHEN EXISTS (SELECT FROM chaos.held h WHERE h.order_number = o.order_number) THEN 'held'
    WHEN a.answer = 'N' THEN 'refused' ELSE 'completed' END
UNION ALL
-- A pair is not settled, is not there at all, or ended otherwise than the truth says.
SELECT CASE WHEN p.outcome IS NULL OR p.outcome IN (SELECT outcome FROM chaos.unsettled) THEN 'lost' ELSE 'wrong' END,
    'pair_outcome', e.order_number, e.source, format('%s, ought to be %s', coalesce(p.outcome, 'not there'), e.outcome)
FROM chaos.expected e
LEFT JOIN chaos.pairs p ON p.order_number = e.order_number AND p.source = e.source
WHERE p.outcome IS DISTINCT FROM e.outcome
UNION ALL
-- A row that the source holds does not stand here.
SELECT 'lost', 'result_missing', t.order_number, t.source, t.result_key
FROM chaos.steps t
WHERE t.new IS NOT NULL AND NOT EXISTS (SELECT FROM chaos.standing s
    WHERE s.source = t.source AND s.person_id = t.person_id AND s.result_key = t.result_key AND NOT s.is_missing)
UNION ALL
-- A row stands here otherwise than the source holds it.
SELECT 'wrong', 'result_differs', t.order_number, t.source, t.result_key || ': ' || (
    SELECT string_agg(key, ' ') FROM jsonb_each_text(t.new) f WHERE f.value IS DISTINCT FROM s.content ->> f.key)
FROM chaos.steps t JOIN chaos.standing s USING (source, person_id, result_key)
WHERE t.new IS NOT NULL AND (s.content <> t.new OR s.institution <> t.institution)
UNION ALL
-- A row stands here as current that the source does not hold, or does not give.
SELECT 'wrong', 'result_unfounded', e.order_number, s.source, s.result_key
FROM chaos.standing s JOIN chaos.expected e USING (source, person_id)
WHERE NOT s.is_missing
    AND NOT EXISTS (SELECT FROM chaos.steps t WHERE t.order_number = e.order_number AND t.source = s.source
        AND t.result_key = s.result_key AND t.new IS NOT NULL)
    AND NOT EXISTS (SELECT FROM chaos.stored d WHERE d.source = s.source AND d.person_id = s.person_id
        AND d.result_key = s.result_key AND NOT d.is_missing AND e.outcome NOT IN ('fetched', 'unchanged', 'nothing'))
UNION ALL
SELECT 'duplicated', 'result_twice', NULL, source, format('%s, %s times', result_key, count(*))
FROM chaos.standing GROUP BY source, person_id, result_key HAVING count(*) > 1
UNION ALL
-- A change was told that was none, or more than once; or one was not told.
SELECT CASE WHEN coalesce(told.times, 0) = 0 THEN 'lost' ELSE 'duplicated' END, 'change_told',
    order_number, source, format('%s %s %s: %s times', result_key, kind, field, coalesce(told.times, 0))
FROM (SELECT order_number, source, person_id, result_key, kind, coalesce(field, '') AS field
    FROM chaos.expected_changes) ought
FULL JOIN (
    SELECT c.order_number, s.source, s.person_id, s.result_key, c.kind, coalesce(c.field, '') AS field, count(*) AS times
    FROM chaos.orders o JOIN resutveksl.result_changes c USING (order_number) JOIN chaos.standing s USING (result_id)
    GROUP BY 1, 2, 3, 4, 5, 6
) told USING (order_number, source, person_id, result_key, kind, field)
WHERE told.times IS DISTINCT FROM 1 OR ought.person_id IS NULL OR told.person_id IS NULL
UNION ALL
-- The counts of the pair.
SELECT CASE WHEN t.new_results > ought.new OR t.changed_results > ought.changed OR t.missing_results > ought.missing
        THEN 'duplicated' ELSE 'wrong' END, 'pair_counts', order_number, source,
    format('new %s changed %s missing %s held back %s, ought to be %s %s %s %s', t.new_results, t.changed_results,
        t.missing_results, t.held_back, ought.new, ought.changed, ought.missing, ought.held_back)
FROM (
    SELECT e.order_number, e.source,
        count(*) FILTER (WHERE s.new IS NOT NULL AND s.old IS NULL) AS new,
        count(*) FILTER (WHERE s.new IS NOT NULL AND s.old IS NOT NULL AND (s.was_missing OR s.new <> s.old)) AS changed,
        count(*) FILTER (WHERE s.new IS NULL AND NOT s.was_missing) AS missing,
        CASE WHEN e.outcome IN ('fetched', 'unchanged', 'nothing') THEN e.held_back_there ELSE 0 END AS held_back
    FROM chaos.expected e LEFT JOIN chaos.steps s USING (order_number, source)
    GROUP BY e.order_number, e.source, e.outcome, e.held_back_there
) ought
JOIN resutveksl.transfers t USING (order_number, source)
WHERE (t.new_results, t.changed_results, t.missing_results, t.held_back)
    <> (ought.new, ought.changed, ought.missing, ought.held_back)
UNION ALL
-- The counts of the order.
SELECT CASE WHEN o.new_results > sum(t.new_results) OR o.changed_results > sum(t.changed_results) THEN 'duplicated'
        ELSE 'wrong' END, 'order_counts', o.order_number, NULL,
    format('new %s changed %s missing %s held back %s', o.new_results, o.changed_results, o.missing_results, o.held_back)
FROM chaos.orders o JOIN resutveksl.transfers t USING (order_number)
WHERE o.state = 'completed'
GROUP BY o.order_number, o.new_results, o.changed_results, o.missing_results, o.held_back
HAVING (o.new_results, o.changed_results, o.missing_results, o.held_back)
    <> (sum(t.new_results), sum(t.changed_results), sum(t.missing_results), sum(t.held_back))
UNION ALL
-- A pair was settled again after it was settled. That a source is not asked for want of consent is said at each claim.
SELECT 'duplicated', 'settled_twice', order_number, source, string_agg(outcome, ' ' ORDER BY written_at)
FROM chaos.orders JOIN chaos.writes USING (order_number)
WHERE is_settled AND outcome <> 'no_consent' GROUP BY order_number, source HAVING count(*) > 1
UNION ALL
SELECT 'duplicated', 'logged_twice', order_number, l.source, 'fetched'
FROM chaos.orders JOIN resutveksl.transfer_log l USING (order_number)
WHERE l.event = 'fetched' GROUP BY order_number, l.source HAVING count(*) > 1
UNION ALL
-- A source was asked about an order after the pair was settled. An uneventful pair is settled at the latest when its
-- lane has ended.
SELECT 'duplicated', 'asked_again', d.order_number, d.source, format('%s after it was settled', d.asked_at - settled.at)
FROM chaos.disclosures d
JOIN chaos.orders o USING (order_number)
CROSS JOIN LATERAL (
    SELECT coalesce(
        (SELECT min(w.written_at) FROM chaos.writes w
            WHERE w.order_number = d.order_number AND w.source = d.source AND w.is_settled),
        (SELECT t.settled_at FROM resutveksl.transfers t
            WHERE t.order_number = d.order_number AND t.source = d.source AND t.next_attempt IS NULL),
        (SELECT l.ended_at FROM resutveksl.run_sources l
            WHERE l.token = o.first_token AND l.source = d.source AND l.cursor >= d.order_number)) AS at
) AS settled
WHERE d.asked_at > settled.at
UNION ALL
-- Somebody was asked about who had answered no here.
SELECT 'wrong', 'asked_without_consent', d.order_number, d.source, NULL
FROM chaos.disclosures d JOIN chaos.orders o USING (order_number)
JOIN resutveksl.acceptances a USING (person_id) WHERE a.answer = 'N'
UNION ALL
-- A worker wrote to an order that it did not hold. Taking over what a dead worker left is no such write.
SELECT 'wrong', 'stale_write', w.order_number, w.source, format('%s by %s, held by %s', w.outcome, w.writer, w.holder)
FROM chaos.orders JOIN chaos.writes w USING (order_number)
LEFT JOIN chaos.workers p ON p.name = w.writer
WHERE w.outcome <> 'pending' AND w.state <> 'refused'
    AND NOT (w.is_held AND split_part(w.holder, ':', 2) = p.process::text);

-- What is not as it ought to be while some sources are faulted and everything else was drained: others were harmed, or
-- the faulted ones have neither been settled before nor failed as they ought to, until the next day.
CREATE FUNCTION chaos.fault_violations(faulted int[], outcomes text[])
RETURNS TABLE (kind text, rule text, order_number bigint, source int, detail text) LANGUAGE sql AS $$
    SELECT CASE WHEN p.outcome IS NULL THEN 'lost' ELSE 'wrong' END,
        CASE WHEN e.source = ANY (faulted) THEN 'fault_outcome' ELSE 'others_harmed' END, e.order_number, e.source,
        format('%s (%s, next %s), ought to be %s', coalesce(p.outcome, 'not there'), coalesce(p.reason, 'no reason'),
            coalesce(p.next_attempt::text, 'none'), e.outcome)
    FROM chaos.expected e
    LEFT JOIN chaos.pairs p ON p.order_number = e.order_number AND p.source = e.source
    WHERE p.outcome IS DISTINCT FROM e.outcome
        AND NOT coalesce(e.source = ANY (faulted) AND p.outcome = ANY (outcomes) AND p.reason <> ''
            AND p.next_attempt BETWEEN now() + interval '15 minutes' AND now() + interval '2 days', false)
    UNION ALL
    SELECT 'wrong', 'order_state', o.order_number, NULL, o.state
    FROM chaos.orders o WHERE o.state IN ('ordered', 'fetching')
$$;
