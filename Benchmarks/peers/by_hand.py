"""A careful hand-written worker, order by order: claims with SKIP LOCKED, asks all sources of an order at once, imports it.

Warm connections, prepared statements, one transaction per order, a lease with a heartbeat.
"""

import asyncio
import sys
from pathlib import Path

sys.path[0] = str(Path(__file__).resolve().parents[1])

from peers.shared.environment import use_environment  # noqa: E402

use_environment()

from peers.shared import report  # noqa: E402
from peers.shared.connections import open_pool  # noqa: E402
from peers.shared.own import Claim, import_order  # noqa: E402
from peers.shared.sources import Order, Sources  # noqa: E402


async def drain(options) -> report.Figures:
    watch = report.Stopwatch()
    own = await open_pool(options.own, min(options.concurrency + 2, 16))
    sources = await Sources.open(own, concurrency=options.concurrency)
    orders = rows = 0
    async with Claim.held(own, "by_hand", sources.numbers) as claim:
        # A few are claimed ahead, so that nobody waits for a claim; no more, so that others find some.
        ahead: asyncio.Queue[Order | None] = asyncio.Queue(options.concurrency)

        async def feed() -> None:
            left = options.limit
            while left is None or left > 0:
                few = await claim.take_some(min(options.concurrency, left or options.concurrency))
                if not few:
                    break
                left = None if left is None else left - len(few)
                for order in few:
                    await ahead.put(order)
            for _ in range(options.concurrency):
                await ahead.put(None)

        async def work() -> None:
            nonlocal orders, rows
            while (order := await ahead.get()) is not None:
                count = await import_order(claim, order, await sources.ask_all(order))
                rows += count
                orders += 1
                watch.completed_one()

        watch.start_drain()
        async with asyncio.TaskGroup() as group:
            group.create_task(feed())
            for _ in range(options.concurrency):
                group.create_task(work())
    await sources.close()
    return watch.figures(orders, rows)


if __name__ == "__main__":
    report.run("by_hand", report.arguments(__doc__).parse_args(), drain)
