"""The own database in plain SQL: which orders are due, who holds them, and the import of one order."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import asyncpg

from peers.shared.report import Refusal
from peers.shared.sources import Answer, Order

#: Due orders as they are put in a queue; $2 is the limit, NULL for none.
_TAKE = """
    WITH due AS (
        SELECT order_number FROM resutveksl.orders
        WHERE state IN ('ordered', 'awaiting_retry')
            AND due_at <= now() + (SELECT due_horizon FROM resutveksl.settings)
        ORDER BY due_at, order_number LIMIT $2 FOR NO KEY UPDATE SKIP LOCKED
    ), taken AS (
        UPDATE resutveksl.orders o SET state = 'fetching', claim_token = $1, first_token = $1, attempts = o.attempts + 1
        FROM due WHERE o.order_number = due.order_number
        RETURNING o.order_number, o.person_id, o.purpose
    )
"""

TAKE_NUMBERS = _TAKE + "SELECT order_number FROM taken ORDER BY order_number"

_READ = """
    SELECT t.order_number, t.person_id, t.purpose, a.answer, a.answered_on, p.person_number || ARRAY(
            SELECT c.earlier_number FROM resutveksl.person_number_changes c WHERE c.person_id = t.person_id
            ORDER BY c.changed_on DESC NULLS LAST, c.earlier_number) AS numbers
    FROM {orders} t
    JOIN resutveksl.persons p USING (person_id)
    LEFT JOIN resutveksl.acceptances a USING (person_id)
"""

TAKE_ORDERS = _TAKE + _READ.format(orders="taken") + "ORDER BY t.order_number"

READ_ORDER = _READ.format(orders="resutveksl.orders") + "WHERE t.order_number = $1"

#: Orders of persons who answered N, or about whom no source may be asked, are not asked about.
_REFUSE = """
    UPDATE resutveksl.orders o
    SET state = 'refused', claim_token = NULL, due_at = NULL, completed_at = now(), first_token = NULL, refusal =
        CASE WHEN a.answer = 'N' THEN 'refused' ELSE 'no_consent' END
    FROM resutveksl.orders own LEFT JOIN resutveksl.acceptances a USING (person_id)
    WHERE o.order_number = own.order_number AND o.claim_token = $1 AND (a.answer = 'N' OR a.answer IS NULL AND NOT EXISTS (
        SELECT FROM resutveksl.sources WHERE is_active AND NOT is_consent_required))
"""


def read_order(row: asyncpg.Record) -> Order:
    return Order(
        row["order_number"], row["person_id"], row["numbers"], row["purpose"], row["answer"], row["answered_on"]
    )


class Claim:
    """The claim under which a peer holds orders and imports, as the schema demands it of any worker."""

    LEASE = 60

    def __init__(self, own: asyncpg.Pool, token: int) -> None:
        self.own = own
        self.token = token

    @staticmethod
    @contextlib.asynccontextmanager
    async def held(own: asyncpg.Pool, peer: str, sources: list[int]) -> AsyncIterator["Claim"]:
        """Opens a claim and lets go of it at the end: orders that were not completed are due again."""
        token = await own.fetchval(
            """
            WITH run AS (INSERT INTO resutveksl.runs (worker) VALUES ('peer ' || $1) RETURNING run_id)
            INSERT INTO resutveksl.claims (token, run_id, lease_until, orders)
            SELECT nextval('resutveksl.claim_tokens'), run_id, clock_timestamp() + $2 * interval '1 second', 0 FROM run
            RETURNING token
            """,
            peer,
            float(Claim.LEASE),
        )
        await own.execute(
            """
            INSERT INTO resutveksl.run_sources (token, source, run_id, started_at, asked_on_consent, asked_on_legal_basis)
            SELECT token, unnest($2::integer[]), run_id, now(), 0, 0 FROM resutveksl.claims WHERE token = $1
            """,
            token,
            sources,
        )
        claim = Claim(own, token)
        beating = asyncio.create_task(claim._beat())
        try:
            yield claim
        finally:
            beating.cancel()
            await claim._let_go()

    async def take_all(self, limit: int | None) -> list[int]:
        """Takes all due orders, as a producer does that puts them in a queue; says which."""
        numbers = [row[0] for row in await self.own.fetch(TAKE_NUMBERS, self.token, limit)]
        await self.own.execute(_REFUSE, self.token)
        left = await self.own.fetch("SELECT order_number FROM resutveksl.orders WHERE claim_token = $1", self.token)
        left_numbers = {row[0] for row in left}
        return [number for number in numbers if number in left_numbers]

    async def take_some(self, limit: int) -> list[Order]:
        """Takes a few, as a worker does that polls."""
        rows = await self.own.fetch(TAKE_ORDERS, self.token, limit)
        if any(row["answer"] != "J" for row in rows):
            await self.own.execute(_REFUSE, self.token)
            left = await self.own.fetch("SELECT order_number FROM resutveksl.orders WHERE claim_token = $1", self.token)
            held = {row[0] for row in left}
            rows = [row for row in rows if row["order_number"] in held]
        return [read_order(row) for row in rows]

    async def read(self, number: int) -> Order:
        row = await self.own.fetchrow(READ_ORDER, number)
        if row is None:
            raise Refusal(f"order {number} is gone")
        return read_order(row)

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(self.LEASE / 4)
            await self.own.execute(
                "UPDATE resutveksl.claims SET lease_until = clock_timestamp() + $2 * interval '1 second' "
                "WHERE token = $1 AND ended_at IS NULL",
                self.token,
                float(self.LEASE),
            )

    async def _let_go(self) -> None:
        await self.own.execute(
            "UPDATE resutveksl.orders SET state = 'ordered', claim_token = NULL, first_token = NULL WHERE claim_token = $1",
            self.token,
        )
        await self.own.execute(
            """
            WITH lanes AS (UPDATE resutveksl.run_sources SET outcome = 'done', ended_at = now() WHERE token = $1),
            run AS (UPDATE resutveksl.runs r SET ended_at = now() FROM resutveksl.claims c
                WHERE c.token = $1 AND r.run_id = c.run_id)
            UPDATE resutveksl.claims SET ended_at = now() WHERE token = $1
            """,
            self.token,
        )


# What is fetched is written by imports alone: the schema wants to see one open in the same transaction.
_OPEN = "INSERT INTO resutveksl.open_imports (transaction, token, source) VALUES (pg_current_xact_id(), $1, $2)"

_STUDIES = """
    INSERT INTO resutveksl.external_studies (person_id, institution)
    SELECT DISTINCT $1::bigint, unnest($2::integer[]) ON CONFLICT DO NOTHING
