"""`python -m diary`: the command line of the service."""

import sys

import config.one_thread  # noqa: F401 - before numpy

try:
    from diary.cli.program import diary
except ModuleNotFoundError as missing:
    if missing.name not in ("click", "sqlalchemy"):
        raise
    sys.exit(f"This Python has no {missing.name}. Run: make install && . .venv/bin/activate")

if __name__ == "__main__":
    diary(prog_name="python -m diary")
