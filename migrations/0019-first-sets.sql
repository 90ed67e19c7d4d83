-- A lane begins with as many as the lanes of earlier claims have found to suit the source, and notes it before it asks.

COMMENT ON COLUMN resutveksl.sources.set_size IS
    'Persons per question at most. A run begins with 500; sets grow while answers come soon, and later claims go on from there.';
COMMENT ON COLUMN resutveksl.run_sources.next_set IS
    'How many orders after the cursor are asked about next; NULL before the first answer where it is 500 or the set_size.';
