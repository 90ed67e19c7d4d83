-- A lane begins with as many as the lanes of earlier claims have found to suit the source, and notes it before it asks.

COMMENT ON COLUMN resutveksl.sources.set_size IS
    'Persons per question at most. A connection begins with 500; sets grow while answers come soon, and later claims go on from there.';
COMMENT ON COLUMN resutveksl.run_sources.next_set IS
    'How many of the claim''s orders after the cursor the next question goes over; NULL before the first answer where it is at most 500.';
