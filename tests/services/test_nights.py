"""Nights: due once, claimed once, judged as of their cut-off, with counts that add up."""

import itertools
from datetime import date, timedelta
from functools import partial

import pytest
from sqlalchemy import update

from config.protocol import Protocol
from diary.domain.relapse.assess import assess
from diary.domain.relapse.version import DETECTOR_VERSION
from diary.services import alerts, clinics, nights, patients
from diary.services.night_writing import Counts
from diary.services.nights import Due, nights_due, preview_night, run_night
from diary.storage.alerts import alert_by_id
from diary.storage.courses import courses_of
from diary.storage.engine import make_engine
from diary.storage.nights import assessments, findings_of, hold_term, night_run
from diary.storage.patients import patient_by_id
from diary.storage.tables.clinic import ProtocolVersion
from diary.storage.tables.entry import CourseDays
from tests.little_clinic import FIRST_DAY, at, day_number, found, join

LOST = "2 " * 30 + "8 " * 16  # relief, then none: confirmed once two weeks stand under the line


def test_every_night_is_due_once_and_never_again(clinic):
    done = clinic.run_nights(FIRST_DAY + timedelta(days=9))
    assert [due.night for due, _ in done] == [FIRST_DAY + timedelta(days=n) for n in range(10)]
    assert clinic.run_nights(FIRST_DAY + timedelta(days=9)) == []


def test_a_night_is_due_at_four_in_the_morning_of_the_day_after(clinic):
    four = at(FIRST_DAY + timedelta(days=1), hour=4)
    assert nights_due(clinic.engine, now=four - timedelta(seconds=1)) == []
    assert nights_due(clinic.engine, now=four) == [Due(clinic.clinic_id, FIRST_DAY, four)]


def test_counts_add_up_and_stand_in_the_ledger(clinic):
    clinic.treated("P-1", LOST)
    clinic.treated("P-2", "2 " * 20)
    clinic.admit("P-3", first_day=FIRST_DAY + timedelta(days=90))
    last = day_number(46)
    counts = clinic.run_nights(last)[-1][1]
    assert (counts.judged, counts.silent, counts.failed) == (2, 1, 0)
    with clinic.unit() as session:
        run = night_run(session, last)
        assert (run.state, run.courses_seen, run.courses_judged, run.courses_silent) == ("done", 3, 2, 1)


def test_counts_that_leave_a_course_out_do_not_add_up():
    assert Counts(seen=3, judged=1, silent=1, failed=1).add_up
    assert not Counts(seen=3, judged=1, silent=1).add_up
    assert not (Counts(seen=3, judged=3) + Counts(seen=2, judged=1)).add_up


def test_a_night_names_the_protocol_and_the_detector_that_judged_it(clinic):
    clinic.treated("P-1", LOST)
    with clinic.unit(write=True) as session:
        later = clinics.new_protocol(session, Protocol(lead_days=42), note="", now=at(day_number(3)))
    clinic.run_nights(day_number(4))
    with clinic.unit() as session:
        first, last = night_run(session, FIRST_DAY), night_run(session, day_number(4))
        assert last.protocol_version_id == later.id != first.protocol_version_id
        assert first.protocol_version_id is not None
        assert last.detector_version == DETECTOR_VERSION


def test_findings_are_logged_on_a_change_of_state_and_every_seventh_day(clinic):
    patient_id = clinic.treated("P-1", LOST)
    clinic.run_nights(day_number(46))
    with clinic.unit() as session:
        (course,) = courses_of(session, patient_id)
        logged = findings_of(session, course.id)
        days = [finding.day_number for finding in logged if finding.day_number > 0]
        changes = [b.day_number for a, b in itertools.pairwise(logged) if a.state != b.state]
        assert set(range(7, 47, 7)) | {day for day in changes if day > 0} == set(days)
        assert assessments(session, [course.id])[course.id].state == "loss"


def test_a_dry_run_finds_the_same_and_writes_nothing(clinic):
    patient_id = clinic.treated("P-1", LOST)
    clinic.run_nights(day_number(43))
    before = clinic.alert_kinds(patient_id)
    due = Due(clinic.clinic_id, day_number(44), at(day_number(45), hour=4))
    counts = preview_night(clinic.engine, due, now=due.cutoff_at)
    assert counts.seen == 1
    assert clinic.alert_kinds(patient_id) == before
    with clinic.unit() as session:
        assert night_run(session, due.night) is None


def test_a_night_that_somebody_else_holds_is_left_alone(clinic):
    due = Due(clinic.clinic_id, FIRST_DAY, at(FIRST_DAY + timedelta(days=1), hour=4))
    now = due.cutoff_at
    with clinic.unit(write=True) as session:
        assert claim(session, due, owner="other", now=now) == 1
    assert run_night(clinic.engine, due, now=now, wall=lambda: now, owner="me") is None


