"""What posting an entry costs the server: `python -m bench.post_entry`, both databases, about two minutes.

Three servers in turn, each gunicorn with the service's own settings, one worker and four threads, on a
database of its own: the service; a bare Flask and marshmallow view that runs the same statements through the
raw driver; the same view with a single INSERT. Four clients post one answer for each of the phones, in five
rounds; of each server the CPU time of its processes is read before and after.

Goals: CPU at most 1.5 times the bare view's; at most 2 times a single INSERT's on SQLite, 2.5 on PostgreSQL.
The service does more than the peer: rights, rules, strict reading, conflicts, problems, headers, a log.
"""

import http.client
import json
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

import psutil
from sqlalchemy import Engine, event
from sqlalchemy.engine import Connection

from diary.services import enrolment
from diary.storage.engine import make_engine
from diary.storage.migrate import upgrade
from diary.storage.patients import patient_by_id
from diary.storage.unit import Scope, unit
from tests.api.people import SECRET, answer_of, make_app, set_clock
from tests.jobs.processes import ROOT, environment
from tests.little_clinic import FIRST_DAY, ZONE, LittleClinic, at, found
from tests.postgresql import APP_ROLE, OWNER_ROLE, running_server

PHONES: Final = 600
CLIENTS: Final = 4
ROUNDS: Final = 5
# The days posted: inside the 14 before the infusion, so that each changes a course's packed days.
FIRST_POSTED: Final = FIRST_DAY - timedelta(days=10)
GUNICORN: Final = ("--config", "python:config.gunicorn", "--log-level", "error")


@dataclass(frozen=True, slots=True)
class Target:
    """A server under load: its process, its port, and the clock of its database."""

    name: str
    process: psutil.Process
    port: int
    clinic: LittleClinic


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one post, on average over a round."""

    cpu_ms: float
    wall_ms: float


def main() -> None:
    """Measure both databases and print the table."""
    print(f"{PHONES} posts a round, {ROUNDS} rounds, {CLIENTS} clients; medians (least to most)")
    with tempfile.TemporaryDirectory() as folder:
        with sqlite_databases(Path(folder)) as (urls, tokens):
            report("SQLite", rounds(urls, tokens, Path(folder)))
        with postgresql_databases() as (urls, tokens):
            report("PostgreSQL", rounds(urls, tokens, Path(folder)))


def report(database: str, costs: dict[str, list[Cost]]) -> None:
    """Medians of each server, and of the ratios within each round."""
    print(f"\n{database}")
    for name, of_rounds in costs.items():
        print(f"  {name:22s}{spread([cost.cpu_ms for cost in of_rounds])} ms of CPU a post", end="")
        print(f"{1000 / statistics.median(cost.wall_ms for cost in of_rounds):8.0f} posts/s")
    ours, bare, single = costs.values()
    for peer, against in (("the bare view", bare), ("a single INSERT", single)):
        ratios = [mine.cpu_ms / its.cpu_ms for mine, its in zip(ours, against, strict=True)]
        print(f"  CPU against {peer:18s}{spread(ratios)}")


def spread(values: Sequence[float]) -> str:
    """The median, and how far the values lie apart."""
    return f"{statistics.median(values):7.2f} ({min(values):.2f} to {max(values):.2f})"


def rounds(urls: Sequence[str], tokens: Sequence[str], folder: Path) -> dict[str, list[Cost]]:
    """Every server's cost in each round; the first round warms up and is not counted."""
    statements = folder / f"{uuid.uuid4().hex}.json"
    record(urls[0], tokens[0], statements)
    costs: dict[str, list[Cost]] = {}
    with ExitStack() as stack:
        targets = [stack.enter_context(one) for one in servers(urls, statements, folder)]
        for number in range(ROUNDS + 1):
            day = FIRST_POSTED + timedelta(days=number + 1)
            # Each server goes first in turn.
            for target in targets[number % 3 :] + targets[: number % 3]:
                cost = load(target, tokens, day)
                if number:
                    costs.setdefault(target.name, []).append(cost)
    return {target.name: costs[target.name] for target in targets}


def servers(urls: Sequence[str], statements: Path, folder: Path) -> Iterator[Any]:
    """The service, the bare view, and the bare view with one INSERT."""
    yield serving("the service", "wsgi:app", urls[0], folder)
    bare = {"BARE_STATEMENTS": str(statements)}
    yield serving("bare, same statements", "bench.bare_app:app", urls[1], folder, BARE_URL=urls[1], **bare)
    more = {**bare, "BARE_URL": urls[2], "BARE_ONLY": "1"}
    yield serving("bare, a single INSERT", "bench.bare_app:app", urls[2], folder, **more)


