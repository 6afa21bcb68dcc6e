"""A small clinic behind the app, on both databases; one patient of it with a phone, and a nurse."""

from collections.abc import Iterator
from datetime import date

import pytest
from flask import Flask

from diary.services.packed_days import packed_from_entries, spans
from diary.storage.courses import courses_of, days_of
from diary.storage.engine import make_engine
from diary.storage.entries import versions_of
from diary.storage.patients import patient_by_id
from tests.api.people import TODAY, Caller, make_app, person, phone, set_clock
from tests.little_clinic import LittleClinic, at, found


@pytest.fixture
def clinic(database_url: str) -> Iterator[LittleClinic]:
    engine = make_engine(database_url)
    yield found(engine)
    engine.dispose()


@pytest.fixture
def app(database_url: str, clinic: LittleClinic) -> Iterator[Flask]:
    assert clinic
    app = make_app(database_url)
    yield app
    app.extensions["diary.engine"].dispose()


@pytest.fixture
def patient_id(clinic: LittleClinic) -> int:
    """A patient whose baseline is being asked for; it is eight in the evening of TODAY."""
    patient_id = clinic.admit("P-1")
    set_clock(clinic, at(TODAY, hour=20))
    return patient_id


@pytest.fixture
def uid(clinic: LittleClinic, patient_id: int) -> str:
    with clinic.unit() as session:
        return patient_by_id(session, patient_id).uid


@pytest.fixture
def nurse(app, clinic: LittleClinic) -> Caller:
    return person(app, clinic, "nurse")


@pytest.fixture
def device(app, nurse: Caller, uid: str) -> Caller:
    return phone(app, nurse, uid)


@pytest.fixture
def stored(clinic: LittleClinic, patient_id: int):
    """What is stored of the patient: (day, nrs, version, standing); the packed row is seen to agree."""

    def read() -> list[tuple[date, int | None, int, bool]]:
        with clinic.unit() as session:
            for course, span in spans(courses_of(session, patient_id)):
                row = days_of(session, course.id)
                assert row is not None
                assert row.days == packed_from_entries(session, course.patient_id, span)
            found = versions_of(session, patient_id)
            return [(entry.day, entry.nrs, entry.version, entry.standing) for entry in found]

    return read
