"""A patient of another clinic in an emergency: opened for an hour, with a reason, and everybody told."""

import re
from datetime import UTC, datetime, timedelta

from sqlalchemy import update

from diary.services.attempts import EMERGENCIES_PER_PERSON
from diary.services.letters import bundles
from diary.services.own_readers import who_looked
from diary.services.patients import Identity, set_identity
from diary.storage.patients import patient_by_id
from diary.storage.tables.clinic import Clinic
from diary.storage.tables.emergency import EmergencyAccess
from diary.storage.tables.outbox import Message
from diary.storage.unit import own
from tests.desk.house import MORNING, Desk, Person, words_of
from tests.little_clinic import FIRST_DAY, LittleClinic, join

FORM = "/desk/emergency"
WHY = "Found unconscious, in our care since 8:40"


def neighbour(desk: Desk) -> tuple[LittleClinic, int, str]:
    """Another clinic of the installation, with an admin and a patient; the patient's id, the clinic's uid."""
    clinic = join(desk.engine)
    clinic.person("Theo", "admin")
    patient_id = clinic.treated("P-77", "2 3 2")
    with clinic.unit(write=True) as session:
        identity = Identity("Lena Vermeulen", FIRST_DAY, "H-4711", "020 555 01")
        set_identity(session, patient_by_id(session, patient_id), identity, now=MORNING)
        found = session.get(Clinic, clinic.clinic_id)
        assert found is not None
        found.name = "Pain Centre North"
        return clinic, patient_id, found.uid


def opened(person: Person, clinic_uid: str, known_as: str = "H-4711", reason: str = WHY) -> str:
    """Where the record stands open."""
    answer = person.post(FORM, clinic=clinic_uid, known_as=known_as, reason=reason)
    assert answer.status_code == 303, words_of(answer.text)
    return str(answer.location).partition("?")[0]


def mails_in(clinic: LittleClinic) -> list[tuple[str, str]]:
    """To whom what was sent, in a unit of that clinic."""
    with clinic.unit() as session:
        waiting = list(session.scalars(own(session, Message).where(Message.kind == "emergency")))
        found = [
            one
            for bundle in bundles(session, waiting, url="https://diary.example.org", now=MORNING)
            for one in bundle.parcels
        ]
    return [(mail.to, mail.text) for mail in found]


def test_who_treats_reads_it_for_an_hour_and_everybody_concerned_hears(either_desk):
    desk = either_desk
    there, patient_id, clinic_uid = neighbour(desk)
    desk.admit_person("admin")
    physician, nurse = desk.sign_in("physician"), desk.sign_in("nurse")
    assert "Pain Centre North" in physician.get(FORM)

    place = opened(physician, clinic_uid)
    page = physician.get(place)

    told = words_of(page)
    for fact in ("Lena Vermeulen", "020 555 01", "S-ketamine", "To read only", "for 59 minutes more"):
        assert fact in told
    assert 'method="post"' not in page.partition("<main")[2].partition("</main>")[0]
    nurse.get(place, status=404)
    physician.get(f"/desk/patients/{patient_uid(there, patient_id)}", status=404)
    # The patient, and both clinics' admins; nobody is named in a mail.
    with there.unit() as session:
        (day,) = who_looked(session, patient_by_id(session, patient_id))
    assert day.by == ("guest",)
    for clinic, admin in ((there, "theo-"), (desk.clinic, "admin@")):
        ((to, text),) = mails_in(clinic)
        assert to.startswith(admin)
        assert not re.search("Vermeulen|Wit|unconscious|P-77|4711", text)
    # After the hour it is closed, by itself.
    with there.unit(write=True) as session:
        over = {"opened_at": datetime.now(UTC) - timedelta(hours=2), "ends_at": datetime.now(UTC)}
        session.execute(update(EmergencyAccess).values(**over))
    answer = physician.client.get(place)
    assert (answer.status_code, answer.location) == (303, f"{FORM}?done=emergency_over")


def test_both_trails_say_who_it_was_and_why_and_the_guests_own_not_whom(either_desk):
    desk = either_desk
    there, _, clinic_uid = neighbour(desk)
    physician = desk.sign_in("physician")
    physician.get(opened(physician, clinic_uid, known_as="P-77"))

    here = words_of(desk.sign_in("admin").get("/desk/audit"))
    assert ("emergency.ask" in here, "emergency.open" in here, "Bram de Wit" in here) == (True, True, True)
    assert "P-77" not in here
    assert WHY in here, "whoever answers for the guest reads the reason, too"
    assert "Bram de Wit, physician" not in here

    trail = words_of(admin_of(desk, there).get("/desk/audit"))
    assert "Bram de Wit, physician, Little clinic emergency.open P-77" in trail
    assert WHY in trail
    assert "somebody of another clinic patient.read P-77" in trail
    assert "desk.emergency_page 127.0.0.1" in trail


def test_a_wrong_number_opens_nothing_is_written_down_and_cannot_be_tried_for_ever(desk):
    there, _, clinic_uid = neighbour(desk)
    there.admit("P-78")
    nurse = desk.sign_in()
    for wrong in ("P-7", "Vermeulen", "lena", "%"):
        answer = nurse.post(FORM, clinic=clinic_uid, known_as=wrong, reason=WHY)
        assert (answer.status_code, "knows nobody" in answer.text) == (422, True)
    own_clinic = nurse.post(FORM, clinic=uid_of(desk.clinic), known_as="P-1", reason=WHY)
    assert own_clinic.status_code == 422
    assert nurse.post(FORM, clinic=clinic_uid, known_as="P-77", reason="").status_code == 422
    assert len(desk.audited("emergency.ask")) == 5
    for _ in range(EMERGENCIES_PER_PERSON - 5):
        nurse.post(FORM, clinic=clinic_uid, known_as="P-9", reason=WHY)
    late = nurse.post(FORM, clinic=clinic_uid, known_as="P-77", reason=WHY)
    assert (late.status_code, "Too many tries" in late.text) == (429, True)
    with there.unit() as session:
        assert session.scalars(own(session, EmergencyAccess)).all() == []


def test_only_who_treats_may_ask(desk):
    for role in ("admin", "coordinator", "researcher"):
        desk.sign_in(role).get(FORM, status=403)


def patient_uid(clinic: LittleClinic, patient_id: int) -> str:
    with clinic.unit() as session:
        return patient_by_id(session, patient_id).uid


def uid_of(clinic: LittleClinic) -> str:
    with clinic.unit() as session:
        found = session.get(Clinic, clinic.clinic_id)
        assert found is not None
        return found.uid


def admin_of(desk: Desk, clinic: LittleClinic) -> Person:
    """The other clinic's admin, signed in at the same desk."""
    return Desk(desk.app, clinic).sign_in("second admin")