def test_a_night_whose_owner_died_is_taken_over_under_a_higher_term(clinic):
    due = Due(clinic.clinic_id, FIRST_DAY, at(FIRST_DAY + timedelta(days=1), hour=4))
    with clinic.unit(write=True) as session:
        claim(session, due, owner="dead", now=due.cutoff_at)
    later = due.cutoff_at + nights.LEASE
    assert run_night(clinic.engine, due, now=later, wall=lambda: later, owner="me") is not None
    with clinic.unit() as session:
        run = night_run(session, FIRST_DAY)
        assert (run.state, run.owner, run.term) == ("done", "me", 2)


def test_a_stale_term_is_refused(clinic):
    due = Due(clinic.clinic_id, FIRST_DAY, at(FIRST_DAY + timedelta(days=1), hour=4))
    later = due.cutoff_at + nights.LEASE
    with clinic.unit(write=True) as session:
        assert claim(session, due, owner="slow", now=due.cutoff_at) == 1
    with clinic.unit(write=True) as session:
        assert claim(session, due, owner="quick", now=later) == 2
    with clinic.unit(write=True) as session:
        still = {"night": due.night, "wall_now": later, "lease_until_at": later + nights.LEASE}
        assert hold_term(session, term=1, **still) is None
        assert hold_term(session, term=2, **still) is not None


def claim(session, due, *, owner, now):
    return nights.claim_night(
        session,
        night=due.night,
        cutoff_at=due.cutoff_at,
        owner=owner,
        wall_now=now,
        lease_until_at=now + nights.LEASE,
        late=False,
    )


def test_an_answer_received_after_the_cut_off_waits_for_the_next_night(clinic):
    patient_id = clinic.treated("P-1", "2 " * 20)
    clinic.run_nights(day_number(20))
    cutoff_at = at(day_number(22), hour=4)
    clinic.answer(patient_id, day_number(21), 2, received_at=cutoff_at + timedelta(minutes=1))
    due = Due(clinic.clinic_id, day_number(21), cutoff_at)
    later = cutoff_at + timedelta(hours=1)
    run_night(clinic.engine, due, now=later, wall=lambda: later, owner="me")
    with clinic.unit() as session:
        (course,) = courses_of(session, patient_id)
        assert findings_of(session, course.id)[-1].answered_14d == 13  # day 21 is not among them


def test_a_corrupt_row_is_rebuilt_from_the_entries_and_judged(clinic):
    patient_id = clinic.treated("P-1", LOST)
    with clinic.unit(write=True) as session:
        (course,) = courses_of(session, patient_id)
        spoilt = b"\x63" * 40
        session.execute(update(CourseDays).where(CourseDays.course_id == course.id).values(days=spoilt))
    clinic.run_nights(day_number(46))
    assert "loss" in clinic.alert_kinds(patient_id)
    assert "not_assessed" not in clinic.alert_kinds(patient_id)


def failing_on_a_nine(scores, baseline_nrs, **more):
    """A detector with a defect that one course brings out."""
    if (scores == 9).any():
        raise ZeroDivisionError
    return assess(scores, baseline_nrs, **more)


@pytest.mark.parametrize("place", range(3))
def test_a_course_on_which_the_detector_fails_is_told_apart_and_the_others_are_judged(clinic, place):
    diaries = ["2 " * 20, LOST, "2 " * 46]
    diaries[place] = "2 9 " * 23
    treated = [clinic.treated(f"P-{n}", diary) for n, diary in enumerate(diaries)]
    clinic.run_nights(day_number(44))
    (due,) = nights_due(clinic.engine, now=at(day_number(46)))

    counts = run_night(
        clinic.engine,
        due,
        now=due.cutoff_at,
        wall=lambda: due.cutoff_at,
        owner="me",
        detector=failing_on_a_nine,
    )

    assert (counts.seen, counts.failed, counts.judged + counts.silent) == (3, 1, 2)
    assert [n for n in range(3) if "not_assessed" in clinic.alert_kinds(treated[n])] == [place]
    with clinic.unit() as session:
        assert night_run(session, due.night).state == "partial"
        (course,) = courses_of(session, treated[(place + 1) % 3])
        assert assessments(session, [course.id])[course.id].state != "cannot_tell"
    clinic.run_nights(day_number(46))
    assert clinic.alert(treated[place], "not_assessed").status == "cleared"


def test_what_fails_night_after_night_is_told_once_and_again_a_fortnight_after_it_was_told(clinic):
    patient_id = clinic.treated("P-1", "2 9 " * 33)

    def told_by(number: int) -> list[str]:
        for due in nights_due(clinic.engine, now=at(day_number(number + 1))):
            wall = partial(getattr, due, "cutoff_at")
            run_night(clinic.engine, due, now=wall(), wall=wall, owner="me", detector=failing_on_a_nine)
        return [alert.status for alert in clinic.alerts(patient_id) if alert.kind == "not_assessed"]

    assert told_by(10) == ["open"], "since day 2, the first with a nine"
    with clinic.unit(write=True) as session:
        alert = alert_by_id(session, clinic.alert(patient_id, "not_assessed").id)
        alerts.close(session, alert, outcome="called", reason=None, now=at(day_number(11)))
    assert told_by(15) == ["closed"]
    assert told_by(16) == ["open", "closed"]


