"""Who answered on which day and how, and what changed since a day."""

from datetime import datetime, time, timedelta

import pytest

from diary.services import answer_map as answer_map_module
from diary.services import entries
from diary.services.answer_map import DAYS, answer_map, changes_since
from diary.storage.engine import make_engine
from diary.storage.entries import versions_of
from diary.storage.patients import patient_by_id
from tests import little_clinic
from tests.little_clinic import ZONE, at, day_number

LAST = day_number(20)


@pytest.fixture
def clinic(sqlite_url):
    engine = make_engine(sqlite_url)
    yield little_clinic.found(engine)
    engine.dispose()


def drawn(clinic, *, page=1):
    with clinic.unit() as session:
        return answer_map(session, last_day=LAST, page=page)


def test_each_day_tells_how_its_answer_came(clinic):
    patient = clinic.treated("P-1", "2 2 . 2")
    late = day_number(5)
    clinic.answer(patient, late, 3, received_at=at(late + timedelta(days=1), hour=10))
    (row,) = drawn(clinic).rows
    assert len(row.days) == DAYS
    assert row.days[-20:-14] == "aanaan", "received late, but answered in its time"
    assert row.days.startswith(" "), "not asked before the fortnight of the baseline"
    assert row.phone == "no phone"


def test_the_counts_by_week_and_phone_add_up(clinic):
    clinic.treated("P-1", "2 " * 20)
    clinic.treated("P-2", ". " * 20)
    found = drawn(clinic)
    assert found.patients == 2
    assert (found.weeks[-1].came, found.weeks[-1].asked) == (7, 14)
    (phone,) = found.phones
    assert phone.came == sum(week.came for week in found.weeks)


def test_a_correction_by_staff_is_changed_and_listed(clinic):
    patient = clinic.treated("P-1", "2 2 2")
    with clinic.unit(write=True) as session:
        standing = next(row for row in versions_of(session, patient) if row.day == day_number(2))
        holder = patient_by_id(session, patient, lock=True)
        entries.correct(session, holder, standing, nrs=5, reason="misread", now=at(day_number(4)))
    assert drawn(clinic).rows[0].days[-19] == "c"
    with clinic.unit() as session:
        (changed,) = changes_since(session, day_number(3), ZONE)
        assert (changed.pseudonym, changed.day, changed.version) == ("P-1", day_number(2), 2)
        assert changes_since(session, day_number(5), ZONE) == []


def test_forty_patients_are_a_page(clinic):
    for number in range(3):
        clinic.admit(f"P-{number}", first_day=day_number(10))
    assert [row.pseudonym for row in drawn(clinic).rows] == ["P-0", "P-1", "P-2"]
    assert drawn(clinic, page=2).rows == ()
    assert (drawn(clinic, page=2).patients, drawn(clinic).left_out) == (3, 0)


def test_a_day_begins_at_the_clinics_midnight(clinic):
    patient = clinic.treated("P-1", "2 2 2")
    with clinic.unit(write=True) as session:
        standing = next(row for row in versions_of(session, patient) if row.day == day_number(2))
        holder = patient_by_id(session, patient, lock=True)
        half_past_midnight = datetime.combine(day_number(4), time(0, 30), ZONE)
        entries.correct(session, holder, standing, nrs=5, reason="misread", now=half_past_midnight)
    with clinic.unit() as session:
        assert len(changes_since(session, day_number(4), ZONE)) == 1


def test_whoever_is_beyond_the_limit_is_counted_as_left_out(clinic, monkeypatch):
    monkeypatch.setattr(answer_map_module, "PATIENTS_MOST", 2)
    for number in range(3):
        clinic.admit(f"P-{number}", first_day=day_number(10))
    found = drawn(clinic)
    assert (found.patients, found.left_out) == (2, 1)
