"""The packed days say what the entries say; where they do not, it is found, and mended from the entries."""

from collections.abc import Iterator

import pytest
from sqlalchemy import delete, select, update

from diary.services.verify import compare, repair
from diary.storage.courses import courses_of, days_of
from diary.storage.engine import make_engine
from diary.storage.tables.audit import Audit
from diary.storage.tables.entry import CourseDays
from tests.little_clinic import LittleClinic, at, day_number, found


@pytest.fixture
def clinic(database_url: str) -> Iterator[LittleClinic]:
    engine = make_engine(database_url)
    yield found(engine)
    engine.dispose()


def differences(clinic: LittleClinic) -> list:
    with clinic.unit() as session:
        return [difference for page in compare(session) for difference in page.differences]


def spoil(clinic: LittleClinic, statement) -> None:
    with clinic.unit(write=True) as session:
        session.execute(statement)


SPOILT = {
    "a byte that is another score": (
        update(CourseDays).values(days=bytes([1]) + bytes([8]) * 13),
        "the row differs from the entries on ",
    ),
    "a byte that is none": (update(CourseDays).values(days=bytes([77]) * 30), "bytes that are no score"),
    "another anchor": (update(CourseDays).values(anchor_day=day_number(1)), "the row begins on"),
    "no row": (delete(CourseDays), "there is no packed row"),
}


def test_what_the_services_wrote_is_in_order(clinic):
    for number in range(3):
        clinic.treated(f"P-{number}", "2 . 3 4")
    with clinic.unit() as session:
        (page,) = compare(session)
    assert (page.courses, page.differences) == (3, [])


@pytest.mark.parametrize("how", SPOILT)
def test_a_spoilt_row_is_found_and_mended_from_the_entries(clinic, how):
    patient_id = clinic.treated("P-1", "2 . 3 4")
    with clinic.unit() as session:
        (course,) = courses_of(session, patient_id)
        before = days_of(session, course.id)
        right = (before.anchor_day, before.days)
    statement, told = SPOILT[how]
    spoil(clinic, statement)

    (difference,) = differences(clinic)
    assert (difference.pseudonym, difference.course) == ("P-1", 1)
    assert told in difference.what

    with clinic.unit(write=True) as session:
        repair(session, difference, now=at(day_number(20)))
    assert differences(clinic) == []
    with clinic.unit() as session:
        row = days_of(session, course.id)
        assert (row.anchor_day, row.days) == right
        assert row.changed_at == at(day_number(20))
        trace = session.scalars(select(Audit).where(Audit.action == "course.repack")).one()
        assert (trace.detail["pseudonym"], trace.detail["course"]) == ("P-1", 1)
