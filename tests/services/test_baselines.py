"""Baselines: whose days they rest on, who may change them and why, and what the nights then judge by."""

from datetime import date, datetime, timedelta

import pytest

from config.protocol import Protocol
from diary.domain.baseline import Baseline
from diary.services import clinics
from diary.services.baselines import baseline_of, set_baseline
from diary.services.courses import close_course, plan_course
from diary.services.entries import correct
from diary.services.infusions import Given, correct_infusion
from diary.storage.courses import administrations_of, courses_of, days_of
from diary.storage.entries import versions_of
from diary.storage.nights import assessments
from diary.storage.patients import patient_by_id
from diary.storage.protocols import protocol_at
from diary.storage.tables.audit import Audit
from diary.storage.tables.course import Course
from diary.storage.tables.staff import Staff
from diary.storage.unit import own
from tests.little_clinic import FIRST_DAY, LittleClinic, at, day_number
from tests.refusals import refused

LATER = at(day_number(200))


def course(clinic: LittleClinic, patient_id: int, number: int = 1) -> Course:
    with clinic.unit() as session:
        return courses_of(session, patient_id)[number - 1]


def in_force(clinic: LittleClinic, patient_id: int, number: int = 1, *, now: datetime = LATER) -> Baseline:
    """The baseline that pages and nights use."""
    with clinic.unit() as session:
        found = courses_of(session, patient_id)[number - 1]
        row = days_of(session, found.id)
        assert row is not None
        _, protocol = protocol_at(session, now)
        return baseline_of(found, row.days, protocol)


def change(
    clinic: LittleClinic,
    patient_id: int,
    kind: str,
    nrs: float | None = None,
    *,
    number: int = 1,
    by: Staff | None = None,
    source: str | None = None,
    stated_on: date | None = None,
    reason: str = "says so herself",
) -> None:
    with clinic.desk(by) if by else clinic.unit(write=True) as session:
        set_baseline(
            session,
            courses_of(session, patient_id)[number - 1],
            kind=kind,
            nrs=nrs,
            stated_on=stated_on,
            source=source,
            reason=reason,
            now=at(day_number(5)),
        )


def judged(
    clinic: LittleClinic, patient_id: int, night: int
) -> tuple[str | None, float | None, float | None]:
    """What the night of a course day used and found: kind, baseline, relief of the last week."""
    clinic.run_nights(day_number(night), first=day_number(night))
    with clinic.unit() as session:
        found = courses_of(session, patient_id)[-1].id
        row = assessments(session, [found])[found]
        return row.baseline_kind, row.baseline_nrs, row.relief_7d


def test_a_patients_own_baseline_is_the_mean_of_the_last_seven_answers_and_says_what_it_rests_on(clinic):
    patient_id = clinic.treated("P-1", "2 ", before="1 1 1 1 1 9 . 7 7 8 . 8 7 9")
    assert in_force(clinic, patient_id) == Baseline("own", 55 / 7, 7, pytest.approx(0.8997, abs=1e-4), 4)
    few = clinic.treated("P-2", "2 ", before="8 . . . 8 . . . 8 . . . . .")
    assert in_force(clinic, few) == Baseline("own", 8.0, 3, 0.0, 4)
    assert in_force(clinic, few).weak


def test_an_answer_that_arrives_or_is_corrected_later_moves_a_patients_own_baseline(clinic):
    patient_id = clinic.treated("P-1", "2 ", before="8 8 8 8 8 8 .")
    late = at(day_number(2))
    clinic.answer(patient_id, FIRST_DAY - timedelta(days=8), 1, received_at=late)
    assert in_force(clinic, patient_id).nrs == 7.0
    with clinic.unit(write=True) as session:
        patient = patient_by_id(session, patient_id, lock=True)
        wrong = next(entry for entry in versions_of(session, patient_id) if entry.nrs == 1)
        correct(session, patient, wrong, nrs=8, reason="mistyped", now=late)
    assert in_force(clinic, patient_id).nrs == 8.0


# Carried


def carried(clinic: LittleClinic, *, before: str = "8 " * 14, follow_up: str = "2 " * 30) -> int:
    """A patient infused again on day 31 while relief lasted."""
    patient_id = clinic.treated("P-1", follow_up, before=before)
    clinic.infuse(patient_id, first_day=day_number(31))
    return patient_id


def test_a_carried_baseline_rests_on_the_untreated_days_and_not_on_the_treated_ones(clinic):
    patient_id = carried(clinic, before="7 9 7 9 7 9 8")
    untreated = in_force(clinic, patient_id)
    assert (untreated.answers, untreated.sd) == (7, 1.0)
    assert in_force(clinic, patient_id, 2) == Baseline("carried", 8.0, 7, 1.0, 4)


