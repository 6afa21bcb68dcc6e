"""Infusions: what opens a course, what grows one, what is refused, and corrections that undo a mistake."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from diary.services import infusions
from diary.services.baselines import set_baseline
from diary.services.infusions import Given
from diary.services.packed_days import packed_from_entries, spans
from diary.storage.courses import administrations_of, courses_of, days_of
from diary.storage.engine import make_engine
from diary.storage.naming import rows_by_id
from diary.storage.patients import patient_by_id
from diary.storage.protocols import protocol_at
from diary.storage.shards import boosters_of_patients
from diary.storage.tables.course import Administration
from diary.storage.unit import own
from tests.little_clinic import FIRST_DAY, LittleClinic, a_regimen, at, day_number, found
from tests.refusals import refused


@pytest.fixture
def clinic(database_url: str) -> Iterator[LittleClinic]:
    engine = make_engine(database_url)
    yield found(engine)
    engine.dispose()


def given(first: date, days: int = 5, classified_as: str = "new_course", **more: Any) -> Given:
    return Given(
        first, first + timedelta(days=days - 1), "s_ketamine", "inpatient", "100 h", classified_as, **more
    )


def record(clinic: LittleClinic, patient_id: int, what: Given, **more: Any) -> Administration:
    with clinic.unit(write=True) as session:
        patient = patient_by_id(session, patient_id, lock=True)
        now = at(what.last_day, hour=12)
        named = {"regimen": None, "booking": None, "today": what.last_day, "now": now, **more}
        return infusions.record_infusion(session, patient, what, **named)


def correct(clinic: LittleClinic, patient_id: int, old: Administration, what: Given) -> Administration:
    with clinic.unit(write=True) as session:
        patient = patient_by_id(session, patient_id, lock=True)
        old = rows_by_id(session, Administration, [old.id])[old.id]
        later = at(what.last_day + timedelta(days=200), hour=12)
        return infusions.correct_infusion(session, patient, old, what, today=later.date(), now=later)


def courses(clinic: LittleClinic, patient_id: int) -> list[tuple[int, str, date | None, date | None]]:
    """Number, status, first and last infusion day; every packed row is seen to agree with the entries."""
    with clinic.unit() as session:
        found_here = courses_of(session, patient_id)
        for course, span in spans(found_here):
            row = days_of(session, course.id)
            assert row is not None
            assert (row.anchor_day, row.days) == (span[0], packed_from_entries(session, patient_id, span))
        return [
            (course.number, course.status, course.first_infusion_day, course.last_infusion_day)
            for course in found_here
        ]


LAST_DAY = day_number(0)


def test_the_first_infusion_opens_the_planned_course(clinic):
    patient_id = clinic.admit("P-1")
    record(clinic, patient_id, given(FIRST_DAY))
    assert courses(clinic, patient_id) == [(1, "open", FIRST_DAY, LAST_DAY)]


def test_a_patient_without_a_plan_gets_a_course_with_the_infusion(clinic):
    patient_id = clinic.admit("P-1")
    record(clinic, patient_id, given(FIRST_DAY))
    again = day_number(60)
    record(clinic, patient_id, given(again))
    assert courses(clinic, patient_id) == [
        (1, "closed", FIRST_DAY, LAST_DAY),
        (2, "open", again, again + timedelta(days=4)),
    ]


def test_a_block_of_the_same_series_lengthens_the_course(clinic):
    patient_id = clinic.admit("P-1")
    record(clinic, patient_id, given(FIRST_DAY))
    record(clinic, patient_id, given(day_number(3), classified_as="same_series"))
    assert courses(clinic, patient_id) == [(1, "open", FIRST_DAY, day_number(7))]


def test_a_booster_is_an_event_inside_the_course_and_moves_no_day_number(clinic):
    patient_id = clinic.admit("P-1")
    record(clinic, patient_id, given(FIRST_DAY))
    record(clinic, patient_id, given(day_number(30), 1, "booster"))
    assert courses(clinic, patient_id) == [(1, "open", FIRST_DAY, LAST_DAY)]
    with clinic.unit() as session:
        (course,) = courses_of(session, patient_id)
        assert boosters_of_patients(session, [patient_id]) == {course.id: [day_number(30)]}


@pytest.mark.parametrize("classified_as", ["same_series", "booster"])
def test_nothing_belongs_to_a_course_that_is_not_open(clinic, classified_as):
    patient_id = clinic.admit("P-1")
    with refused("no_course_open"):
        record(clinic, patient_id, given(FIRST_DAY, classified_as=classified_as))
    assert courses(clinic, patient_id) == [(1, "planned", None, None)]


@pytest.mark.parametrize(
    ("what", "code"),
    [
        (given(FIRST_DAY, 0), "infusion_ends_before_start"),
        (given(FIRST_DAY, 61), "infusion_too_long"),
    ],
)
def test_a_block_that_cannot_be_is_refused(clinic, what, code):
    patient_id = clinic.admit("P-1")
    with refused(code):
        record(clinic, patient_id, what)


def test_an_infusion_of_next_week_is_a_booking_and_not_a_record(clinic):
    patient_id = clinic.admit("P-1")
    with refused("infusion_in_future"):
        record(clinic, patient_id, given(FIRST_DAY), today=FIRST_DAY - timedelta(days=7))


def test_days_still_to_come_are_not_recorded_as_given(clinic):
    patient_id = clinic.admit("P-1")
    with refused("infusion_in_future", "/last_day"):
        record(clinic, patient_id, given(FIRST_DAY), today=LAST_DAY - timedelta(days=2))
    assert courses(clinic, patient_id) == [(1, "planned", None, None)]


def test_an_infusion_under_way_is_recorded_so_far_and_corrected_when_more_is_given(clinic):
    patient_id = clinic.admit("P-1")
    so_far = record(clinic, patient_id, given(FIRST_DAY, 2))
    correct(clinic, patient_id, so_far, given(FIRST_DAY, reason="all five days were given"))
    assert courses(clinic, patient_id) == [(1, "open", FIRST_DAY, LAST_DAY)]


@pytest.mark.parametrize("ahead", [1, 2])
def test_a_patients_day_may_be_one_ahead_of_the_clinics(clinic, ahead):
    patient_id = clinic.admit("P-1")
    old = record(clinic, patient_id, given(FIRST_DAY))
    today = LAST_DAY
    longer = given(FIRST_DAY, 5 + ahead, reason="a day more")
    with clinic.unit(write=True) as session:
        patient = patient_by_id(session, patient_id, lock=True)
        row = rows_by_id(session, Administration, [old.id])[old.id]
        if ahead == 1:
            infusions.correct_infusion(session, patient, row, longer, today=today, now=at(today))
        else:
            with refused("infusion_in_future", "/last_day"):
                infusions.correct_infusion(session, patient, row, longer, today=today, now=at(today))


@pytest.mark.parametrize("classified_as", ["new_course", "same_series", "booster"])
@pytest.mark.parametrize("shift", [-4, 0, 4])
def test_overlapping_blocks_are_refused_whatever_they_are_called(clinic, classified_as, shift):
    patient_id = clinic.admit("P-1")
    record(clinic, patient_id, given(FIRST_DAY))
    with refused("infusion_overlaps"):
        record(clinic, patient_id, given(FIRST_DAY + timedelta(days=shift), classified_as=classified_as))
    assert courses(clinic, patient_id) == [(1, "open", FIRST_DAY, LAST_DAY)]


def test_a_new_course_does_not_begin_before_the_one_that_is_open(clinic):
    patient_id = clinic.admit("P-1")
    record(clinic, patient_id, given(FIRST_DAY))
    with refused("infusion_overlaps"):
        record(clinic, patient_id, given(FIRST_DAY - timedelta(days=40)))


def test_a_booster_does_not_come_before_or_between_the_infusion_days(clinic):
    patient_id = clinic.admit("P-1")
    record(clinic, patient_id, given(FIRST_DAY))
    record(clinic, patient_id, given(day_number(10), classified_as="same_series"))
    for day in (FIRST_DAY - timedelta(days=20), day_number(5)):
        with refused("infusion_overlaps"):
            record(clinic, patient_id, given(day, 1, "booster"))


def test_a_corrected_day_moves_the_course_and_keeps_the_old_record(clinic):
    patient_id = clinic.admit("P-1")
    clinic.write(patient_id, FIRST_DAY - timedelta(days=14), "8 " * 14)
    old = record(clinic, patient_id, given(FIRST_DAY))
    clinic.write(patient_id, day_number(1), "3 " * 10)
    new = correct(clinic, patient_id, old, given(FIRST_DAY - timedelta(days=1), reason="wrong by a day"))
    assert courses(clinic, patient_id) == [
        (1, "open", FIRST_DAY - timedelta(days=1), LAST_DAY - timedelta(days=1))
    ]
    with clinic.unit() as session:
        rows = session.scalars(own(session, Administration).order_by(Administration.id)).all()
        assert [(row.standing, row.supersedes_id) for row in rows] == [(False, None), (True, old.id)]
        assert [row.id for row in administrations_of(session, patient_id)] == [new.id]


def test_a_record_already_corrected_is_not_corrected_again(clinic):
    patient_id = clinic.admit("P-1")
    old = record(clinic, patient_id, given(FIRST_DAY))
    correct(clinic, patient_id, old, given(FIRST_DAY, 4))
    with refused("infusion_changed"):
        correct(clinic, patient_id, old, given(FIRST_DAY, 3))


def test_a_new_course_that_was_a_booster_goes_back_into_the_course_before_it(clinic):
    patient_id = clinic.admit("P-1")
    record(clinic, patient_id, given(FIRST_DAY))
    wrong = record(clinic, patient_id, given(day_number(30), 1))
    right = correct(clinic, patient_id, wrong, given(day_number(30), 1, "booster", reason="one day only"))
    assert courses(clinic, patient_id) == [(1, "open", FIRST_DAY, LAST_DAY), (2, "closed", None, None)]
    with clinic.unit() as session:
        first, second = courses_of(session, patient_id)
        assert (first.closing, second.closing) == (None, "cancelled")
        assert (right.course_id, right.supersedes_id) == (first.id, wrong.id)


def test_a_new_course_that_was_the_same_series_takes_its_later_blocks_along(clinic):
    patient_id = clinic.admit("P-1")
    record(clinic, patient_id, given(FIRST_DAY))
    wrong = record(clinic, patient_id, given(day_number(3)))
    record(clinic, patient_id, given(day_number(10), classified_as="same_series"))
    correct(clinic, patient_id, wrong, given(day_number(3), classified_as="same_series", reason="one series"))
    assert courses(clinic, patient_id)[0] == (1, "open", FIRST_DAY, day_number(14))


def test_a_booster_that_was_a_new_course_opens_it(clinic):
    patient_id = clinic.admit("P-1")
    with clinic.unit(write=True) as session:
        regimen = a_regimen(session)
    record(clinic, patient_id, given(FIRST_DAY), regimen=regimen)
    wrong = record(clinic, patient_id, given(day_number(30), 2, "booster"), regimen=regimen)
    right = correct(clinic, patient_id, wrong, given(day_number(30), 2, reason="five days planned"))
    assert courses(clinic, patient_id) == [
        (1, "closed", FIRST_DAY, LAST_DAY),
        (2, "open", day_number(30), day_number(31)),
    ]
    assert right.regimen_id == regimen.id


def test_a_first_course_cannot_be_corrected_away_into_a_booster_of_nothing(clinic):
    patient_id = clinic.admit("P-1")
    old = record(clinic, patient_id, given(FIRST_DAY))
    with refused("no_course_open"):
        correct(clinic, patient_id, old, given(FIRST_DAY, 1, "booster", reason="wrong"))
    assert courses(clinic, patient_id) == [(1, "open", FIRST_DAY, LAST_DAY)]


def test_a_correction_cannot_move_a_course_across_the_next_one(clinic):
    patient_id = clinic.admit("P-1")
    old = record(clinic, patient_id, given(FIRST_DAY))
    record(clinic, patient_id, given(day_number(60)))
    with refused("infusion_overlaps"):
        correct(clinic, patient_id, old, given(day_number(100), reason="wrong year"))


def baseline(
    clinic: LittleClinic, patient_id: int, number: int
) -> tuple[str | None, float | None, str | None]:
    with clinic.unit() as session:
        course = courses_of(session, patient_id)[number - 1]
        return course.baseline_kind, course.baseline_nrs, course.baseline_source


def test_a_course_begun_while_relief_lasts_carries_the_untreated_baseline(clinic):
    patient_id = clinic.treated("P-1", "2 " * 30)
    record(clinic, patient_id, given(day_number(31)))
    assert baseline(clinic, patient_id, 2) == ("carried", 8.0, "course 1")
    clinic.write(patient_id, day_number(36), "2 " * 30)
    record(clinic, patient_id, given(day_number(66)))
    assert baseline(clinic, patient_id, 3) == ("carried", 8.0, "course 2")


def test_a_course_begun_after_relief_has_its_own_baseline(clinic):
    patient_id = clinic.treated("P-1", "2 " * 15 + "8 " * 15)
    record(clinic, patient_id, given(day_number(31)))
    assert baseline(clinic, patient_id, 2) == (None, None, None)


def test_a_carried_baseline_is_found_again_when_the_days_are_corrected(clinic):
    patient_id = clinic.treated("P-1", "8 " * 20 + "2 " * 20)
    wrong = record(clinic, patient_id, given(day_number(36)))
    assert baseline(clinic, patient_id, 2)[0] == "carried"
    correct(clinic, patient_id, wrong, given(day_number(20), reason="wrong by two weeks"))
    assert baseline(clinic, patient_id, 2) == (None, None, None)


def test_a_baseline_that_a_person_set_stays_whatever_is_corrected(clinic):
    patient_id = clinic.treated("P-1", "2 " * 30)
    old = record(clinic, patient_id, given(day_number(31)))
    with clinic.unit(write=True) as session:
        course = courses_of(session, patient_id)[1]
        set_baseline(
            session,
            course,
            kind="stated",
            nrs=7.5,
            stated_on=None,
            source="notes",
            reason="known",
            now=at(day_number(40)),
        )
    correct(clinic, patient_id, old, given(day_number(32), reason="wrong by a day"))
    assert baseline(clinic, patient_id, 2) == ("stated", 7.5, "notes")


@pytest.mark.parametrize(("kind", "nrs"), [("carried", None), ("stated", None), ("own", 5.0), ("none", 5.0)])
def test_a_baseline_has_a_value_exactly_when_its_kind_asks_for_one(clinic, kind, nrs):
    patient_id = clinic.treated("P-1", "2 " * 3)
    with clinic.unit(write=True) as session, refused("baseline_needs_value"):
        set_baseline(
            session,
            courses_of(session, patient_id)[0],
            kind=kind,
            nrs=nrs,
            stated_on=None,
            source=None,
            reason="why",
            now=at(day_number(4)),
        )


def test_the_same_calendar_day_is_follow_up_of_one_course_and_baseline_of_the_next(clinic):
    patient_id = clinic.treated("P-1", "2 " * 30)
    record(clinic, patient_id, given(day_number(31)))
    with clinic.unit() as session:
        first, second = (days_of(session, course.id) for course in courses_of(session, patient_id))
        assert protocol_at(session, at(day_number(40)))
        assert first is not None
        assert second is not None
        assert list(first.days[-14:]) == list(second.days[:14]) == [2] * 14
