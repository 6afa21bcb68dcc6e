"""What nights tell people: an alert opens once, is noted, cleared or superseded, and comes back."""

from datetime import timedelta

from sqlalchemy.orm import Session

from diary.domain.relapse.assess import assess
from diary.services import alerts, bookings, patients
from diary.services.entries import Answer, record
from diary.services.nights import Due, run_night
from diary.storage.alerts import events_of
from diary.storage.courses import courses_of, days_of
from diary.storage.entries import versions_of
from diary.storage.ids import new_uid
from diary.storage.patients import patient_by_id
from diary.storage.tables.alert import AlertInput
from diary.storage.tables.outbox import Message
from diary.storage.unit import own
from tests.little_clinic import FIRST_DAY, a_regimen, at, day_number

LOST = "2 " * 30 + "8 " * 16  # relief, then none: confirmed once two weeks stand under the line


def test_a_loss_is_told_on_the_night_that_confirms_it_and_once(clinic):
    patient_id = clinic.treated("P-1", LOST)
    clinic.run_nights(day_number(46))
    alert = clinic.alert(patient_id, "loss")
    assert (alert.level, alert.status, alert.facts["loss_day"]) == (
        "confirmed",
        "open",
        alert.facts["day_number"],
    )
    # Days 31-44 are the first two whole weeks at 8; a week under the line needs only its mean there.
    assert day_number(37) < alert.night <= day_number(44)


def inputs_of(session: Session, alert_id: int) -> list[AlertInput]:
    statement = own(session, AlertInput).where(AlertInput.alert_id == alert_id).order_by(AlertInput.night)
    return list(session.scalars(statement))


def test_an_alert_keeps_a_copy_of_what_it_was_judged_from(clinic):
    patient_id = clinic.treated("P-1", LOST)
    clinic.run_nights(day_number(46))
    alert = clinic.alert(patient_id, "loss")
    with clinic.unit() as session:
        (copy,) = inputs_of(session, alert.id)
        (course,) = courses_of(session, patient_id)
        assert copy.night == alert.night
        assert copy.days == days_of(session, course.id).days[: len(copy.days)]
        judged = [
            entry.uid
            for entry in versions_of(session, patient_id)
            if FIRST_DAY - timedelta(days=14) <= entry.day <= alert.night
        ]
        assert copy.entry_ids == judged
        assert copy.baseline_nrs == 8.0
        assert copy.detector_version


def test_an_answer_by_a_clock_in_doubt_is_kept_and_never_judged(sqlite_clinic):
    patient_id = sqlite_clinic.treated("P-1", "2 " * 20)

    def judged_and_kept() -> tuple[bytes, int]:
        with sqlite_clinic.unit() as session:
            (course,) = courses_of(session, patient_id)
            return bytes(days_of(session, course.id).days), len(versions_of(session, patient_id))

    judged, kept = judged_and_kept()
    by_the_phone = at(day_number(21))
    answer = Answer(
        client_id=new_uid(by_the_phone),
        day=day_number(21),
        nrs=9,
        answered_at=by_the_phone,
        sent_at=by_the_phone,
        zone="Europe/Amsterdam",
    )
    with sqlite_clinic.phone(patient_id) as session:
        patient = patient_by_id(session, patient_id, lock=True)
        record(session, patient, answer, now=by_the_phone - timedelta(days=2))
    assert judged_and_kept() == (judged, kept + 1)


def test_the_message_to_staff_is_written_with_the_alert_and_says_nothing_of_the_patient(clinic):
    patient_id = clinic.treated("P-1", LOST)
    clinic.run_nights(day_number(46))
    with clinic.unit() as session:
        messages = session.scalars(own(session, Message)).all()
        assert {message.alert_id for message in messages} == {alert.id for alert in clinic.alerts(patient_id)}
        assert all(message.state == "new" and message.next_try_at is not None for message in messages)


def test_silence_is_a_work_item_and_never_a_loss(clinic):
    patient_id = clinic.treated("P-1", "2 " * 20)
    clinic.run_nights(day_number(40))
    assert clinic.alert_kinds(patient_id) == ["silence"]


