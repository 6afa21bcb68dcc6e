"""Patients at the desk: admitted, found, paused, stopped, and their phones paired and taken away."""

import re
from datetime import timedelta

import pytest

from diary.domain.errors import Refusal
from diary.services import enrolment
from diary.storage.patients import devices_of
from diary.storage.tables.outbox import Message
from diary.storage.unit import Scope, own, unit
from tests.desk.house import MORNING, SECRET, Person, the_patient, words_of
from tests.little_clinic import ZONE
from tests.services.test_phone_reach import deliver
from tests.services.test_reach import subscribe

TODAY = MORNING.date()
YESTERDAY = TODAY - timedelta(days=1)


def test_stopping_takes_one_press_on_its_page_and_ends_all_but_red_flags(desk):
    nurse = desk.sign_in()
    patient_id = desk.patient("P-1")
    desk.alert(patient_id, "loss", "confirmed")
    desk.alert(patient_id, "red_flag", items=["Fever, rash or itching"])
    path = f"/desk/patients/{desk.uid(patient_id)}/follow"

    assert (
        nurse.post(path, version=the_patient(desk).version, state="stopped", reason="moved").status_code
        == 303
    )

    assert the_patient(desk).follow_state == "stopped"
    assert {alert.kind: alert.status for alert in desk.clinic.alerts(patient_id)} == {
        "loss": "closed",
        "red_flag": "open",
    }
    assert "No longer followed: moved away." in words_of(nurse.get(desk.page(patient_id)))


def test_a_pause_has_an_end_and_following_again_ends_it(desk):
    nurse = desk.sign_in()
    patient_id = desk.patient("P-1")
    path = f"/desk/patients/{desk.uid(patient_id)}/follow"
    until = TODAY + timedelta(days=7)

    nurse.post(path, version=the_patient(desk).version, state="paused", until=until)
    assert "Paused until 11 Apr: nothing is asked." in words_of(nurse.get(desk.page(patient_id)))

    nurse.post(path, version=the_patient(desk).version, state="followed")
    assert the_patient(desk).follow_state == "followed"


def test_a_code_is_shown_once_and_pairs_one_phone(desk):
    nurse = desk.sign_in()
    patient_id = desk.patient("P-1")
    path = f"/desk/patients/{desk.uid(patient_id)}/code"

    first, second = (code_in(nurse.post(path).get_data(as_text=True)) for _ in range(2))

    assert first != second
    phone = enrolment.Phone(zone=ZONE.key, locale="en", consent_version="1", label="Anneke's phone")
    with (
        pytest.raises(Refusal, match="has ended"),
        unit(desk.engine, Scope(None, "system"), write=True) as session,
    ):
        enrolment.redeem(session, first, phone, secret_keys=[SECRET], now=MORNING)
    with unit(desk.engine, Scope(None, "system"), write=True) as session:
        enrolment.redeem(session, second, phone, secret_keys=[SECRET], now=MORNING)
    page = nurse.get(desk.page(patient_id))
    assert second not in page
    assert "Anneke&#39;s phone" in page


def test_a_lost_phone_can_no_longer_sign_in(desk):
    nurse = desk.sign_in()
    patient_id = desk.patient("P-1")
    patient = desk.uid(patient_id)
    code = code_in(nurse.post(f"/desk/patients/{patient}/code").get_data(as_text=True))
    phone = enrolment.Phone(zone=ZONE.key, locale="en", consent_version="1")
    with unit(desk.engine, Scope(None, "system"), write=True) as session:
        device = enrolment.redeem(session, code, phone, secret_keys=[SECRET], now=MORNING).device.uid

    assert nurse.post(f"/desk/patients/{patient}/phones/{device}/remove").status_code == 303

    with desk.reading() as session:
        assert devices_of(session, patient_id)[0].revoked_at is not None
    assert "No phone is paired" in nurse.get(desk.page(patient_id))


def test_a_new_patient_has_a_pseudonym_of_their_own(desk):
    nurse = desk.sign_in()
    given = {
        "pseudonym": "P-7",
        "identity.name": "Karel Vos",
        "identity.birth_date": "1961-02-03",
        "zone": "Europe/Amsterdam",
        "locale": "nl",
    }
    assert nurse.post("/desk/patients/new", **given).status_code == 303
    assert "Karel Vos" in found_by(nurse, "karel")

    refused = nurse.post("/desk/patients/new", **given)
    assert refused.status_code == 409
    assert "Another patient has this pseudonym" in refused.get_data(as_text=True)
    assert 'value="Karel Vos"' in refused.get_data(as_text=True)


def test_a_patient_is_found_by_pseudonym_name_or_hospital_number(either_desk):
    desk = either_desk
    nurse, coordinator = desk.sign_in(), desk.sign_in("coordinator")
    patient_id = desk.patient("P-1", name="Anneke de Boer")
    desk.patient("Q-2", name="Mehmet Yilmaz")

    for query in ("p-", "anneke", "BOER", f"H{patient_id:05}"):
        page = found_by(nurse, query)
        assert "1 patient found" in words_of(page), query
        assert "Anneke de Boer" in page
    assert "0 patients found" in words_of(found_by(nurse, "%"))
    assert "0 patients found" in words_of(found_by(coordinator, "anneke"))


def test_a_name_that_looks_like_code_is_shown_as_it_is_written(desk):
    nurse = desk.sign_in()
    patient_id = desk.patient("<b>P-1</b>", name="<script>alert(1)</script>")
    desk.alert(patient_id, "loss", "confirmed")

    for page in (nurse.get("/desk/"), nurse.get(desk.page(patient_id)), found_by(nurse, "<script>")):
        assert "<script>" not in page
        assert "<b>P-1" not in page
        assert "&lt;script&gt;alert(1)" in page


def found_by(person: Person, query: str) -> str:
    return person.post("/desk/patients/search", q=query).get_data(as_text=True)


def code_in(page: str) -> str:
    """The code as the patient would type it, without its dash."""
    return re.search(r'class="code">([A-Z0-9]{4})-([A-Z0-9]{4})<', page).expand(r"\1\2")


def test_a_silent_patient_whose_phone_shows_no_reminder_is_told_apart(desk):
    nurse = desk.sign_in()
    patient_id = desk.patient("P-1")
    desk.alert(patient_id, "silence", days_since_answer=8)
    assert "No phone is paired." in words_of(nurse.get("/desk/?tab=silent"))

    subscribe(desk.clinic, patient_id, "https://push.example/a")
    for days in (3, 4, 5):
        deliver(desk.clinic, patient_id, TODAY - timedelta(days=days))

    out_of_reach = "No way to reach the phone: it showed none of the last 3 reminders."
    assert out_of_reach in words_of(nurse.get("/desk/?tab=silent"))
    page = words_of(nurse.get(desk.page(patient_id)))
    assert page.count(out_of_reach) == 2, "with the alert, and with the phones"
    assert "last seen" in page

    with desk.clinic.unit(write=True) as session:
        note = session.scalars(own(session, Message).where(Message.kind == "reminder")).first()
        note.shown_at = MORNING - timedelta(days=2)
    assert "it showed a reminder 2 days ago." in words_of(nurse.get("/desk/?tab=silent"))