def test_a_weak_baseline_stays_weak_when_it_is_carried_and_a_sound_one_sound(clinic):
    weak = clinic.treated("P-1", "2 " * 30, before=". . . . 8 8 8")
    sound = clinic.treated("P-2", "2 " * 14 + ". " * 14 + "2 2")
    for patient_id in (weak, sound):
        clinic.infuse(patient_id, first_day=day_number(31))
        assert in_force(clinic, patient_id, 2).kind == "carried"
    assert in_force(clinic, weak, 2).weak, "three answers stand behind it, however many came since"
    assert not in_force(clinic, sound, 2).weak, "seven answers stand behind it, however few came since"


def test_carried_on_to_the_third_course_it_still_rests_on_the_first_days(clinic):
    patient_id = carried(clinic, before="7 9 7 9 7 9 8")
    again = day_number(36)
    clinic.write(patient_id, again, "3 " * 30)
    clinic.infuse(patient_id, first_day=again + timedelta(days=30))
    assert in_force(clinic, patient_id, 3) == Baseline("carried", 8.0, 7, 1.0, 4)
    assert course(clinic, patient_id, 3).baseline_source == "course 2"


def test_a_baseline_that_a_clinician_changes_is_carried_as_changed(clinic):
    patient_id = carried(clinic)
    change(clinic, patient_id, "stated", 9.5, source="the first letter", stated_on=FIRST_DAY)
    assert (in_force(clinic, patient_id, 2).kind, in_force(clinic, patient_id, 2).nrs) == ("carried", 9.5)
    change(clinic, patient_id, "none")
    assert (in_force(clinic, patient_id, 2).kind, in_force(clinic, patient_id, 2).nrs) == ("own", 2.0)


def test_a_clinic_that_asks_for_more_answers_calls_a_carried_baseline_weak_as_well(clinic):
    patient_id = carried(clinic, before=". . 8 8 8 8 8")
    assert not in_force(clinic, patient_id, 2).weak
    with clinic.unit(write=True) as session:
        clinics.new_protocol(session, Protocol(baseline_weak_under_answers=6), note="", now=at(FIRST_DAY))
    assert in_force(clinic, patient_id, 2).weak


def test_answers_that_a_phone_held_back_decide_about_carrying_when_they_come(clinic):
    patient_id = clinic.treated("P-1", "2 " * 16)
    clinic.infuse(patient_id, first_day=day_number(31))
    assert in_force(clinic, patient_id, 2).kind == "none", "nothing says yet that relief was still there"
    late = at(day_number(36))
    for number in range(24, 31):
        clinic.answer(patient_id, day_number(number), 2, received_at=late)
    assert in_force(clinic, patient_id, 2) == Baseline("carried", 8.0, 7, 0.0, 4)


def test_a_correction_of_the_days_before_takes_a_carried_baseline_back(clinic):
    patient_id = carried(clinic, follow_up="2 " * 23 + "5 " * 7)
    assert in_force(clinic, patient_id, 2).kind == "carried"
    with clinic.unit(write=True) as session:
        patient = patient_by_id(session, patient_id, lock=True)
        for entry in versions_of(session, patient_id):
            if entry.nrs == 5:
                correct(session, patient, entry, nrs=7, reason="scale misread", now=at(day_number(40)))
    assert in_force(clinic, patient_id, 2) == Baseline("own", 7.0, 7, 0.0, 4)


def test_a_correction_of_the_untreated_days_is_carried_on(clinic):
    patient_id = carried(clinic)
    with clinic.unit(write=True) as session:
        patient = patient_by_id(session, patient_id, lock=True)
        last = next(
            entry for entry in versions_of(session, patient_id) if entry.day == FIRST_DAY - timedelta(days=1)
        )
        correct(session, patient, last, nrs=1, reason="mistyped", now=at(day_number(40)))
    assert [in_force(clinic, patient_id, number).nrs for number in (1, 2)] == [7.0, 7.0]


def test_infusion_days_corrected_in_one_course_decide_again_about_the_next(clinic):
    patient_id = clinic.treated("P-1", "2 " * 30, before="8 " * 7 + "5 " * 7)
    clinic.infuse(patient_id, first_day=day_number(31))
    assert in_force(clinic, patient_id, 2).nrs == 5.0
    first = FIRST_DAY - timedelta(days=7)
    with clinic.unit(write=True) as session:
        correct_infusion(
            session,
            patient_by_id(session, patient_id, lock=True),
            administrations_of(session, patient_id)[0],
            Given(first, first, "s_ketamine", "inpatient", "100 h", "new_course", reason="a week earlier"),
            today=day_number(40),
            now=at(day_number(40)),
        )
    assert [in_force(clinic, patient_id, number).nrs for number in (1, 2)] == [8.0, 8.0]


def test_a_course_planned_and_never_begun_stands_between_no_two_courses(clinic):
    patient_id = clinic.treated("P-1", "2 " * 30)
    with clinic.unit(write=True) as session:
        patient = patient_by_id(session, patient_id, lock=True)
        never = plan_course(
            session,
            patient,
            regimen=None,
            planned_first_day=day_number(20),
            treated_area=None,
            now=at(day_number(10)),
        )
        close_course(session, never, closing="other", now=at(day_number(29)))
    clinic.infuse(patient_id, first_day=day_number(31))
    assert in_force(clinic, patient_id, 3) == Baseline("carried", 8.0, 7, 0.0, 4)


