"""The same job on PgQueuer: a job per order, one worker that dispatches them in batches."""

import os
import sys
from datetime import timedelta
from pathlib import Path

# Called by the name of the package it uses: its own folder must not be searched first.
sys.path[0] = str(Path(__file__).resolve().parents[1])

from peers.shared.environment import use_environment  # noqa: E402

use_environment()

SCHEMA = "peer_pgqueuer"
os.environ["PGQUEUER_SCHEMA"] = SCHEMA

import asyncpg  # noqa: E402
from pgqueuer import PgQueuer  # noqa: E402
from pgqueuer.db import AsyncpgDriver  # noqa: E402
from pgqueuer.models import Job  # noqa: E402
from pgqueuer.queries import Queries  # noqa: E402
from pgqueuer.types import QueueExecutionMode  # noqa: E402

from peers.shared import report  # noqa: E402
from peers.shared.connections import asyncpg_arguments, open_pool  # noqa: E402
from peers.shared.own import Claim, import_order  # noqa: E402
from peers.shared.sources import Sources  # noqa: E402

#: Jobs that one statement enqueues.
BATCH = 1000


async def drain(options) -> report.Figures:
    watch = report.Stopwatch()
    own = await open_pool(options.own, min(options.concurrency + 2, 16))
    sources = await Sources.open(own, concurrency=options.concurrency)
    await own.execute(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")
    # A connection of its own for the queue, and the settings for autovacuum: its guide to performance.
    connection = await asyncpg.connect(**asyncpg_arguments(options.own))
    driver = AsyncpgDriver(connection)
    queries = Queries(driver)
    orders = rows = 0
    try:
        await queries.install()
        await queries.optimize_autovacuum()
        async with Claim.held(own, "pgqueuer", sources.numbers) as claim:
            queue = PgQueuer(driver)

            @queue.entrypoint("fetch_order")
            async def fetch_order(job: Job) -> None:
                nonlocal orders, rows
                order = await claim.read(int(job.payload or b""))
                count = await import_order(claim, order, await sources.ask_all(order))
                rows += count
                orders += 1
                watch.completed_one()

            numbers = await claim.take_all(options.limit)
            for start in range(0, len(numbers), BATCH):
                batch = numbers[start : start + BATCH]
                await queries.enqueue(["fetch_order"] * len(batch), [str(n).encode() for n in batch], [0] * len(batch))
            watch.start_drain()
            # It looks at the queue again 100 ms after it was full; shorter, because the jobs are.
            queue.qm.min_dequeue_poll_interval = timedelta(milliseconds=options.poll)
            await queue.qm.run(
                mode=QueueExecutionMode.drain,
                batch_size=max(1, options.concurrency // 2),
                max_concurrent_tasks=max(2, options.concurrency),
            )
            if orders < len(numbers):
                raise report.Refusal(
                    f"{len(numbers) - orders} of {len(numbers)} jobs were not done; PgQueuer logged why"
                )
    finally:
        await connection.close()
        await own.execute(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")
        await sources.close()
    return watch.figures(orders, rows)


if __name__ == "__main__":
    parser = report.arguments(__doc__)
    parser.add_argument("--poll", type=int, default=10, metavar="MS", help="min_dequeue_poll_interval (default: 10)")
    report.run("pgqueuer", parser.parse_args(), drain)
