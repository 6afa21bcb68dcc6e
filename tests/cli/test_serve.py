"""`serve` starts only on sound ground, and says in one line what is missing; then it serves, and ends."""

import re
import signal
import socket
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from diary.gateways.http_client import HttpClient, NoAnswer
from diary.storage.engine import make_engine
from tests.cli.terminal import Terminal
from tests.jobs.processes import environment, running, until

ROOT = Path(__file__).parents[2]


def serve(**settings: str) -> "subprocess.CompletedProcess[str]":
    """`python -m diary serve` where it cannot start."""
    return subprocess.run(
        [sys.executable, "-m", "diary", "serve"],
        cwd=ROOT,
        env=environment(**settings),
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def free_port() -> int:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        port: int = trial.getsockname()[1]
        return port


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"secret_key": ""}, "DIARY_SECRET_KEY: is not set; make one with: python -m diary secret"),
        ({"secret_key": "change-me-please"}, "DIARY_SECRET_KEY: contains a well-known word"),
        ({"port": "eighty"}, "DIARY_PORT: is not a whole number from 1 to 65535"),
    ],
)
def test_a_bad_setting_is_one_line_and_code_3(sqlite_url, settings, said):
    ended = serve(**{"database_url": sqlite_url, **settings})
    assert ended.returncode == 3
    (line,) = ended.stderr.splitlines()
    assert line.startswith(said)


def test_a_database_that_is_not_there_is_one_line(tmp_path):
    ended = serve(database_url=f"sqlite:///{tmp_path / 'none.db'}")
    assert ended.returncode == 1
    (line,) = ended.stderr.splitlines()
    assert "There is no database" in line
    assert line.endswith("Run: python -m diary migrate")


def test_a_database_without_tables_is_one_line(empty_postgresql_database):
    ended = serve(database_url=empty_postgresql_database.url)
    assert ended.returncode == 1
    (line,) = ended.stderr.splitlines()
    assert "has no tables yet" in line
    assert "of-the-tests-only" not in line


def test_a_database_of_another_version_is_one_line(sqlite_url):
    engine = make_engine(sqlite_url)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    engine.dispose()
    ended = serve(database_url=sqlite_url)
    assert ended.returncode == 1
    (line,) = ended.stderr.splitlines()
    assert "stands at revision 9999; this version needs" in line
    assert line.endswith("Use the version that migrated it, or a newer one")


def test_a_database_that_was_not_set_up_is_served_with_a_code_for_the_browser(sqlite_url, tmp_path):
    port, log = free_port(), tmp_path / "serve.log"
    env = environment(database_url=sqlite_url, port=str(port), web_workers="1")

    def ready() -> bool:
        with closing(HttpClient(f"http://127.0.0.1:{port}")) as client:
            try:
                return client.send("GET", "/setup").status == 200
            except NoAnswer:
                return False

    with running("-m", "diary", "serve", env=env, log=log) as process:
        until(ready, process=process, log=log)
        process.send_signal(signal.SIGTERM)
        assert process.wait(40) == 0
    said = log.read_text("utf-8")
    assert re.search(r"Nothing is set up yet\. Open \S+/setup and enter this code: \S{40,}\n", said)
    assert "job failed" not in said


def test_a_port_that_is_taken_is_one_line(lite):
    lite.set_up()
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        ended = serve(database_url=lite.url, port=str(holder.getsockname()[1]))
    assert ended.returncode == 1
    (line,) = ended.stderr.splitlines()
    assert "cannot be used" in line
    assert "DIARY_PORT" in line


def test_it_serves_until_it_is_asked_to_end(shell: Terminal, tmp_path):
    shell.set_up()
    port, log = free_port(), tmp_path / "serve.log"
    env = environment(database_url=shell.url, port=str(port), web_workers="1")

    def ready() -> bool:
        with closing(HttpClient(f"http://127.0.0.1:{port}")) as client:
            try:
                return client.send("GET", "/healthz").status == 200
            except NoAnswer:
                return False

    with running("-m", "diary", "serve", env=env, log=log) as process:
        until(ready, process=process, log=log)
        process.send_signal(signal.SIGTERM)
        assert process.wait(40) == 0
    assert not ready()
