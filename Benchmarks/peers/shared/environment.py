"""The Python that has what requirements.txt names: Benchmarks/.venv, where there is one."""

import importlib.util
import os
import sys
from pathlib import Path

ENVIRONMENT = Path(__file__).resolve().parents[2] / ".venv"


def use_environment() -> None:
    """Goes on in .venv, if it exists and is not what runs already; to be called before anything else is imported."""
    python = ENVIRONMENT / "bin" / "python3"
    if python.exists() and Path(sys.prefix).resolve() != ENVIRONMENT.resolve():
        os.execv(python, [str(python), *sys.orig_argv[1:]])
    missing = [
        name for name in ("asyncpg", "psycopg", "procrastinate", "pgqueuer") if not importlib.util.find_spec(name)
    ]
    if missing:
        sys.exit(
            f"the peers need Python packages that are missing ({', '.join(missing)}): python3 -m venv Benchmarks/.venv "
            "&& Benchmarks/.venv/bin/pip install -r Benchmarks/peers/requirements.txt"
        )
