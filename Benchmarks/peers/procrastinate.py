"""The same job on Procrastinate: a job per order, an async worker that runs several at a time."""

import logging
import sys
from pathlib import Path

# Called by the name of the package it uses: its own folder must not be searched first.
sys.path[0] = str(Path(__file__).resolve().parents[1])

from peers.shared.environment import use_environment  # noqa: E402

use_environment()

import procrastinate  # noqa: E402
import psycopg  # noqa: E402

from peers.shared import report  # noqa: E402
from peers.shared.connections import open_pool  # noqa: E402
from peers.shared.own import Claim, import_order  # noqa: E402
from peers.shared.sources import Sources  # noqa: E402

SCHEMA = "peer_procrastinate"
#: Jobs that one statement defers.
BATCH = 1000


async def drain(options) -> report.Figures:
    watch = report.Stopwatch()
    logging.getLogger("procrastinate").setLevel(logging.ERROR)
    own = await open_pool(options.own, min(options.concurrency + 2, 16))
    sources = await Sources.open(own, concurrency=options.concurrency)
    await own.execute(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE; CREATE SCHEMA {SCHEMA}")
    app = procrastinate.App(
        connector=procrastinate.PsycopgConnector(
            conninfo=psycopg.conninfo.make_conninfo(options.own, options=f"-c search_path={SCHEMA}"),
            min_size=4,
            max_size=max(4, options.concurrency),
        )
    )
    orders = rows = 0
    try:
        async with Claim.held(own, "procrastinate", sources.numbers) as claim, app.open_async():
            await app.schema_manager.apply_schema_async()

            @app.task(name="fetch_order", queue="orders")
            async def fetch_order(number: int) -> None:
                nonlocal orders, rows
                order = await claim.read(number)
                count = await import_order(claim, order, await sources.ask_all(order))
                rows += count
                orders += 1
                watch.completed_one()

            numbers = await claim.take_all(options.limit)
            for start in range(0, len(numbers), BATCH):
                await fetch_order.batch_defer_async(*({"number": n} for n in numbers[start : start + BATCH]))
            watch.start_drain()
            await app.run_worker_async(queues=["orders"], concurrency=options.concurrency, wait=False)
            if orders < len(numbers):
                raise report.Refusal(
                    f"{len(numbers) - orders} of {len(numbers)} jobs were not done; Procrastinate logged why"
                )
    finally:
        await own.execute(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")
        await sources.close()
    return watch.figures(orders, rows)


if __name__ == "__main__":
    report.run("procrastinate", report.arguments(__doc__).parse_args(), drain)
