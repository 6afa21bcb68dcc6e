"""How long sixteen phones at once wait for their answers to be stored: `make bench-phones`, both databases.

The service as it is run, and a bare Flask view that runs the same statements through the raw driver, in two
processes of eight threads, in turn, in seven rounds of 600 posts each; the first warms up. Sixteen phones
post without a pause, so that they always wait for each other.

Goal on SQLite: no error, and a p99 no longer than the bare view's in the same run.
"""

import http.client
import json
import statistics
import tempfile
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from bench.post_entry import (
    FIRST_POSTED,
    Target,
    postgresql_databases,
    record,
    serving,
    sqlite_databases,
)
from tests.api.people import answer_of, set_clock
from tests.little_clinic import at

AT_ONCE: Final = 16
ROUNDS: Final = 7
TWO: Final = {"DIARY_WEB_WORKERS": "2", "DIARY_WEB_THREADS": "8"}
AS_RUN: Final = {"SQLite": {**TWO, "DIARY_WEB_WORKERS": "1"}, "PostgreSQL": TWO}
Waits = dict[str, list[list[float]]]


def main() -> None:
    """Measure both databases."""
    print(f"{AT_ONCE} phones at once; of each round's waits, the median over the rounds (least to most)")
    with tempfile.TemporaryDirectory() as folder:
        for name, databases in (
            ("SQLite", sqlite_databases(Path(folder))),
            ("PostgreSQL", postgresql_databases()),
        ):
            with databases as (urls, tokens):
                report(name, measure(urls, tokens, Path(folder), AS_RUN[name]))


def measure(urls: Sequence[str], tokens: Sequence[str], folder: Path, as_run: Mapping[str, str]) -> Waits:
    """Each server's waits by round, in seconds."""
    statements = folder / "statements.json"
    record(urls[0], tokens[0], statements)
    waits: Waits = {}
    with ExitStack() as stack:
        bare = {"BARE_URL": urls[1], "BARE_STATEMENTS": str(statements), **TWO}
        both = [
            stack.enter_context(serving("the service", "wsgi:app", urls[0], folder, **as_run)),
            stack.enter_context(
                serving("bare, same statements", "bench.bare_app:app", urls[1], folder, **bare)
            ),
        ]
        for number in range(ROUNDS):
            for target in both[number % 2 :] + both[: number % 2]:
                took = load(target, tokens, FIRST_POSTED + timedelta(days=number + 1))
                if number:
                    waits.setdefault(target.name, []).append(took)
    return {target.name: waits[target.name] for target in both}


def load(target: Target, tokens: Sequence[str], day: date) -> list[float]:
    """Every phone posts its answer of `day`; how long each waited."""
    set_clock(target.clinic, at(day, hour=20))
    posts = [(token, json.dumps(answer_of(day, 5))) for token in tokens]

    def line(first: int) -> list[float]:
        connection = http.client.HTTPConnection("127.0.0.1", target.port, timeout=60)
        took = []
        for token, body in posts[first::AT_ONCE]:
            headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
            began_s = time.perf_counter()
            connection.request("POST", "/v1/entries", body, headers)
            answer = connection.getresponse()
            text = answer.read()
            took.append(time.perf_counter() - began_s)
            assert answer.status == 201, (answer.status, text)
        connection.close()
        return took

    with ThreadPoolExecutor(AT_ONCE) as lines:
        return [one for took in lines.map(line, range(AT_ONCE)) for one in took]


def report(database: str, waits: Waits) -> None:
    """Percentiles of each server, and the ratios within each round."""
    print(f"\n{database}")
    percentiles = {name: [quantiles(took) for took in rounds] for name, rounds in waits.items()}
    for name, rounds in percentiles.items():
        told = "  ".join(f"p{p} {spread([1000 * found[p] for found in rounds])} ms" for p in (50, 95, 99))
        print(f"  {name:22s}{told}")
    ours, bare = percentiles.values()
    for p in (50, 95, 99):
        ratios = [mine[p] / its[p] for mine, its in zip(ours, bare, strict=True)]
        print(f"  p{p} against the bare view {spread(ratios)}")


def quantiles(took_s: Sequence[float]) -> dict[int, float]:
    """The 50th, 95th and 99th percentile."""
    cuts = statistics.quantiles(took_s, n=100, method="inclusive")
    return {p: cuts[p - 1] for p in (50, 95, 99)}


def spread(values: Sequence[float]) -> str:
    """The median, and how far the values lie apart."""
    return f"{statistics.median(values):6.1f} ({min(values):.1f} to {max(values):.1f})"


if __name__ == "__main__":
    main()
