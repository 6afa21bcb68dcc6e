"""Calls, notes and who looks after a patient: written once, with a name, and seen on the patient's page."""

from diary.storage.patients import patient_by_id
from diary.storage.tables.staff import Staff
from diary.storage.unit import own
from tests.desk.house import Desk, words_of


def test_a_call_is_logged_in_one_press_with_who_made_it(desk):
    nurse = desk.sign_in()
    patient_id = desk.patient("P-1", name="Anneke de Boer")
    path = f"{desk.page(patient_id)}/calls/new"

    assert "020 000 00 01" in nurse.get(path), "the number stands where the call is logged"
    assert nurse.post(path, result="no_answer").status_code == 303
    assert nurse.post(path, result="reached", note="Comes on Monday.").status_code == 303

    text = words_of(nurse.get(desk.page(patient_id)))
    assert "Anna Visser called: no answer" in text
    assert "Anna Visser called: reached. Comes on Monday." in text
    assert [row.detail for row in desk.audited("call.log")] == [
        {"result": "no_answer"},
        {"result": "reached"},
    ]


def test_a_call_about_another_patients_alert_is_refused(desk):
    nurse = desk.sign_in()
    patient_id = desk.patient("P-1")
    others = desk.alert(desk.patient("P-2"), "review")

    assert nurse.post(f"{desk.page(patient_id)}/calls/new", result="reached", alert=others).status_code == 404
    assert desk.audited("call.log") == []


def test_a_note_stands_for_good_and_is_not_in_the_audit(desk):
    nurse = desk.sign_in()
    patient_id = desk.patient("P-1")
    path = f"{desk.page(patient_id)}/notes/new"

    assert nurse.post(path).status_code == 422
    assert nurse.post(path, body="Prefers mornings.").status_code == 303

    assert "Anna Visser noted: Prefers mornings." in words_of(nurse.get(desk.page(patient_id)))
    assert [row.detail for row in desk.audited("note.add")] == [{}]


def test_who_looks_after_a_patient_can_be_changed_by_whoever_saw_how_it_stood(desk):
    nurse, joost = desk.sign_in(), desk.sign_in("second nurse")
    patient_id = desk.patient("P-1")
    path = f"{desk.page(patient_id)}/owner"
    uid = staff_uid(desk, "Joost Bos")

    assert nurse.post(path, version=1, owner=uid).status_code == 303
    assert "looked after by Joost Bos" in words_of(joost.get(desk.page(patient_id)))
    assert joost.post(path, version=1).status_code == 412, "it was changed meanwhile"
    assert joost.post(path, version=2).status_code == 303, "left open: nobody in particular"

    with desk.reading() as session:
        assert patient_by_id(session, patient_id).owner_id is None


def staff_uid(desk: Desk, name: str) -> str:
    with desk.reading() as session:
        return session.scalars(own(session, Staff).where(Staff.name == name)).one().uid
