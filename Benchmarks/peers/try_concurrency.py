"""Finds the setting at which each peer is fastest: tries several on a few orders, each on the same fresh start.

    try_concurrency.py --own DSN [--orders 300] [--rounds 2] [--peers by_hand ...] [--values 1 4 8 16 32]

Between tries the own database is made as it was (reset.sql), so that it is for throw-away worlds only. Prints a line of
JSON per peer: the best setting, and the orders per second of each.
"""

import argparse
import json
import statistics
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
PEERS = ["by_hand", "procrastinate", "pgqueuer"]


def attempt(peer: str, own: str, concurrency: int, orders: int, *more: str) -> float:
    subprocess.run(["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", own, "-f", HERE / "reset.sql"], check=True)
    command = [
        sys.executable,
        HERE / f"{peer}.py",
        "--own",
        own,
        "--concurrency",
        str(concurrency),
        "--limit",
        str(orders),
    ]
    done = subprocess.run([*command, *more], check=False, stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        sys.exit(f"try_concurrency: {peer} failed with {concurrency}; it says why above")
    return json.loads(done.stdout)["orders_per_second"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--own", required=True, metavar="DSN")
    parser.add_argument("--orders", type=int, default=300, help="orders of each try (default: 300)")
    parser.add_argument("--rounds", type=int, default=2, help="tries of each setting; the median counts (default: 2)")
    parser.add_argument("--peers", nargs="+", choices=PEERS, default=PEERS)
    parser.add_argument("--values", nargs="+", type=int, default=[1, 4, 8, 16, 32])
    parser.add_argument("--loops", action="store_true", help="try asyncio's own event loop too, at the best setting")
    options = parser.parse_args()
    for peer in options.peers:
        rates: dict[int, list[float]] = {value: [] for value in options.values}
        # Round by round and not value by value: what else the machine does then hits all of them alike.
        for _ in range(options.rounds):
            for value in options.values:
                rates[value].append(attempt(peer, options.own, value, options.orders))
                print(f"{peer} {value}: {rates[value][-1]} orders/s", file=sys.stderr, flush=True)
        medians = {value: round(statistics.median(tries), 2) for value, tries in rates.items()}
        best = max(medians, key=lambda value: medians[value])
        line = {"peer": peer, "best": best, "orders_per_second": medians}
        if options.loops:
            line["asyncio"] = attempt(peer, options.own, best, options.orders, "--no-uvloop")
        print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main()
