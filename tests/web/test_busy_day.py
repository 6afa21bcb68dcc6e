"""What a busy day leaves outside the database tells nothing of a patient: no name, no score, no treatment.

Every route is asked, by everybody, right and wrong. Then the log lines, the addresses that were asked and led
to, the metrics, the messages and the mail of the operator are searched.
"""

import io
import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

import pytest

from config.logging import JsonLines
from config.settings import Settings
from diary.services import patients
from diary.services.operator_news import news_of
from diary.services.watch import watch
from diary.storage.patients import patient_by_uid
from diary.storage.tables.outbox import Message
from diary.storage.unit import SYSTEM, own, unit
from diary.web.rights import RIGHTS
from jobs.duty import Duty
from jobs.night import run_until
from jobs.ways import Post
from tests.api.people import SECRET
from tests.apps import app_of
from tests.web.examples import ENDS_SESSION, routes
from tests.web.ground import NOW, Ground, clinics
from tests.web.test_other_clinics import ask, example, own_parts

# Of the patient: who it is; what was typed; what was given. A score is a digit: it is looked for by its key.
TELLING: Final = (
    *("Vermeulen", "H-4711", "555 0199", "1961-04-12", "abroad with"),
    *("racemic", "s_ketamine", "100 mg"),
)
SCORES: Final = re.compile(r"nrs|score|pain|relief", re.IGNORECASE)


@dataclass
class Left:
    """What was left: log lines, and addresses that were asked or led to."""

    lines: list[str] = field(default_factory=list)
    addresses: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def here(sqlite_template, tmp_path_factory) -> Iterator[Ground]:
    copy = tmp_path_factory.mktemp("busy") / "diary.db"
    copy.write_bytes(sqlite_template.read_bytes())
    with clinics(f"sqlite:///{copy}", count=1) as (alone,):
        with alone.clinic.unit(write=True) as session:
            patient = patient_by_uid(session, alone.uids["patient"], lock=True)
            assert patient is not None
            who = patients.Identity("Lena Vermeulen", NOW.date().replace(1961, 4, 12), "H-4711", "555 0199")
            patients.set_identity(session, patient, who, now=NOW)
            patients.pause(session, patient, until=None, note="abroad with her sister", now=NOW)
            patients.follow(session, patient, now=NOW)
        yield alone


@pytest.fixture(scope="module")
def left(here: Ground) -> Left:
    """After the day: each route by one who may and by one who may not, and the nights that were due."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    found = Left()
    try:
        for route in sorted(routes(here.app), key=lambda route: route in ENDS_SESSION):
            roles = list(here.callers)
            may = next((role for role in roles if role in RIGHTS[route]), roles[0])
            may_not = next((role for role in roles if role not in RIGHTS[route]), roles[0])
            for role in (may, may_not):
                answer = ask(
                    here.app, here.callers[role], route, own_parts(here, route), example(here, route)
                )
                found.addresses += [answer.request.url, answer.headers.get("Location", "")]
                answer.close()
        settings = Settings.from_env({"DIARY_SECRET_KEY": SECRET})
        duty = Duty(here.clinic.engine, settings, post=Post(here.clinic.engine, settings))
        run_until(duty, NOW + timedelta(days=1))
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
    found.lines = written.getvalue().splitlines()
    return found


def telling(text: str) -> list[str]:
    return [word for word in TELLING if word in text]


def metrics_of(here: Ground) -> str:
    """What a Prometheus server is told of the day."""
    token = SECRET[::-1]
    settings = Settings.from_env({"DIARY_SECRET_KEY": SECRET, "DIARY_METRICS_TOKEN": token})
    app = app_of(settings, lambda: NOW, engine=here.clinic.engine)
    answer = app.test_client().get("/metrics", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 200
    return answer.text


@pytest.mark.timeout(300)  # every route twice
def test_nothing_that_a_busy_day_leaves_outside_the_database_tells_of_a_patient(here, left):
    log, addresses = "\n".join(left.lines), "\n".join(left.addresses)
    assert '"night done"' in log
    assert telling(log) == telling(addresses) == []
    assert not re.search(r'"(nrs|score|relief|name|email|token|note)":', log)
    asked = [address for address in left.addresses if SCORES.search(address.partition("?")[2])]
    assert asked == []


def test_the_metrics_messages_and_mail_of_the_day_tell_of_nobody(here, left):
    assert left.lines
    with unit(here.clinic.engine, SYSTEM, write=True) as session:
        seen = watch(session, wall_now=NOW)
        news = news_of(session, seen.findings, now=NOW)
    mailed = "" if news is None else f"{news}"
    assert telling(mailed) == telling(f"{seen}") == []
    numbers = metrics_of(here)
    assert "diary_messages_waiting" in numbers
    assert [
        word for word in (*TELLING, *here.uids.values(), "P-of-", "Little clinic") if word in numbers
    ] == []
    with here.clinic.unit() as session:
        messages = list(session.scalars(own(session, Message)))
    assert messages
    texts = [str(value) for one in messages for value in vars(one).values()]
    assert telling(" ".join(texts)) == []
