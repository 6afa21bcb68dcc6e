"""Optional items: what is kept, and how a red flag reaches staff and stays until a person closes it."""

from datetime import date, timedelta

from diary.services import alerts, bookings, items, patients
from diary.services.alerts import RED_FLAGS_A_DAY_MAX
from diary.services.items import StoredItems
from diary.storage.alerts import events_of
from diary.storage.entries import items_of
from diary.storage.ids import new_uid
from diary.storage.patients import patient_by_id
from diary.storage.tables.alert import Alert
from diary.storage.tables.audit import Audit
from diary.storage.tables.entry import ItemAnswer
from diary.storage.tables.outbox import Message
from diary.storage.unit import own
from tests.little_clinic import FIRST_DAY, LittleClinic, a_regimen, at, day_number
from tests.refusals import refused

EVENING = 20


def tell(
    clinic: LittleClinic, patient_id: int, day: date, *, client_id: str | None = None, **told: int
) -> StoredItems:
    """What a phone posts in the evening of a day."""
    now = at(day, hour=EVENING)
    with clinic.phone(patient_id) as session:
        return items.record_items(
            session,
            patient_by_id(session, patient_id, lock=True),
            client_id=client_id or new_uid(now),
            day=day,
            items=told,
            answered_at=now,
            sent_at=now,
            now=now,
        )


def stands(clinic: LittleClinic, patient_id: int) -> dict[str, int]:
    """The answers that count, by item."""
    with clinic.unit() as session:
        return {row.item: row.value for row in items_of(session, patient_id)}


def red_flags(clinic: LittleClinic, patient_id: int) -> list[tuple[str, list[str]]]:
    """Status and symptoms of every red flag, the oldest first."""
    flags = [alert for alert in clinic.alerts(patient_id) if alert.kind == "red_flag"]
    return [(alert.status, alert.facts["items"]) for alert in reversed(flags)]


def the_flag(clinic: LittleClinic, patient_id: int) -> Alert:
    (flag,) = [alert for alert in clinic.alerts(patient_id) if alert.kind == "red_flag"]
    return flag


def booked(clinic: LittleClinic, patient_id: int, alert: Alert | None) -> None:
    with clinic.unit(write=True) as session:
        patient = patient_by_id(session, patient_id, lock=True)
        alert = session.merge(alert) if alert else None
        regimen = a_regimen(session)
        now = at(day_number(40))
        bookings.request_booking(session, patient, regimen=regimen, alert=alert, note=None, now=now)


DARK_URINE = "Dark urine, or yellow eyes or skin"
FEVER = "Fever, rash or itching"
URINE = "Trouble or pain passing urine"


def test_a_red_flag_is_an_open_alert_of_its_course_the_moment_it_arrives(clinic):
    patient_id = clinic.treated("P-1", "2 " * 5)
    told = tell(clinic, patient_id, day_number(5), liver_signs=1)
    flag = the_flag(clinic, patient_id)
    assert told.red_flags == ["liver_signs"]
    assert (flag.status, flag.facts, flag.owner_id) == ("open", {"items": [DARK_URINE]}, None)
    assert flag.opened_at == told.received_at == at(day_number(5), hour=EVENING)
    assert flag.course_id is not None


def test_its_message_goes_to_the_patients_owner_and_says_nothing_of_the_patient(clinic):
    patient_id = clinic.treated("P-1", "2 " * 5)
    anna = clinic.person("Anna")
    with clinic.unit(write=True) as session:
        patients.change(session, patient_by_id(session, patient_id), {"owner_id": anna.id}, now=at(FIRST_DAY))
    tell(clinic, patient_id, day_number(5), urine=1)
    with clinic.unit() as session:
        (message,) = session.scalars(own(session, Message)).all()
    assert (message.kind, message.state, message.staff_id) == ("alert", "new", anna.id)
    assert message.alert_id == the_flag(clinic, patient_id).id
    assert message.patient_id is None