"""

_COLUMNS = {
    "source": "integer",
    "institution": "integer",
    "result_key": "text",
    "part_of_key": "text",
    "category": "text",
    "code": "text",
    "version": "text",
    "name_bokmal": "text",
    "name_nynorsk": "text",
    "name_english": "text",
    "thesis_title": "text",
    "thesis_title_english": "text",
    "description_bokmal": "text",
    "description_nynorsk": "text",
    "description_english": "text",
    "term_year": "integer",
    "term": "text",
    "credits": "numeric",
    "grading_rule": "integer",
    "grade_value": "numeric",
    "grade": "text",
    "obtained_on": "date",
}
#: As the answers name them; the source is ours.
_ANSWERED = list(_COLUMNS)[1:]
#: Those that external_results has under the same name.
_KEPT = [column for column in _COLUMNS if column not in ("institution", "part_of_key")]

# What is there stays as it is: the peers are measured on a first fetch, and finding changes is not asked of them.
_RESULTS = f"""
    WITH came AS MATERIALIZED (
        SELECT nextval('resutveksl.external_results_result_id_seq') AS result_id, s.study_id, c.*
        FROM unnest({", ".join(f"${n}::{kind}[]" for n, kind in enumerate(_COLUMNS.values(), start=2))})
            AS c ({", ".join(_COLUMNS)})
        JOIN resutveksl.external_studies s ON s.person_id = $1 AND s.institution = c.institution
    )
    INSERT INTO resutveksl.external_results (result_id, study_id, origin, part_of, {", ".join(_KEPT)})
    SELECT c.result_id, c.study_id, 'AUTOMATISK', q.result_id, {", ".join("c." + column for column in _KEPT)}
    FROM came c LEFT JOIN came q ON q.source = c.source AND q.result_key = c.part_of_key
    ON CONFLICT (study_id, source, result_key) DO NOTHING
"""

_TRANSFERS = """
    INSERT INTO resutveksl.transfers
        (order_number, source, outcome, held_back, results, new_results, is_known, found_earlier, basis, attempts)
    SELECT $1, source, CASE outcome WHEN 'not_asked' THEN 'no_consent' ELSE outcome END, held_back, results,
        coalesce(results, 0), CASE WHEN outcome <> 'not_asked' THEN true END, found_earlier,
        CASE WHEN outcome <> 'not_asked' THEN basis END, (outcome <> 'not_asked')::integer
    FROM unnest($2::integer[], $3::text[], $4::integer[], $5::integer[], $6::boolean[], $7::text[])
        AS t (source, outcome, held_back, results, found_earlier, basis)
    ON CONFLICT (order_number, source) DO NOTHING
"""

_CLOSE = "DELETE FROM resutveksl.open_imports WHERE transaction = pg_current_xact_id()"

_COMPLETE = """
    UPDATE resutveksl.orders
    SET state = 'completed', claim_token = NULL, due_at = NULL, completed_at = now(), asks_every_source = false,
        new_results = $2, held_back = $3
    WHERE order_number = $1
"""


async def import_order(claim: Claim, order: Order, answers: list[Answer]) -> int:
    """Writes what all sources said about one order, in one transaction; returns how many results came."""
    told = [answer for answer in answers if answer.verdict is not None]
    rows = [(answer.source.institution, row) for answer in told for row in answer.results]
    held_back = sum(answer.held_back for answer in told)
    async with claim.own.acquire() as connection:
        if not told:
            await connection.execute(_COMPLETE, order.number, 0, 0)
            return 0
        async with connection.transaction():
            if rows:
                await connection.execute(_OPEN, claim.token, rows[0][0])
                await connection.execute(_STUDIES, order.person, [row["institution"] for _, row in rows])
                columns = [[row[column] for _, row in rows] for column in _ANSWERED]
                await connection.execute(_RESULTS, order.person, [source for source, _ in rows], *columns)
                await connection.execute(_CLOSE)
            await connection.execute(
                _TRANSFERS,
                order.number,
                [a.source.institution for a in told],
                [a.verdict for a in told],
                [a.held_back for a in told],
                [a.results_there for a in told],
                [a.is_found_earlier for a in told],
                ["consent" if order.consent == "J" else a.source.legal_basis for a in told],
            )
            await connection.execute(_COMPLETE, order.number, len(rows), held_back)
    return len(rows)
