"""When this phone reminds: the patient's hour, notes to this phone, a calendar by a secret address."""

import re

from icalendar import Calendar

from diary.storage.reach import live_subscriptions
from diary.storage.reminders import reminder_of
from diary.storage.tables.outbox import Message
from tests.phone.phone_clinic import TODAY, Phone, PhoneClinic, at

PUSH = {"endpoint": "https://push.example.org/1", "p256dh": "B" + "A" * 86, "auth": "A" * 22}
PAGE = "/app/reminders"


def wish(clinic: PhoneClinic, patient_id: int) -> tuple[bool, int] | None:
    with clinic.unit() as session:
        row = reminder_of(session, patient_id)
        return (row.wanted, row.minute) if row is not None else None


def send(phone: Phone, path: str, **fields: str):
    return phone.post(path, {**phone.form(PAGE), **fields})


def test_a_patient_chooses_the_hour_and_can_switch_it_off(clinic: PhoneClinic):
    patient_id = clinic.admit()
    phone = clinic.phone(patient_id)
    assert wish(clinic, patient_id) is None
    send(phone, PAGE, wanted="yes", minute="1170")
    assert wish(clinic, patient_id) == (True, 1170)
    assert '<option value="1170" selected>19:30' in phone.get(PAGE).text
    phone.post(PAGE, {"csrf": phone.form(PAGE)["csrf"], "minute": "1170"})
    assert wish(clinic, patient_id) == (False, 1170)


def test_a_phone_that_agrees_to_notes_is_reminded_at_eight_until_it_says_no(clinic: PhoneClinic):
    patient_id = clinic.admit()
    phone = clinic.phone(patient_id)
    send(phone, "/app/push", **PUSH)
    assert wish(clinic, patient_id) == (True, 1200)
    with clinic.unit() as session:
        assert [one.endpoint for one in live_subscriptions(session, [patient_id])] == [PUSH["endpoint"]]
    send(phone, "/app/push/end")
    with clinic.unit() as session:
        assert live_subscriptions(session, [patient_id]) == []


def test_an_address_inside_is_no_address_for_notes(sqlite_clinic: PhoneClinic):
    patient_id = sqlite_clinic.admit()
    refused = send(sqlite_clinic.phone(patient_id), "/app/push", **{**PUSH, "endpoint": "http://10.0.0.1/"})
    assert refused.status_code == 422


def test_the_calendar_opens_by_its_secret_alone_and_a_new_one_closes_the_old(clinic: PhoneClinic):
    patient_id = clinic.admit()
    phone = clinic.phone(patient_id)
    first, second = (
        re.search(r'href="webcal://[^/]+(/app/calendar/[^"]+)"', send(phone, "/app/calendar").text).group(1)
        for _ in range(2)
    )
    stranger = clinic.app.test_client()
    assert stranger.get(first, base_url="https://diary.example.org").status_code == 404
    answer = stranger.get(second, base_url="https://diary.example.org")
    assert answer.content_type == "text/calendar; charset=utf-8"
    (event,) = Calendar.from_ical(answer.text).walk("VEVENT")
    assert str(event["SUMMARY"]) == "Time for your daily answer"
    assert "P-0042" not in answer.text
    send(phone, "/app/reminders/calendar/end")
    assert stranger.get(second, base_url="https://diary.example.org").status_code == 404


def test_a_phone_says_that_it_showed_a_note_and_a_made_up_one_changes_nothing(clinic: PhoneClinic):
    patient_id = clinic.admit()
    with clinic.unit(write=True) as session:
        moment = at(TODAY)
        message = Message(
            clinic_id=clinic.clinic_id,
            uid="0193b5c2-7d1e-7a40-9c55-3f0e6a1b2c4d",
            kind="reminder",
            dedupe_key="reminder:1",
            patient_id=patient_id,
            state="delivered",
            created_at=moment,
            ended_at=moment,
            tries=1,
        )
        session.add(message)
        session.flush()
        uid = message.uid
    stranger = clinic.app.test_client()
    for shown in (uid, uid, uid[:-1] + ("0" if uid[-1] != "0" else "1")):
        said = stranger.post(f"/app/shown/{shown}", base_url="https://diary.example.org")
        assert said.status_code == 204
    with clinic.unit() as session:
        assert session.get(Message, message.id).shown_at == clinic.clock()