def test_two_symptoms_in_one_answer_are_two_alerts_so_that_each_is_closed_by_itself(clinic):
    patient_id = clinic.treated("P-1", "2 " * 5)
    tell(clinic, patient_id, day_number(5), urine=1, fever_or_rash=1, nausea=1)
    assert sorted(red_flags(clinic, patient_id)) == [("open", [FEVER]), ("open", [URINE])]


def test_the_same_symptom_on_the_next_day_is_another_alert(clinic):
    patient_id = clinic.treated("P-1", "2 " * 6)
    tell(clinic, patient_id, day_number(5), urine=1)
    tell(clinic, patient_id, day_number(6), urine=1)
    assert red_flags(clinic, patient_id) == [("open", [URINE]), ("open", [URINE])]


def test_a_phone_that_tells_one_symptom_without_end_opens_no_more_than_twenty_alerts_a_day(clinic):
    patient_id = clinic.treated("P-1", "2 " * 6)
    told = [tell(clinic, patient_id, day_number(5), urine=1) for _ in range(RED_FLAGS_A_DAY_MAX + 3)]
    assert all(one.red_flags == ["urine"] for one in told), "the phone is told each time, and says to call"
    first = [alert for alert in clinic.alerts(patient_id) if alert.kind == "red_flag"]
    assert [alert.status for alert in first] == ["open"] * RED_FLAGS_A_DAY_MAX
    with clinic.unit() as session:
        notes = [[event.note for event in events_of(session, alert.id)] for alert in first]
        messages = session.scalars(own(session, Message)).all()
    assert notes[0] == [None, "told over 20 times in 24 hours"]
    assert notes[1:] == [[None]] * (RED_FLAGS_A_DAY_MAX - 1)
    assert len(messages) == RED_FLAGS_A_DAY_MAX

    tell(clinic, patient_id, day_number(5), liver_signs=1)
    tell(clinic, patient_id, day_number(6), urine=1)
    assert red_flags(clinic, patient_id)[RED_FLAGS_A_DAY_MAX:] == [("open", [DARK_URINE]), ("open", [URINE])]


def test_what_is_expected_after_ketamine_and_a_symptom_that_is_not_there_are_no_red_flags(clinic):
    patient_id = clinic.treated("P-1", "2 " * 2)
    told = tell(clinic, patient_id, day_number(2), urine=0, nausea=1, flare=1, hallucinations=1)
    assert told.red_flags == []
    assert red_flags(clinic, patient_id) == []
    assert stands(clinic, patient_id) == {"urine": 0, "nausea": 1, "flare": 1, "hallucinations": 1}


def test_hallucinations_are_expected_from_the_infusion_until_day_2_and_a_red_flag_otherwise(clinic):
    patient_id = clinic.treated("P-1", "2 ")
    days = [FIRST_DAY - timedelta(days=1), FIRST_DAY, day_number(0), day_number(2), day_number(3)]
    flags = [bool(tell(clinic, patient_id, day, hallucinations=1).red_flags) for day in days]
    assert flags == [True, False, False, False, True]


def test_a_symptom_of_the_weeks_before_that_arrives_after_the_next_infusion_is_still_a_red_flag(clinic):
    patient_id = clinic.treated("P-1", "2 " * 60)
    clinic.infuse(patient_id, first_day=day_number(61))
    told = tell(clinic, patient_id, day_number(58), hallucinations=1)
    assert told.red_flags == ["hallucinations"]


def test_without_a_course_a_red_flag_reaches_staff_all_the_same(clinic):
    patient_id = clinic.admit("P-1")
    tell(clinic, patient_id, FIRST_DAY - timedelta(days=3), hallucinations=1)
    flag = the_flag(clinic, patient_id)
    assert (flag.status, flag.course_id) == ("open", None)


