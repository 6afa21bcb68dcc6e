"""A patient moves to another clinic: the whole record arrives there, and then nothing of it is left here."""

from collections.abc import Iterator

import pytest

from diary.services import erasing, transfers
from diary.services.entries import correct
from diary.services.verify import compare
from diary.storage.courses import administrations_of, courses_of
from diary.storage.engine import make_engine
from diary.storage.entries import versions_of
from diary.storage.patients import identity_of, patient_by_id
from diary.storage.tables.alert import Note
from diary.storage.tables.staff import Staff
from diary.storage.unit import own
from tests.little_clinic import FIRST_DAY, LittleClinic, at, day_number, found, join
from tests.refusals import refused
from tests.services.test_erasing import SECRET, left, lena, two

NOW = at(day_number(20))
SAME = (
    *("client_id", "day", "version", "kind", "nrs", "standing", "source", "answered_at", "sent_at"),
    *("received_at", "zone", "reason", "actor_kind"),
)


@pytest.fixture
def here(database_url: str) -> Iterator[LittleClinic]:
    engine = make_engine(database_url)
    yield found(engine)
    engine.dispose()


def versions(clinic: LittleClinic, patient_id: int) -> list[tuple[object, ...]]:
    with clinic.unit() as session:
        return [tuple(getattr(row, name) for name in SAME) for row in versions_of(session, patient_id)]


def corrected(clinic: LittleClinic, patient_id: int) -> None:
    """One answer has a correction beside it."""
    with clinic.desk(clinic.person("Pieter")) as session:
        patient = patient_by_id(session, patient_id, lock=True)
        entry = versions_of(session, patient_id)[-1]
        correct(session, patient, entry, nrs=6, reason="said so at the visit", now=NOW)


def out(clinic: LittleClinic, patient_id: int, agreed: list[Staff]) -> tuple[str, str]:
    with clinic.unit(write=True) as session:
        patient = patient_by_id(session, patient_id, lock=True)
        return transfers.hand_over(session, patient, agreed=agreed, now=NOW)


def take_in(clinic: LittleClinic, sealed: str, key: str, by: Staff) -> transfers.TakenIn:
    with clinic.unit(write=True) as session:
        return transfers.take_in(session, sealed, key=key, pseudonym="N-1", by=by, now=NOW)


def let_go(clinic: LittleClinic, patient_id: int, receipt: str, agreed: list[Staff]) -> None:
    with clinic.unit(write=True) as session:
        patient = patient_by_id(session, patient_id, lock=True)
        transfers.let_go(session, patient, receipt=receipt, agreed=agreed, now=NOW)


def test_every_version_and_infusion_arrives_and_then_nothing_is_left_behind(here):
    there, agreed = join(here.engine), two(here)
    patient_id = lena(here)
    corrected(here, patient_id)
    before = versions(here, patient_id)

    sealed, key = out(here, patient_id, agreed)
    assert not any(word in sealed for word in (SECRET, "P-lena"))
    assert left(here, patient_id)["entry"] == len(before), "read here until the other clinic has it"
    taken = take_in(there, sealed, key, there.person("Rosa"))

    assert versions(there, taken.patient.id) == before
    with there.unit() as session:
        identity = identity_of(session, taken.patient.id)
        assert identity is not None
        assert (identity.name, identity.hospital_number) == (SECRET, None)
        (course,) = courses_of(session, taken.patient.id)
        # Brought in: such a course never rings for what is past.
        assert (course.status, course.first_infusion_day, course.imported_at) == ("open", FIRST_DAY, NOW)
        (given,) = administrations_of(session, taken.patient.id)
        assert (given.agent, given.course_id) == ("s_ketamine", course.id)
        (note,) = session.scalars(own(session, Note))
        assert note.body.startswith("From Little clinic, ")
        assert [one.what for page in compare(session) for one in page.differences] == []

    let_go(here, patient_id, taken.receipt, agreed)
    assert left(here, patient_id) == {}


def test_it_takes_two_people_no_hold_and_the_receipt_of_who_opened_the_file(here):
    there, agreed = join(here.engine), two(here)
    patient_id = lena(here)
    with here.unit(write=True) as session:
        erasing.hold(session, patient_by_id(session, patient_id), reason="a claim", now=NOW)
    with refused("record_held"):
        out(here, patient_id, agreed)
    with here.unit(write=True) as session:
        erasing.release(session, patient_by_id(session, patient_id), now=NOW)
    with refused("two_people_needed"):
        out(here, patient_id, agreed[:1])
    sealed, key = out(here, patient_id, agreed)
    rosa = there.person("Rosa")
    for wrong in ((sealed, "tr_another"), (sealed[:-8], key), ("nothing", key)):
        with refused("transfer_not_readable"):
            take_in(there, *wrong, rosa)
    with refused("receipt_wrong"):
        let_go(here, patient_id, "0123456789abcdef", agreed)
    assert left(here, patient_id)["entry"] > 0
