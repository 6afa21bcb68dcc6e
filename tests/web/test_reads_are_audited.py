"""Whoever of the clinic is shown anything of a patient leaves a row that names the patient: every route."""

from collections.abc import Iterator

import pytest
from sqlalchemy import func, select

from diary.storage.audit import TABLE as AUDIT
from diary.storage.patients import patient_by_uid
from diary.web.rights import ANYONE, INTEGRATION, PATIENT, RIGHTS
from tests.web.examples import routes
from tests.web.ground import Ground, clinics
from tests.web.test_other_clinics import NAMED, ask, example, own_parts

# Tells of acts and not of patients; that it was read, and about whom it was asked, is a row as well.
THE_TRAIL = ("GET desk.trail_page", "GET desk.trail_csv")
# What shows, and what is found by sending a form.
SHOWS = ("GET ", "POST desk.search", "POST desk.code")


@pytest.fixture(scope="module")
def here(sqlite_template, tmp_path_factory) -> Iterator[Ground]:
    copy = tmp_path_factory.mktemp("audited") / "diary.db"
    copy.write_bytes(sqlite_template.read_bytes())
    with clinics(f"sqlite:///{copy}", count=1) as (alone,):
        yield alone


def readers(route: str) -> list[str]:
    """One who sees names, one who sees pseudonyms alone, a machine; or whoever else may."""
    right = RIGHTS[route] - {PATIENT}
    return [role for role in ("nurse", "coordinator", INTEGRATION) if role in right] or sorted(right)[:1]


def newest(here: Ground) -> int:
    with here.clinic.unit() as session:
        return session.scalar(select(func.max(AUDIT.c.id))) or 0


def named_since(here: Ground, since: int, patient_id: int, pseudonym: str) -> bool:
    """Whether a row written since then names this patient."""
    with here.clinic.unit() as session:
        rows = session.execute(select(AUDIT).where(AUDIT.c.id > since)).all()
    return any(row.patient_id == patient_id or pseudonym in row.detail.get("patients", ()) for row in rows)


def test_every_answer_that_shows_a_patient_to_somebody_else_is_written_down(here):
    uid, pseudonym = here.uids["patient"], f"P-of-{here.clinic.clinic_id}"
    with here.clinic.unit() as session:
        patient = patient_by_uid(session, uid)
        assert patient is not None
        patient_id = patient.id
    unseen, showing = [], 0
    for route in routes(here.app):
        if not route.startswith(SHOWS) or ANYONE in RIGHTS[route] or route in THE_TRAIL:
            continue
        for role in readers(route):
            since = newest(here)
            sent = example(here, route) | ({"patient": uid} if route in NAMED else {})
            sent |= {"q": "P-"} if route == "POST desk.search" else {}
            text = ask(here.app, here.callers[role], route, own_parts(here, route), sent).text
            if uid in text or pseudonym in text:
                showing += 1
                if not named_since(here, since, patient_id, pseudonym):
                    unseen.append(f"{role} {route}")
    assert not unseen, "\n".join(unseen)
    assert showing > 40


def test_a_row_says_from_where_and_in_which_request_it_was_read(here):
    since, nurse = newest(here), here.callers["nurse"]
    answer = nurse.get(f"/v1/patients/{here.uids['patient']}")
    with here.clinic.unit() as session:
        (row,) = session.execute(select(AUDIT).where(AUDIT.c.id > since)).all()
    assert row.origin == "patients.get_patient 127.0.0.1"
    assert row.request_id == answer.headers["X-Request-Id"]


def test_what_a_patient_reads_of_the_own_diary_says_the_route_and_no_address(here):
    since = newest(here)
    here.callers[PATIENT].post("/v1/calls", {"id": "0193b5c2-7d1e-7a40-9c55-3f0e6a1b2c4e"})
    with here.clinic.unit() as session:
        origins = [row.origin for row in session.execute(select(AUDIT).where(AUDIT.c.id > since))]
    assert origins == [] or all(origin == origin.split()[0] for origin in origins)
