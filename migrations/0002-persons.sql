-- Persons, the numbers they had before, and what they answered to the question about exchange.

-- Eleven digits with valid control digits, under today's rule or the one of 2032 (Skatteetaten): k1 then accepts the
-- remainders 0 to 3, k2 is unchanged. Dates and kinds are judged where a person is entered, by the program.
CREATE FUNCTION resutveksl.has_control_digits(person_number text) RETURNS boolean
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
    SELECT person_number ~ '^[0-9]{11}$' AND (
        SELECT (sum(digit * k1) + max(digit) FILTER (WHERE position = 10)) % 11 BETWEEN 0 AND 3
            AND sum(digit * k2) % 11 = 0
        FROM (
            SELECT position, substr(person_number, position, 1)::integer AS digit,
                coalesce((ARRAY[3, 7, 6, 1, 8, 9, 4, 5, 2])[position], 0) AS k1,
                (ARRAY[5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1])[position] AS k2
            FROM generate_series(1, 11) AS position
        ) AS digits
    )
$$;
COMMENT ON FUNCTION resutveksl.has_control_digits IS 'Whether a text is eleven digits whose two control digits are right.';

-- FS-numbers (month + 50 and 90000 or above) are unique only where they were made, FH-numbers hold no date: neither ever
-- leaves the house.
CREATE FUNCTION resutveksl.is_usable_number(person_number text) RETURNS boolean
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
    SELECT left(person_number, 1) < '8'
        AND NOT (substr(person_number, 3, 2) BETWEEN '51' AND '62' AND right(person_number, 5) >= '90000')
$$;
COMMENT ON FUNCTION resutveksl.is_usable_number IS 'Whether other institutions can be asked by a person number.';

CREATE TABLE resutveksl.persons (
    person_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    person_number text NOT NULL UNIQUE
        CONSTRAINT persons_number_is_valid CHECK (resutveksl.has_control_digits(person_number)),
    given_name text,
    family_name text,
    added_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE resutveksl.persons IS 'A person we know.';
COMMENT ON COLUMN resutveksl.persons.person_number IS 'Eleven digits of text; FS stores it as two numbers, which lose leading zeros.';

CREATE TABLE resutveksl.person_number_changes (
    person_id bigint NOT NULL REFERENCES resutveksl.persons ON DELETE CASCADE,
    earlier_number text NOT NULL CHECK (resutveksl.has_control_digits(earlier_number)),
    changed_on date,
    PRIMARY KEY (person_id, earlier_number)
);
COMMENT ON TABLE resutveksl.person_number_changes IS
    'A number that a person had before (FS fnr_endring): the one that a source may still hold.';

CREATE TABLE resutveksl.acceptances (
    person_id bigint PRIMARY KEY REFERENCES resutveksl.persons ON DELETE CASCADE,
    acceptance_type text NOT NULL DEFAULT 'RESULTATUTVEKS' CHECK (acceptance_type IN ('RESUTVEKSL', 'RESULTATUTVEKS')),
    answer text NOT NULL CHECK (answer IN ('J', 'N')),
    answered_on date NOT NULL,
    channel text NOT NULL CHECK (channel IN ('Studentweb', 'Søknadsweb', 'Samordna opptak', 'by hand')),
    entered_by text NOT NULL DEFAULT session_user,
    entered_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE resutveksl.acceptances IS
    'A person''s answer to the question whether results may be fetched. No row: not answered, which is not consent.';
