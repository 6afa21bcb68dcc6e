"""Tries are counted over all workers: four real ones together let through exactly as many as one would."""

import http.client
import json
import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, Final

import pytest

from diary.services.attempts import ENROLMENTS_PER_ADDRESS, SIGN_INS_PER_ACCOUNT
from diary.storage.engine import make_engine
from tests.jobs.processes import environment, running, until
from tests.little_clinic import found

WORKERS: Final = 4
TRIES: Final = 200
AT_ONCE: Final = 16
# Four workers that load the service at once on a busy machine keep the first tries waiting.
WAIT_S: Final = 240
LISTENS: Final = re.compile(r"Listening at: http://127\.0\.0\.1:(\d+)")
DOORS: Final = {
    "signing in": (
        "/v1/sessions",
        {"email": "anna@clinic.example", "password": "not my words at all"},
        ("sign_in_failed", SIGN_INS_PER_ACCOUNT),
    ),
    "enrolling a phone": (
        "/v1/enrolments",
        {"code": "ABCD2345", "zone": "Europe/Amsterdam", "locale": "en", "consent_version": "1"},
        ("code_wrong", ENROLMENTS_PER_ADDRESS),
    ),
}


def attempt(_: int, *, port: int, path: str, body: dict[str, Any]) -> str:
    """One try on a connection of its own; the code of what it is told."""
    wire = http.client.HTTPConnection("127.0.0.1", port, timeout=WAIT_S)
    try:
        wire.request("POST", path, json.dumps(body), {"Content-Type": "application/json"})
        code: str = json.loads(wire.getresponse().read())["code"]
        return code
    finally:
        wire.close()


@pytest.mark.timeout(600)
def test_of_two_hundred_tries_at_four_workers_exactly_as_many_get_through_as_the_limit_says(
    postgresql_url: str, tmp_path: Path
):
    engine = make_engine(postgresql_url)
    found(engine)
    engine.dispose()
    log = tmp_path / "served.log"
    command = ("-m", "gunicorn", "--config", "python:config.gunicorn", "--bind", "127.0.0.1:0", "wsgi:app")
    env = environment(database_url=postgresql_url, web_workers=str(WORKERS), web_threads="4")
    with running(*command, env=env, log=log) as process, ThreadPoolExecutor(AT_ONCE) as crowd:
        (port,) = until(lambda: LISTENS.findall(log.read_text()), process=process, log=log)
        until(lambda: log.read_text().count("Booting worker") == WORKERS, process=process, log=log)
        for door, (path, body, (code, limit)) in DOORS.items():
            tries = partial(attempt, port=int(port), path=path, body=body)
            told = Counter(crowd.map(tries, range(TRIES)))
            assert told == {code: limit, "too_many_attempts": TRIES - limit}, door
