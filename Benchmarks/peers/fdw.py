"""PostgreSQL's own way: postgres_fdw with async_capable, and one statement that fetches, imports and completes everything.

The contract's function cannot be called through postgres_fdw, so that foreign tables over FS's own tables stand in its place,
and what the function decides stands in the statement (fdw.sql) as far as that can be done from outside.
"""

import re
import sys
from pathlib import Path

sys.path[0] = str(Path(__file__).resolve().parents[1])

from peers.shared.environment import use_environment  # noqa: E402

use_environment()

import asyncpg  # noqa: E402
from psycopg.conninfo import conninfo_to_dict  # noqa: E402

from peers.shared import report  # noqa: E402
from peers.shared.connections import open_pool  # noqa: E402
from peers.shared.own import Claim  # noqa: E402

STATEMENT = Path(__file__).with_name("fdw.sql")

#: FS's tables as the statement reads them.
TABLES = {
    "person": "fodselsdato numeric, personnr numeric",
    "personakseptanse": "fodselsdato numeric, personnr numeric, akseptansetypekode varchar, status_svar varchar, "
    "dato_svar date",
    "akseptansetype": "akseptansetypekode varchar, status_aktiv varchar",
    "modulvalg": "modulkode varchar, status_aktiv varchar",
    "modulvalg_egenskap": "modulkode varchar, egenskapkode varchar, status_aktiv varchar",
    "studentvurdkombprotokoll": "institusjonsnr numeric, emnekode varchar, versjonskode varchar, vurdkombkode varchar, "
    "arstall numeric, vurdtidkode varchar, fodselsdato numeric, personnr numeric, "
    "karregelkode numeric, karaktertall numeric, status_gyldig varchar, "
    "status_manuelt_ugyldig varchar, vektingstall_individuell numeric, "
    "oppgavetittel_original varchar, oppgavetittel_engelsk varchar",
    "vurderingstid": "arstall numeric, vurdtidkode varchar, arstall_gjelder_i numeric, terminkode_gjelder_i varchar",
    "emne": "institusjonsnr numeric, emnekode varchar, versjonskode varchar, emnenavn_bokmal varchar, emnenavn_nynorsk "
    "varchar, emnenavn_engelsk varchar, vektingstall numeric, vekttypekode varchar",
    "emne_infotekst": "institusjonsnr numeric, emnekode varchar, versjonskode varchar, infotypekode varchar, sprakkode "
    "varchar, arstall_fra numeric, terminkode_fra varchar, arstall_til numeric, terminkode_til "
    "varchar, infotekst text",
    "karakterregel": "karregelkode numeric, karaktertall_beste numeric, karaktertall_darligste_bestatt numeric",
    "tallkarakter": "karregelkode numeric, karaktertall numeric, karakternavn varchar",
    "oppnadd_grad_prot": "institusjonsnr numeric, institusjonsnr_original numeric, gradkode varchar, fodselsdato "
    "numeric, personnr numeric, dato_oppnaelse date, dato_utlev_vitn date, status_manuelt_ugyldig "
    "varchar",
    "grad": "gradkode varchar, gradnavn_hankjonn varchar, gradnavn_engelsk varchar",
    "emne_i_grad_prot": "fodselsdato numeric, personnr numeric, institusjonsnr numeric, emnekode varchar, versjonskode "
    "varchar, vurdkombkode varchar, arstall numeric, vurdtidkode varchar, institusjonsnr_grad "
    "numeric, gradkode varchar, dato_oppnaelse date",
}

_EACH = re.compile(r"-- each source (UNION ALL)\n(.*?)-- end\n", re.DOTALL)


def statement(sources: list[int]) -> str:
    """fdw.sql with its repeated parts written out."""

    def repeat(match: re.Match[str]) -> str:
        word, text = match.groups()
        return f"{word}\n    ".join(text.replace("{source}", str(source)) for source in sources)

    return _EACH.sub(repeat, STATEMENT.read_text(encoding="utf-8"))