def test_answers_held_back_by_a_phone_supersede_the_silence_they_fill(clinic):
    patient_id = clinic.treated("P-1", "2 " * 20)
    clinic.run_nights(day_number(30))
    assert clinic.alert(patient_id, "silence").status == "open"
    for number in range(21, 32):
        clinic.answer(patient_id, day_number(number), 2, received_at=at(day_number(31), hour=21))
    clinic.run_nights(day_number(32))
    alert = clinic.alert(patient_id, "silence")
    assert alert.status == "superseded"
    assert "no longer support" in alert.end_reason


def test_an_acknowledged_alert_is_not_cleared_but_noted_once(clinic):
    patient_id = clinic.treated("P-1", "2 " * 20 + ". " * 9 + "2 " * 4)
    clinic.run_nights(day_number(28))
    with clinic.unit(write=True) as session:
        alert = session.merge(clinic.alert(patient_id, "silence"))
        alerts.acknowledge(session, alert, staff_id=None, now=at(day_number(29)))
    clinic.run_nights(day_number(31))
    alert = clinic.alert(patient_id, "silence")
    assert alert.status == "acknowledged"
    with clinic.unit() as session:
        notes = [event.note for event in events_of(session, alert.id) if event.action == "note"]
    assert notes == ["answers came again"]


def test_a_patient_who_is_stopped_while_a_night_judges_gets_no_alert_of_it(clinic):
    patient_id = clinic.treated("P-1", LOST)
    clinic.run_nights(day_number(40))
    due = Due(clinic.clinic_id, day_number(44), at(day_number(45), hour=4))

    def stopped_meanwhile(scores, baseline_nrs, **more):
        with clinic.unit(write=True) as session:
            patient = patient_by_id(session, patient_id, lock=True)
            patients.stop(session, patient, reason="died", note=None, now=due.cutoff_at)
        return assess(scores, baseline_nrs, **more)

    counts = run_night(
        clinic.engine,
        due,
        now=due.cutoff_at,
        wall=lambda: due.cutoff_at,
        owner="me",
        detector=stopped_meanwhile,
    )

    assert counts.judged == 1, "the night had found a loss"
    assert "loss" not in clinic.alert_kinds(patient_id)
    assert {alert.status for alert in clinic.alerts(patient_id)} == {"closed"}


def test_a_review_stays_after_week_14_while_pain_stands_just_one_point_above_its_best(clinic):
    # Each fortnight's mean is 8 / 14 at first and 22 / 14 later, a point apart to the last digit.
    best, now = "1 " * 8 + "0 " * 6, "2 " * 8 + "1 " * 6
    patient_id = clinic.treated("P-1", best * 5 + now * 3)
    clinic.run_nights(day_number(100), first=day_number(84))
    review = clinic.alert(patient_id, "review")
    assert (review.night, review.status) == (day_number(84), "open")


def test_an_alert_left_without_a_next_step_comes_back_after_72_hours(clinic):
    patient_id = clinic.treated("P-1", LOST)
    clinic.run_nights(day_number(44))
    with clinic.unit(write=True) as session:
        alert = session.merge(clinic.alert(patient_id, "loss"))
        alerts.acknowledge(session, alert, staff_id=None, now=at(day_number(45)))
    clinic.run_nights(day_number(47))
    assert clinic.alert(patient_id, "loss").status == "acknowledged"
    clinic.run_nights(day_number(48))
    assert clinic.alert(patient_id, "loss").status == "open"


def test_an_alert_that_a_booking_under_way_answers_waits_with_it_and_comes_back_with_it(clinic):
    patient_id = clinic.treated("P-1", "2 " * 30 + "5 " * 7 + "7 " * 30)
    clinic.run_nights(day_number(60))
    now = at(day_number(61))
    with clinic.unit(write=True) as session:
        patient = patient_by_id(session, patient_id, lock=True)
        booking = bookings.request_booking(
            session, patient, regimen=a_regimen(session), alert=None, note=None, now=now
        )
    assert clinic.alert(patient_id, "loss").status == "parked"
    clinic.run_nights(day_number(66))
    assert clinic.alert(patient_id, "review").status == "parked"
    with clinic.unit(write=True) as session:
        bookings.step(session, session.merge(booking), "cancel", note="no bed", now=now)
    assert {clinic.alert(patient_id, kind).status for kind in ("loss", "review")} == {"open"}
