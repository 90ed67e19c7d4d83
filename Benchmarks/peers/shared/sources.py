"""Asking all sources for one order: the contract's function, one person a call, all sources at once."""

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import asyncpg
from psycopg.conninfo import conninfo_to_dict

from peers.shared.connections import open_pool
from peers.shared.report import Refusal

#: asyncpg prepares it once for each connection.
ASK = """
    SELECT record, person_number, verdict, answered, held_back, institution, result_key, part_of_key, category, code, version,
        name_bokmal, name_nynorsk, name_english, thesis_title, thesis_title_english, description_bokmal,
        description_nynorsk, description_english, term_year, term, credits, grading_rule, grade_value, grade, obtained_on
    FROM resutveksl.ask_v1($1, $2, $3, $4, $5, $6, $7)
"""

#: Connections of a server that are not for its sources: the own database's, the queue's, a superuser's.
_SPARED = 40


@dataclass(frozen=True)
class Order:
    number: int
    person: int
    numbers: list[str]
    purpose: str
    consent: str | None
    consented_on: Any


@dataclass(frozen=True)
class Source:
    institution: int
    conninfo: str
    max_connections: int
    requires_consent: bool
    legal_basis: str


@dataclass
class Answer:
    """What one source said about one order; rows are asyncpg's records."""

    source: Source
    verdict: str | None = None
    held_back: int = 0
    results_there: int | None = None
    is_found_earlier: bool = False
    results: list[asyncpg.Record] = field(default_factory=list)


class Sources:
    """Pools to all sources, open and warm."""

    def __init__(self, sources: list[Source], pools: list[asyncpg.Pool]) -> None:
        self._pools = list(zip(sources, pools, strict=True))

    @staticmethod
    async def open(own: asyncpg.Pool, *, concurrency: int, processes: int = 1) -> "Sources":
        rows = await own.fetch(
            """
            SELECT source, conninfo, max_connections, legal_basis,
                is_consent_required OR coalesce(consent_rule_from > (now() AT TIME ZONE time_zone)::date, false) AS required
            FROM resutveksl.sources, resutveksl.settings WHERE is_active AND source IS DISTINCT FROM own_institution
            ORDER BY source
            """
        )
        if not rows:
            raise Refusal("no source is registered in resutveksl.sources")
        sources = [
            Source(r["source"], r["conninfo"], r["max_connections"], r["required"], r["legal_basis"]) for r in rows
        ]
        servers = Counter(_server(s.conninfo) for s in sources)
        room = {server: await _room(next(s for s in sources if _server(s.conninfo) == server)) for server in servers}
        sizes = [
            max(
                1,
                min(concurrency, s.max_connections, room[_server(s.conninfo)] // servers[_server(s.conninfo)])
                // processes,
            )
            for s in sources
        ]
        return Sources(
            sources,
            await asyncio.gather(*(open_pool(s.conninfo, n, _warm) for s, n in zip(sources, sizes, strict=True))),
        )

    async def ask_all(self, order: Order) -> list[Answer]:
        """Asks every source at once; a source that fails fails the order, as a job would."""
        return await asyncio.gather(*(_ask(pool, source, order) for source, pool in self._pools))

    @property
    def numbers(self) -> list[int]:
        return [source.institution for source, _ in self._pools]

    async def close(self) -> None:
        for _, pool in self._pools:
            pool.terminate()


async def _warm(connection: asyncpg.Connection) -> None:
    """Asks about nobody: a session's first question costs many times a later one, because the function is planned then."""
    await connection.fetch(ASK, [], [], [], [], [], [], "warming up")


async def _ask(pool: asyncpg.Pool, source: Source, order: Order) -> Answer:
    answer = Answer(source)
    if source.requires_consent and order.consent is None:
        answer.verdict = "not_asked"
        return answer
    count = len(order.numbers)
    rows = await pool.fetch(
        ASK,
        [order.number] * count,
        order.numbers,
        [order.consent] * count,
        [order.consented_on] * count,
        [None] * count,
        [order.purpose] * count,
        source.legal_basis,
    )
    for row in rows[1:]:
        if row["record"] == "result":
            answer.results.append(row)
        else:
            answer.verdict = row["verdict"]
            answer.held_back = row["held_back"]
            if row["verdict"] == "fetched":
                answer.results_there = row["answered"]
                answer.is_found_earlier = row["person_number"] != order.numbers[0]
    return answer


def _server(conninfo: str) -> tuple[str | None, str | None]:
    parts = conninfo_to_dict(conninfo)
    return parts.get("host"), parts.get("port")


async def _room(source: Source) -> int:
    """How many connections the server of a source has for sources."""
    pool = await open_pool(source.conninfo, 1)
    try:
        return max(1, int(await pool.fetchval("SHOW max_connections")) - _SPARED)
    finally:
        pool.terminate()
