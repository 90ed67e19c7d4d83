"""libpq connection strings for asyncpg, which reads only URIs; and pools that are warm before the clock starts."""

from collections.abc import Awaitable, Callable

import asyncpg
from psycopg.conninfo import conninfo_to_dict

from peers.shared.report import Refusal

#: What is understood of a connection string; anything else is refused rather than ignored.
_KNOWN = {
    "host": "host",
    "hostaddr": "host",
    "port": "port",
    "user": "user",
    "dbname": "database",
    "password": "password",
}
_IGNORED = {
    "connect_timeout",
    "application_name",
    "client_encoding",
    "target_session_attrs",
    "fallback_application_name",
}


def asyncpg_arguments(conninfo: str) -> dict[str, object]:
    arguments: dict[str, object] = {}
    for key, value in conninfo_to_dict(conninfo).items():
        if key in _KNOWN:
            arguments[_KNOWN[key]] = int(value) if key == "port" else value
        elif key == "sslmode":
            arguments["ssl"] = value
        elif key not in _IGNORED:
            raise Refusal(f"the peers do not understand '{key}' in a connection string")
    return arguments


async def open_pool(
    conninfo: str, size: int, warm: Callable[[asyncpg.Connection], Awaitable[None]] | None = None
) -> asyncpg.Pool:
    """A pool with all its connections open, and each of them warmed by `warm`.

    asyncpg resets a session with a round trip whenever it goes back to the pool. Nothing here leaves anything behind in a
    session, so that it is left out.
    """

    async def leave_as_it_is(_: asyncpg.Connection) -> None:
        pass

    return await asyncpg.create_pool(
        **asyncpg_arguments(conninfo),
        min_size=size,
        max_size=size,
        reset=leave_as_it_is,
        init=warm,
        max_inactive_connection_lifetime=0,
        server_settings={"application_name": "peer", "jit": "off"},
    )
