-- Who may write what the migrations since 0014 brought: the worker adds to the record of disclosures, and reads nothing of it.

INSERT INTO resutveksl.role_rights (role, object, privilege, columns)
SELECT 'worker', 'received_disclosures', 'INSERT', array_agg(a.attname::text ORDER BY a.attnum)
FROM pg_attribute a
WHERE a.attrelid = 'resutveksl.received_disclosures'::regclass AND a.attnum > 0 AND NOT a.attisdropped
    AND a.attname NOT IN ('disclosure_id', 'recorded_at');