def test_a_red_flag_of_a_patient_no_longer_followed_reaches_staff(clinic):
    patient_id = clinic.treated("P-1", "2 " * 5)
    with clinic.unit(write=True) as session:
        patient = patient_by_id(session, patient_id, lock=True)
        patients.stop(session, patient, reason="withdrew", note=None, now=at(day_number(6)))
    told = tell(clinic, patient_id, day_number(7), liver_signs=1)
    assert (told.red_flags, told.created) == (["liver_signs"], True)
    assert red_flags(clinic, patient_id) == [("open", [DARK_URINE])]


def test_a_red_flag_of_a_day_long_past_reaches_staff(clinic):
    patient_id = clinic.treated("P-1", "2 " * 80)
    now = at(day_number(80))
    with clinic.phone(patient_id) as session:
        items.record_items(
            session,
            patient_by_id(session, patient_id, lock=True),
            client_id=new_uid(now),
            day=day_number(4),
            items={"liver_signs": 1},
            answered_at=at(day_number(4)),
            sent_at=now,
            now=now,
        )
    assert the_flag(clinic, patient_id).opened_at == now


def test_a_red_flag_cannot_be_snoozed_parked_cleared_or_superseded(clinic):
    patient_id = clinic.treated("P-1", "2 " * 5)
    tell(clinic, patient_id, day_number(5), urine=1)
    now, until = at(day_number(6)), day_number(9)
    with clinic.unit(write=True) as session:
        flag = session.merge(the_flag(clinic, patient_id))
        with refused("alert_wrong_state"):
            alerts.snooze(session, flag, staff_id=None, until=until, reason="later", now=now)
        with refused("alert_wrong_state"):
            alerts.park(session, flag, staff_id=None, now=now)
        for action in ("clear", "supersede"):
            with refused("alert_wrong_state"):
                alerts.end_unowned(session, [(flag, action, "scores are fine")], now=now)
    assert the_flag(clinic, patient_id).status == "open"


def test_nights_of_good_scores_and_corrections_leave_a_red_flag_open(clinic):
    patient_id = clinic.treated("P-1", "2 " * 30)
    tell(clinic, patient_id, day_number(5), urine=1)
    tell(clinic, patient_id, day_number(5), urine=0)
    clinic.run_nights(day_number(30), first=day_number(14))
    assert stands(clinic, patient_id) == {"urine": 0}
    assert red_flags(clinic, patient_id) == [("open", [URINE])]


def test_a_red_flag_leads_to_no_booking_and_a_booking_leaves_it_where_it_is(clinic):
    patient_id = clinic.treated("P-1", "2 " * 5)
    tell(clinic, patient_id, day_number(5), urine=1)
    with refused("alert_wrong_state"):
        booked(clinic, patient_id, the_flag(clinic, patient_id))
    booked(clinic, patient_id, None)
    assert red_flags(clinic, patient_id) == [("open", [URINE])]


def test_the_next_infusion_and_the_end_of_following_leave_a_red_flag_open(clinic):
    patient_id = clinic.treated("P-1", "2 " * 40)
    tell(clinic, patient_id, day_number(5), urine=1)
    clinic.infuse(patient_id, first_day=day_number(41))
    assert red_flags(clinic, patient_id) == [("open", [URINE])]
    with clinic.unit(write=True) as session:
        patient = patient_by_id(session, patient_id, lock=True)
        patients.stop(session, patient, reason="moved", note=None, now=at(day_number(60)))
    assert red_flags(clinic, patient_id) == [("open", [URINE])]


def test_a_person_takes_it_and_closes_it_and_is_named_for_both(clinic):
    patient_id = clinic.treated("P-1", "2 " * 5)
    tell(clinic, patient_id, day_number(5), urine=1)
    anna = clinic.person("Anna")
    flag = the_flag(clinic, patient_id)
    with clinic.desk(anna) as session:
        flag = session.merge(flag)
        alerts.acknowledge(session, flag, staff_id=anna.id, now=at(day_number(6)))
        alerts.close(session, flag, outcome="called", reason="urine is clear", now=at(day_number(6)))
    assert (flag.status, flag.outcome, flag.owner_id) == ("closed", "called", anna.id)
    with clinic.unit() as session:
        steps = [(step.action, step.actor_kind, step.actor_id) for step in events_of(session, flag.id)]
    assert steps == [
        ("open", "patient", patient_id),
        ("acknowledge", "staff", anna.id),
        ("close", "staff", anna.id),
    ]