async def install(own: asyncpg.Connection, user: str) -> list[int]:
    """Servers, user mappings and foreign tables, in a schema of their own; `user` may read the sources' schema fs."""
    await own.execute("CREATE EXTENSION IF NOT EXISTS postgres_fdw; DROP SCHEMA IF EXISTS peer_fdw CASCADE")
    await remove(own)
    await own.execute("CREATE SCHEMA peer_fdw")
    rows = await own.fetch(
        "SELECT source, conninfo FROM resutveksl.sources, resutveksl.settings "
        "WHERE is_active AND source IS DISTINCT FROM own_institution ORDER BY source"
    )
    if not rows:
        raise report.Refusal("no source is registered in resutveksl.sources")
    for row in rows:
        source, parts = row["source"], conninfo_to_dict(row["conninfo"])
        options = {key: str(parts[key]) for key in ("host", "hostaddr", "port", "dbname", "sslmode") if parts.get(key)}
        options |= {"async_capable": "true", "fetch_size": "10000"}
        await own.execute(
            f"CREATE SERVER peer_fdw_{source} FOREIGN DATA WRAPPER postgres_fdw OPTIONS ({_options(options)})"
        )
        await own.execute(
            f"CREATE USER MAPPING FOR CURRENT_USER SERVER peer_fdw_{source} OPTIONS ({_options({'user': user})})"
        )
        for table, columns in TABLES.items():
            await own.execute(
                f"CREATE FOREIGN TABLE peer_fdw.{table}_{source} ({columns}) SERVER peer_fdw_{source} "
                f"OPTIONS (schema_name 'fs', table_name '{table}')"
            )
    return [row["source"] for row in rows]


async def remove(own: asyncpg.Connection) -> None:
    for row in await own.fetch("SELECT srvname FROM pg_foreign_server WHERE srvname LIKE 'peer\\_fdw\\_%'"):
        await own.execute(f"DROP SERVER {row['srvname']} CASCADE")
    await own.execute("DROP SCHEMA IF EXISTS peer_fdw CASCADE")


def _options(values: dict[str, str]) -> str:
    return ", ".join(f"{key} '{value.replace(chr(39), chr(39) * 2)}'" for key, value in values.items())


async def drain(options) -> report.Figures:
    watch = report.Stopwatch()
    own = await open_pool(options.own, 2)
    user = options.fs_user or str(conninfo_to_dict(options.own).get("user") or "postgres")
    async with own.acquire() as connection:
        try:
            sources = await install(connection, user)
            async with Claim.held(own, "fdw", sources) as claim:
                await claim.take_all(options.limit)
                # A nested loop over what planner statistics do not know would ask a source row by row.
                await connection.execute("SET work_mem = '256MB'; SET enable_nestloop = off; ANALYZE resutveksl.orders")
                text = statement(sources)
                if options.explain:
                    for row in await connection.fetch(
                        "EXPLAIN (VERBOSE, COSTS OFF) " + text.replace("$1", str(claim.token))
                    ):
                        report.note(row[0])
                # The sources' connections are opened by the first statement that needs them.
                await connection.fetch(
                    " UNION ALL ".join(f"SELECT modulkode FROM peer_fdw.modulvalg_{n}" for n in sources)
                )
                watch.start_drain()
                async with connection.transaction():
                    await connection.execute(
                        "INSERT INTO resutveksl.open_imports (transaction, token, source) "
                        "VALUES (pg_current_xact_id(), $1, $2)",
                        claim.token,
                        sources[0],
                    )
                    orders, rows = await connection.fetchrow(text, claim.token)
                    await connection.execute(
                        "DELETE FROM resutveksl.open_imports WHERE transaction = pg_current_xact_id()"
                    )
                watch.completed_one()
        finally:
            await remove(connection)
    return watch.figures(orders, rows)


if __name__ == "__main__":
    parser = report.arguments(__doc__)
    parser.add_argument(
        "--fs-user", metavar="USER", help="who may read the sources' tables (default: the own DSN's user)"
    )
    parser.add_argument("--explain", action="store_true", help="show the plan on standard error first")
    report.run("fdw", parser.parse_args(), drain)