# Changed by a person


def test_a_change_is_kept_with_who_why_and_from_where(clinic):
    patient_id = clinic.treated("P-1", "2 ")
    bram = clinic.person("Bram", "physician")
    stated_on = date(2025, 11, 3)
    change(
        clinic,
        patient_id,
        "stated",
        9.0,
        by=bram,
        source="letter",
        stated_on=stated_on,
        reason="no diary then",
    )
    kept = course(clinic, patient_id)
    assert (kept.baseline_kind, kept.baseline_nrs, kept.baseline_by_id) == ("stated", 9.0, bram.id)
    assert (kept.baseline_source, kept.baseline_stated_on) == ("letter", stated_on)
    assert kept.baseline_reason == "no diary then"
    with clinic.unit() as session:
        (trace,) = session.scalars(own(session, Audit).where(Audit.action == "course.baseline")).all()
    assert (trace.actor_id, trace.object_uid, trace.detail) == (bram.id, kept.uid, {"kind": "stated"})


def test_every_change_is_in_the_trail_and_raises_the_version(clinic):
    patient_id = clinic.treated("P-1", "2 ")
    before = course(clinic, patient_id).version
    for kind, nrs in (("stated", 9.0), ("carried", 7.0), ("none", None), ("own", None)):
        change(clinic, patient_id, kind, nrs)
    assert course(clinic, patient_id).version == before + 4
    with clinic.unit() as session:
        trail = own(session, Audit).where(Audit.action == "course.baseline").order_by(Audit.id)
        assert [row.detail["kind"] for row in session.scalars(trail)] == ["stated", "carried", "none", "own"]


def test_none_of_our_answers_stand_behind_what_a_person_set(clinic):
    patient_id = clinic.treated("P-1", "2 ")
    for kind, nrs, weak in (("stated", 9.0, True), ("carried", 7.0, True), ("none", None, False)):
        change(clinic, patient_id, kind, nrs)
        found = in_force(clinic, patient_id)
        assert (found.kind, found.nrs, found.answers, found.sd, found.weak) == (kind, nrs, 0, None, weak)


def test_what_a_person_set_takes_away_what_stood_behind_a_carried_one(clinic):
    patient_id = carried(clinic, before="7 9 7 9 7 9 8")
    change(clinic, patient_id, "carried", 6.5, number=2)
    assert in_force(clinic, patient_id, 2) == Baseline("carried", 6.5, 0, None, 4)


def test_own_goes_back_to_the_patients_own_days_and_stays_there(clinic):
    patient_id = carried(clinic)
    change(clinic, patient_id, "own", number=2, reason="no longer comparable")
    assert in_force(clinic, patient_id, 2) == Baseline("own", 2.0, 7, 0.0, 4)
    clinic.answer(patient_id, day_number(30) - timedelta(days=40), 8, received_at=at(day_number(40)))
    assert in_force(clinic, patient_id, 2).kind == "own"


def test_a_change_that_does_not_fit_its_kind_writes_nothing(clinic):
    patient_id = clinic.treated("P-1", "2 ")
    before = course(clinic, patient_id).version
    for kind, nrs in (("stated", None), ("carried", None), ("own", 8.0), ("none", 8.0)):
        with refused("baseline_needs_value"):
            change(clinic, patient_id, kind, nrs)
    assert (course(clinic, patient_id).version, course(clinic, patient_id).baseline_reason) == (before, None)


# What the nights use


def test_the_night_judges_by_the_baseline_in_force(clinic):
    patient_id = clinic.treated("P-1", "4 " * 30)
    assert judged(clinic, patient_id, 20) == ("own", 8.0, 0.5)
    change(clinic, patient_id, "stated", 5.0)
    assert judged(clinic, patient_id, 21) == ("stated", 5.0, 0.2)
    change(clinic, patient_id, "own")
    assert judged(clinic, patient_id, 22) == ("own", 8.0, 0.5)


def test_without_a_baseline_no_relief_no_response_and_no_loss_are_told(clinic):
    patient_id = clinic.treated("P-1", "2 " * 14 + "8 " * 16)
    change(clinic, patient_id, "none")
    assert judged(clinic, patient_id, 30) == ("none", None, None)
    assert "loss" not in {alert.kind for alert in clinic.alerts(patient_id)}


def test_a_course_begun_while_relief_lasted_does_not_alarm_sooner_than_the_first(clinic):
    """Of 8 and of 2 points: against the treated days before it, a steady 3 would look like a loss."""
    patient_id = carried(clinic)
    clinic.write(patient_id, day_number(36), "3 " * 30)
    clinic.run_nights(day_number(65), first=day_number(50))
    assert clinic.alerts(patient_id) == []