def test_the_same_answers_sent_again_give_what_is_stored_and_ring_no_second_time(clinic):
    patient_id = clinic.treated("P-1", "2 " * 5)
    client_id = new_uid(at(day_number(5)))
    first = tell(clinic, patient_id, day_number(5), client_id=client_id, urine=1, sleep=4)
    again = tell(clinic, patient_id, day_number(5), client_id=client_id, urine=1, sleep=4)
    assert (first.created, again.created) == (True, False)
    assert (again.received_at, again.red_flags) == (first.received_at, ["urine"])
    assert red_flags(clinic, patient_id) == [("open", [URINE])]
    with clinic.unit() as session:
        assert len(session.scalars(own(session, ItemAnswer)).all()) == 2


def test_an_id_used_for_other_answers_or_another_day_is_refused_and_nothing_is_written(clinic):
    patient_id = clinic.treated("P-1", "2 " * 5)
    client_id = new_uid(at(day_number(5)))
    tell(clinic, patient_id, day_number(5), client_id=client_id, sleep=4)
    for number, told in [(5, {"sleep": 5}), (5, {"sleep": 4, "urine": 1}), (4, {"sleep": 4})]:
        with refused("entry_id_reused"):
            tell(clinic, patient_id, day_number(number), client_id=client_id, **told)
    assert stands(clinic, patient_id) == {"sleep": 4}
    assert red_flags(clinic, patient_id) == []


def test_an_id_that_another_patients_phone_made_means_nothing_here(clinic):
    one, other = clinic.admit("P-1"), clinic.admit("P-2")
    day = FIRST_DAY - timedelta(days=3)
    client_id = new_uid(at(day))
    tell(clinic, one, day, client_id=client_id, sleep=4)
    assert tell(clinic, other, day, client_id=client_id, sleep=9).created
    assert (stands(clinic, one), stands(clinic, other)) == ({"sleep": 4}, {"sleep": 9})


def test_a_later_answer_counts_for_its_own_items_only_and_the_first_is_kept(clinic):
    patient_id = clinic.treated("P-1", "2 " * 5)
    tell(clinic, patient_id, day_number(5), sleep=4, worst_pain=6)
    tell(clinic, patient_id, day_number(5), sleep=7)
    assert stands(clinic, patient_id) == {"sleep": 7, "worst_pain": 6}
    with clinic.unit() as session:
        rows = session.scalars(own(session, ItemAnswer).order_by(ItemAnswer.id)).all()
    assert [(row.item, row.value, row.standing) for row in rows if row.item == "sleep"] == [
        ("sleep", 4, False),
        ("sleep", 7, True),
    ]


def test_the_same_item_on_two_days_counts_on_both(clinic):
    patient_id = clinic.treated("P-1", "2 " * 5)
    tell(clinic, patient_id, day_number(4), sleep=4)
    tell(clinic, patient_id, day_number(5), sleep=7)
    with clinic.unit() as session:
        found = [(row.day, row.value) for row in items_of(session, patient_id)]
    assert found == [(day_number(4), 4), (day_number(5), 7)]


def test_the_trail_tells_that_items_came_and_not_what_they_said(clinic):
    patient_id = clinic.treated("P-1", "2 " * 5)
    tell(clinic, patient_id, day_number(5), urine=1)
    with clinic.unit() as session:
        (row,) = session.scalars(own(session, Audit).where(Audit.action == "items.record")).all()
    assert (row.actor_kind, row.patient_id, row.detail) == ("patient", patient_id, {})
