"""An alert is worked out again at the desk, by another process, and that somebody looked is written down."""

from diary.storage.tables.alert import Alert, AlertInput
from diary.storage.unit import own
from tests.desk.house import words_of
from tests.little_clinic import day_number

LOST = "2 " * 30 + "8 " * 30


def test_the_button_says_that_the_copy_agrees_and_when_somebody_changed_it(desk):
    nurse = desk.sign_in()
    patient_id = desk.clinic.treated("P-1", LOST)
    desk.name(patient_id, "Anneke de Boer")
    desk.clinic.run_nights(day_number(60))
    with desk.clinic.unit() as session:
        alert = next(one for one in session.scalars(own(session, Alert)) if one.kind == "loss")
    path = f"/desk/alerts/{alert.uid}/check"
    assert f'action="{path}"' in nurse.get(desk.page(patient_id))

    told = words_of(nurse.post(path).get_data(as_text=True))
    assert "Anneke de Boer" in told
    assert "Agrees. Night of" in told
    assert ": loss, confirmed. Found now: loss, confirmed." in told
    (read,) = desk.audited("alert_copy.read")
    assert (read.object_uid, read.patient_id) == (alert.uid, patient_id)

    with desk.clinic.unit(write=True) as session:
        for copy in session.scalars(own(session, AlertInput).where(AlertInput.alert_id == alert.id)):
            copy.days = bytes([*copy.days[:-1], 0])
    told = words_of(nurse.post(path).get_data(as_text=True))
    assert "The copy was changed." in told
    assert "Tell your operator before you act on it." in told


def test_an_alert_that_a_person_opened_has_no_such_button(desk):
    patient_id = desk.patient("P-1")
    desk.alert(patient_id, "red_flag", items=["Fever"])
    assert "Work it out again" not in desk.sign_in().get(desk.page(patient_id))
