"""A patient takes the own record home, whole, and sees who looked at it."""

import csv
import io
import json
from datetime import timedelta

from diary.phone.languages.english import ENGLISH
from diary.services.exports import note_export
from diary.services.patients import read_identity
from diary.storage.ids import new_uid
from diary.storage.patients import patient_by_id
from diary.storage.tables.audit import Audit
from diary.storage.tables.staff import Staff
from diary.storage.unit import Scope, own, unit
from tests.phone.phone_clinic import TODAY, YESTERDAY, Phone, PhoneClinic, at, text_of


def look(clinic: PhoneClinic, patient_id: int, role: str) -> None:
    """Somebody of the clinic in this role opens the patient's page."""
    email = f"{role}@example.org"
    with clinic.unit(write=True) as session:
        known = session.scalars(own(session, Staff).where(Staff.email == email)).one_or_none()
        if known is None:
            now = clinic.clock()
            known = Staff(
                clinic_id=clinic.clinic_id,
                uid=new_uid(now),
                email=email,
                name="Jan Smit",
                role=role,
                created_at=now,
            )
            session.add(known)
            session.flush()
        staff_id = known.id
    scope = Scope(clinic.clinic_id, "staff", staff_id, role)
    with unit(clinic.engine, scope, write=True) as session:
        read_identity(session, patient_by_id(session, patient_id), now=clinic.clock())


def test_the_table_holds_every_version_of_every_answer(clinic: PhoneClinic, joined: tuple[int, Phone]):
    _, phone = joined
    phone.answer(7)
    clinic.clock.moment += timedelta(minutes=1)
    phone.answer(5, change=True)
    phone.answer(4, YESTERDAY)

    file = phone.get("/app/download/diary.csv")

    assert file.headers["Content-Disposition"] == 'attachment; filename="diary.csv"'
    rows = list(csv.DictReader(io.StringIO(file.text)))
    assert [(row["day"], row["nrs"], row["version"], row["standing"]) for row in rows] == [
        (str(YESTERDAY), "4", "1", "yes"),
        (str(TODAY), "7", "1", "no"),
        (str(TODAY), "5", "2", "yes"),
    ]


def test_the_record_holds_answers_what_was_told_besides_and_the_consent(
    clinic: PhoneClinic, joined: tuple[int, Phone]
):
    _, phone = joined
    phone.answer(7)
    phone.post("/app/more", {**phone.form("/app/more"), "item": "headache"})

    record = json.loads(phone.get("/app/download/diary.json").text)

    assert [(one["day"], one["nrs"], one["answered_on_phone"]) for one in record["answers"]] == [
        (str(TODAY), 7, f"{TODAY} 20:00")
    ]
    assert [(one["item"], one["value"]) for one in record["items"]] == [("headache", 1)]
    assert [one["withdrawn_at"] for one in record["consents"]] == [None]
    assert [row.detail for row in clinic.rows(Audit) if row.action == "own.export"] == [{"what": "record"}]


def test_another_patients_record_is_never_in_it(clinic: PhoneClinic):
    ours, theirs = (clinic.phone(clinic.admit(name)) for name in ("P-1", "P-2"))
    theirs.answer(9)

    assert json.loads(ours.get("/app/download/diary.json").text)["answers"] == []
    assert ours.get("/app/download/diary.csv").text.count("\n") == 1


def test_who_looked_is_told_by_day_and_role_and_by_no_name(clinic: PhoneClinic, joined: tuple[int, Phone]):
    patient_id, phone = joined
    assert ENGLISH.say("readers.none") in phone.get("/app/readers").text
    assert ENGLISH.say("days.looked") not in phone.get("/app/days").text

    clinic.clock.moment = at(YESTERDAY, 10)
    look(clinic, patient_id, "physician")
    look(clinic, clinic.admit("P-2"), "coordinator")
    clinic.clock.moment = at(TODAY, 10)
    for _ in range(3):
        look(clinic, patient_id, "nurse")
    with clinic.unit(write=True) as session:
        note_export(session, "entries", now=clinic.clock())

    page = phone.get("/app/readers").text
    assert "Sat 21 Nov A nurse A copy without names Fri 20 Nov A doctor" in text_of(page)
    assert "Smit" not in page
    assert "study" not in text_of(page)
    assert "Your clinic last looked: Saturday 21 November" in text_of(phone.get("/app/days").text)
