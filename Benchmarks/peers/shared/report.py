"""What every peer has in common on the outside: its arguments, its one line of JSON, and how it says that it failed."""

import argparse
import asyncio
import json
import signal
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass


@dataclass
class Figures:
    """What a drain cost; times are in seconds."""

    orders: int = 0
    rows: int = 0
    #: From all jobs queued to the last order completed.
    seconds: float = 0.0
    #: What came before: connections, schema, queueing.
    setup_seconds: float = 0.0


class Refusal(Exception):
    """Something that whoever started the peer has to put right; the text says what."""


class Stopwatch:
    """Two laps: set-up, and the drain, which ends with the last order and not with what the worker does after it."""

    def __init__(self) -> None:
        self.began = time.perf_counter()
        self.queued = self.last = self.began

    def start_drain(self) -> None:
        self.queued = self.last = time.perf_counter()

    def completed_one(self) -> None:
        self.last = time.perf_counter()

    def figures(self, orders: int, rows: int) -> Figures:
        return Figures(orders, rows, self.last - self.queued, self.queued - self.began)


def arguments(description: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--own", required=True, metavar="DSN", help="libpq connection string of the own database")
    parser.add_argument("--concurrency", type=int, default=8, metavar="N", help="orders in work at a time (default: 8)")
    parser.add_argument(
        "--limit", "--orders-limit", type=int, metavar="M", help="take at most so many of the due orders"
    )
    parser.add_argument("--no-uvloop", action="store_true", help="asyncio's own event loop instead of uvloop")
    return parser


def run(peer: str, options: argparse.Namespace, drain: Callable[[argparse.Namespace], Awaitable[Figures]]) -> None:
    """Drains, prints the line, and leaves with 0; with 1 and a sentence on standard error if it cannot."""
    # Stopped with TERM, it lets go of its orders as it does with Ctrl-C.
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    try:
        if options.concurrency < 1:
            raise Refusal("--concurrency is at least 1")
        figures = asyncio.run(drain(options)) if options.no_uvloop else _run_fast(drain(options))
    except Refusal as refusal:
        sys.exit(f"{peer}: {refusal}")
    except KeyboardInterrupt:
        sys.exit(f"{peer}: stopped; the orders that were not done are due again")
    except ExceptionGroup as group:
        sys.exit(f"{peer}: {_first(group)}")
    except Exception as error:  # The text of a server's error may quote a row: only its kind is told then.
        sys.exit(f"{peer}: {_sentence(error)}")
    print_line(peer, figures, options.concurrency)


def print_line(peer: str, figures: Figures, concurrency: int) -> None:
    rate = figures.orders / figures.seconds if figures.seconds > 0 else 0.0
    line = {
        "peer": peer,
        "orders": figures.orders,
        "rows": figures.rows,
        "seconds": round(figures.seconds, 4),
        "orders_per_second": round(rate, 2),
        "concurrency": concurrency,
        "setup_seconds": round(figures.setup_seconds, 4),
    }
    print(json.dumps(line), flush=True)


def note(text: str) -> None:
    """Progress, for people."""
    print(text, file=sys.stderr, flush=True)


def _run_fast(main: Awaitable[Figures]) -> Figures:
    import uvloop

    return uvloop.run(main)


def _first(group: ExceptionGroup) -> str:
    error: BaseException = group
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return str(error) if isinstance(error, Refusal) else _sentence(error)


def _sentence(error: BaseException) -> str:
    state = getattr(error, "sqlstate", None)
    if state is None:
        return f"{type(error).__name__}: {error}"
    # 22 and 23 are data and constraints, whose texts quote values; the others tell of objects, rights and resources.
    if state[:2] in ("22", "23"):
        return f"the database refused with SQLSTATE {state} ({type(error).__name__})"
    return f"the database refused with SQLSTATE {state}: {error}"
