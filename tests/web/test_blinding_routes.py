"""Exchange the arms of a masked study: no route answers otherwise, nor asks the database otherwise.

And what was written at the allotting, the audit trail, is of one arm as of the other.
"""

import re
from collections.abc import Iterator
from typing import Final

import pytest

from diary.services.nights import run_due
from diary.services.study_list import Place, keep_list
from diary.services.study_list import allot as allocate
from diary.services.study_steps import record_step, standing_of
from diary.storage.patients import patient_by_uid
from diary.storage.studies import arms_of, study_by_uid
from diary.storage.tables.audit import Audit
from diary.storage.tables.study import Allocation, StudyCourse
from diary.storage.unit import own
from diary.web.rights import ANYONE, RIGHTS
from tests.little_clinic import rename_drug
from tests.web.examples import routes
from tests.web.ground import ARMS, NOW, TODAY, Ground, a_patient, clinics
from tests.web.test_other_clinics import ask, asked_of, example, own_parts

# What is new in each answer, whatever was asked.
EACH_TIME: Final = re.compile(
    r'[0-9a-f]{32,64}|\d{4}-\d\d-\d\dT[0-9:.]+\+00:00|name="id" value="[^"]*"|\d+ times?|just now'
    r'|\d+ (?:s|min) ago|"age_hours":[\d.]+|Content-Length: \d+'
)
# The number of a place on the list, by which the pharmacy alone finds the arm.
NUMBER: Final = re.compile(r"\b00\d\b")
# The asker's own account, and the trail, which grows by each asking.
OWN_AFFAIRS: Final = ("account", "authenticator", "trail")


@pytest.fixture(scope="module")
def here(sqlite_template, tmp_path_factory) -> Iterator[Ground]:
    copy = tmp_path_factory.mktemp("masked") / "diary.db"
    copy.write_bytes(sqlite_template.read_bytes())
    with clinics(f"sqlite:///{copy}", count=1) as (alone,):
        yield alone


def allot(here: Ground, patient_uids: list[str]) -> list[int]:
    """Put these patients into the masked study, in one arm after the other; the ids of its arms."""
    with here.clinic.unit(write=True) as session:
        study = study_by_uid(session, here.uids["study"], lock=True)
        assert study is not None
        places = [Place("all", f"{number:03}", arm) for number, arm in enumerate((*ARMS, *ARMS), start=1)]
        keep_list(session, study, places, made={"source": "made"}, now=NOW)
        for uid in patient_uids:
            patient = patient_by_uid(session, uid)
            assert patient is not None
            rename_drug(session, patient)
            for kind in ("screened", "consented"):
                if standing_of(session, study, patient.id) != kind:
                    record_step(session, study, patient, kind=kind, day=TODAY, today=TODAY, now=NOW)
            allocate(session, study, patient, stratum="all", now=NOW)
        return [arm.id for arm in arms_of(session, study)]


def exchange(here: Ground, arms: list[int]) -> None:
    with here.clinic.unit(write=True) as session:
        for table in (StudyCourse, Allocation):
            for row in session.scalars(own(session, table)):
                row.arm_id = arms[1] if row.arm_id == arms[0] else arms[0]


def unlike(one: tuple[int, str, int], other: tuple[int, str, int]) -> tuple[object, ...]:
    """Where two answers begin to differ."""
    place = next((at for at, (a, b) in enumerate(zip(one[1], other[1])) if a != b), 0)
    return (
        one[0],
        other[0],
        one[2],
        other[2],
        one[1][place - 40 : place + 40],
        other[1][place - 40 : place + 40],
    )


def said(here: Ground) -> dict[str, tuple[int, str, int]]:
    """What every route that shows something answers, to researchers too, and after how many statements."""
    answers = {}
    for route in routes(here.app):
        if not route.startswith(("GET ", "POST desk.search")) or ANYONE in RIGHTS[route]:
            continue
        if any(word in route for word in OWN_AFFAIRS):
            continue
        allowed = [role for role in here.callers if role in RIGHTS[route]]
        for role in {allowed[0], "researcher"} & {*allowed}:
            sent = example(here, route) | ({"q": "P-"} if "search" in route else {})
            with asked_of(here.app.extensions["diary.engine"]) as statements:
                answer = ask(here.app, here.callers[role], route, own_parts(here, route), sent)
            text = EACH_TIME.sub("", f"{answer.headers}\n{answer.text}")
            answers[f"{role} {route}"] = (answer.status_code, text, len(statements))
    return answers


def trail(here: Ground, patient_uid: str) -> list[str]:
    """What the audit trail holds of a patient, but for ids and times, in its order."""
    with here.clinic.unit() as session:
        patient = patient_by_uid(session, patient_uid)
        assert patient is not None
        rows = own(session, Audit).where(Audit.patient_id == patient.id).order_by(Audit.id)
        return [
            NUMBER.sub("", f"{row.action} {row.object} {row.detail} {row.origin}")
            for row in session.scalars(rows)
        ]


@pytest.mark.timeout(300)  # two hundred pages
def test_no_route_answers_otherwise_when_the_arms_are_exchanged(here):
    others = [a_patient(here.clinic, name) for name in ("P-other", "P-third")]
    arms = allot(here, [here.uids["patient"], *others])
    one, other = (trail(here, uid) for uid in others)
    assert one == other, "what the trail says of one arm's patient it says of the other's"
    assert any(row.startswith("course.mask") for row in one)
    assert not [row for row in one if any(arm in row for arm in ARMS)]
    run_due(here.clinic.engine, now=NOW, wall=lambda: NOW, owner="test")
    before = said(here)
    exchange(here, arms)
    after = said(here)
    differ = {name: unlike(before[name], after[name]) for name in before if before[name] != after[name]}
    assert not differ, "\n".join(f"{name}: {where}" for name, where in differ.items())
    assert [name for name, (_, text, _) in after.items() if any(arm in text for arm in ARMS[1:])] == []
    assert len(before) > 60