@contextmanager
def serving(name: str, app: str, url: str, folder: Path, **more: str) -> Iterator[Target]:
    """Gunicorn with this application, answering."""
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        port = trial.getsockname()[1]
    settings = {"web_workers": "1", "web_threads": str(CLIENTS), "log_level": "ERROR"}
    env = environment(database_url=url, port=str(port), **settings) | {"DIARY_SECRET_KEY": SECRET} | more
    log = folder / f"{port}.log"
    with log.open("wb") as written:
        process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", *GUNICORN, app],
            cwd=ROOT,
            env=env,
            stdout=written,
            stderr=written,
        )
    engine = make_engine(url)
    try:
        while not answers(port):
            if process.poll() is not None:
                raise SystemExit(f"{name} did not start:\n{log.read_text()}")
            time.sleep(0.05)
        yield Target(name, psutil.Process(process.pid), port, LittleClinic(engine, 1, FIRST_DAY))
    finally:
        engine.dispose()
        process.terminate()
        process.wait()


def answers(port: int) -> bool:
    """Whether a worker is there: it says that nothing stands at "/", but it says it."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    try:
        connection.request("GET", "/")
        connection.getresponse()
    except OSError:
        return False
    else:
        return True
    finally:
        connection.close()


def load(target: Target, tokens: Sequence[str], day: date) -> Cost:
    """Every phone posts its answer of `day`, at eight in the evening by the sandbox's clock."""
    set_clock(target.clinic, at(day, hour=20))
    posts = [(token, json.dumps(answer_of(day, 5))) for token in tokens]
    cpu_s, began_s = cpu(target.process), time.perf_counter()
    with ThreadPoolExecutor(CLIENTS) as clients:
        list(clients.map(send, [target.port] * CLIENTS, [posts[first::CLIENTS] for first in range(CLIENTS)]))
    wall_s = time.perf_counter() - began_s
    return Cost((cpu(target.process) - cpu_s) / len(posts) * 1000, wall_s / len(posts) * 1000)


def cpu(process: psutil.Process) -> float:
    """Seconds of CPU that a server and its workers have used."""
    return sum(sum(one.cpu_times()[:2]) for one in (process, *process.children(recursive=True)))


def send(port: int, posts: Sequence[tuple[str, str]]) -> None:
    """Post them one after the other over one connection; anything but 201 ends the measurement."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    for token, body in posts:
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        connection.request("POST", "/v1/entries", body, headers)
        answer = connection.getresponse()
        text = answer.read()
        assert answer.status == 201, (answer.status, text)
    connection.close()


def record(url: str, token: str, path: Path) -> None:
    """Post once in this process, and write down the statements that it took, by name."""
    app = make_app(url)
    engine: Engine = app.extensions["diary.engine"]
    seen: list[tuple[str, str, list[str]]] = []

    def heard(
        _c: Connection, _cursor: Any, statement: str, _parameters: Any, context: Any, _many: bool
    ) -> None:
        if not statement.startswith("BEGIN"):
            seen.append((name_of(statement), statement, list(context.names)))

    client = app.test_client()
    for day in (FIRST_POSTED - timedelta(days=1), FIRST_POSTED):
        set_clock(LittleClinic(engine, 1, FIRST_DAY), at(day, hour=20))
        if day == FIRST_POSTED:
            event.listen(engine, "before_cursor_execute", heard)
        headers = {"Authorization": f"Bearer {token}"}
        answer = client.post("/v1/entries", json=answer_of(day, 5), headers=headers)
        assert answer.status_code == 201, answer.text
    engine.dispose()
    path.write_text(json.dumps(seen))


def name_of(statement: str) -> str:
    """The statement in two words, such as "select device"."""
    words = statement.split()
    if "set_config" in statement:
        return "presented" if "presented" in statement else "enter"
    verb = words[0].lower()
    table = words[words.index("FROM") + 1] if verb == "select" else words[2 if verb == "insert" else 1]
    return f"{verb} {table}"


def furnish(url: str) -> list[str]:
    """A clinic with a course and a phone for each patient; the phones' tokens."""
    engine = make_engine(url)
    clinic = found(engine)
    now = at(FIRST_POSTED - timedelta(days=3))
    tokens = []
    for number in range(PHONES):
        patient_id = clinic.admit(f"P-{number}")
        with clinic.unit(write=True) as session:
            patient = patient_by_id(session, patient_id)
            code, _ = enrolment.make_code(session, patient, secret_key=SECRET, now=now)
        with unit(engine, Scope(None, "patient"), write=True) as session:
            phone = enrolment.Phone(ZONE.key, "en", "1")
            tokens.append(enrolment.redeem(session, code, phone, secret_keys=(SECRET,), now=now).token)
    engine.dispose()
    return tokens


@contextmanager
def sqlite_databases(folder: Path) -> Iterator[tuple[list[str], list[str]]]:
    """Three alike."""
    first = folder / "first.db"
    upgrade(f"sqlite:///{first}")
    tokens = furnish(f"sqlite:///{first}")
    files = [shutil.copyfile(first, folder / f"{number}.db") for number in range(3)]
    yield [f"sqlite:///{file}" for file in files], tokens


@contextmanager
def postgresql_databases() -> Iterator[tuple[list[str], list[str]]]:
    """Three alike."""
    with running_server() as server:
        first = server.create()
        upgrade(server.url(first, role=OWNER_ROLE), app_role=APP_ROLE)
        tokens = furnish(server.url(first, role=APP_ROLE))
        yield [server.url(server.create(template=first), role=APP_ROLE) for _ in range(3)], tokens


if __name__ == "__main__":
    main()