def test_a_course_that_is_ended_while_its_last_night_judges_keeps_why_it_ended(database_url):
    engine = make_engine(database_url)
    clinic = found(engine, protocol=Protocol(follow_up_days=84))
    patient_id = clinic.treated("P-1", "2 " * 10)
    clinic.run_nights(day_number(83), first=day_number(83))
    due = Due(clinic.clinic_id, day_number(84), at(day_number(85), hour=4))

    def stopped_meanwhile(scores, baseline_nrs, **more):
        with clinic.unit(write=True) as session:
            patient = patient_by_id(session, patient_id, lock=True)
            patients.stop(session, patient, reason="moved", note=None, now=due.cutoff_at)
        return assess(scores, baseline_nrs, **more)

    how = {"now": due.cutoff_at, "wall": lambda: due.cutoff_at, "owner": "me"}
    assert run_night(engine, due, **how, detector=stopped_meanwhile).seen == 1
    with clinic.unit() as session:
        (course,) = courses_of(session, patient_id)
        assert (course.status, course.closing) == ("closed", "moved")
    engine.dispose()


def test_follow_up_ends_on_its_last_day(database_url):
    engine = make_engine(database_url)
    clinic = found(engine, protocol=Protocol(follow_up_days=84))
    patient_id = clinic.treated("P-1", "2 " * 10)
    clinic.run_nights(day_number(84))
    with clinic.unit() as session:
        (course,) = courses_of(session, patient_id)
        assert (course.status, course.closing) == ("closed", "day_limit")
    engine.dispose()


@pytest.mark.parametrize("year", [1900, 2016, 2024])
def test_an_infusion_recorded_years_late_ends_its_course_in_one_night_and_holds_nobody_up(clinic, year):
    clinic.treated("P-1", "2 " * 10)
    late = clinic.admit("P-2")
    clinic.infuse(late, first_day=date(year, 1, 5))
    (_, first), (_, second) = clinic.run_nights(FIRST_DAY + timedelta(days=1))
    assert (first.seen, first.failed, second.seen, second.failed) == (2, 0, 1, 0)
    with clinic.unit() as session:
        (course,) = courses_of(session, late)
        assert (course.status, course.closing) == ("closed", "day_limit")
    assert clinic.alerts(late) == []


def test_nights_of_an_outage_are_made_up_in_order_and_marked_late(clinic):
    patient_id = clinic.treated("P-1", LOST)
    clinic.run_nights(day_number(40))
    now = at(day_number(47))
    done = nights.run_due(clinic.engine, now=now, wall=lambda: now, owner="me")
    assert [due.night for due, _ in done] == [day_number(n) for n in range(41, 47)]
    with clinic.unit() as session:
        assert night_run(session, day_number(41)).late
        assert not night_run(session, day_number(40)).late
    assert clinic.alert(patient_id, "loss").late


def test_a_night_that_is_ended_on_the_way_can_be_run_again_at_once(clinic):
    patient_id = clinic.treated("P-1", LOST)
    clinic.run_nights(day_number(41))
    (due,) = nights_due(clinic.engine, now=at(day_number(43)))
    moments = [due.cutoff_at] * 3  # two for the claim, one to look: none is left to write

    with pytest.raises(IndexError):
        run_night(clinic.engine, due, now=due.cutoff_at, wall=moments.pop, owner="first")
    assert "loss" not in clinic.alert_kinds(patient_id)
    clinic.run_nights(day_number(42))

    assert "loss" in clinic.alert_kinds(patient_id)
    with clinic.unit() as session:
        assert (night_run(session, due.night).owner, night_run(session, due.night).term) == ("test", 2)


def test_a_clinic_whose_night_fails_holds_back_no_other(database_url):
    engine = make_engine(database_url)
    ill = found(engine)
    with ill.unit(write=True) as session:
        session.add(
            ProtocolVersion(
                clinic_id=ill.clinic_id, n=2, valid_from_at=at(FIRST_DAY), values={"no": "such"}, note=""
            )
        )
    well = join(engine)
    now = at(FIRST_DAY + timedelta(days=2))

    done = nights.run_due(engine, now=now, wall=lambda: now, owner="me")

    assert [(due.clinic_id, due.night) for due, _ in done] == [
        (well.clinic_id, FIRST_DAY),
        (well.clinic_id, FIRST_DAY + timedelta(days=1)),
    ]
    engine.dispose()
