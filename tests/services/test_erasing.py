"""Erasing a patient: who it was is gone from every table, or all of it; two agree, a hold forbids."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import Text, select, update
from sqlalchemy.exc import DBAPIError

from diary.domain.errors import Refusal
from diary.services import erasing, patients
from diary.services.audit_seal import check, seal_everything
from diary.services.patient_list import patient_list
from diary.storage.audit import TABLE as AUDIT
from diary.storage.engine import make_engine
from diary.storage.erasing import FREE_TEXTS, OF_IDENTITY, WORDS, rows_of, tables_of_patients
from diary.storage.patients import patient_by_id, patient_by_uid, patients_page
from diary.storage.schema import metadata
from diary.storage.tables.alert import Note
from diary.storage.tables.entry import Entry
from diary.storage.tables.staff import Staff
from tests.little_clinic import FIRST_DAY, LittleClinic, at, day_number, found
from tests.storage.rows import contents

NOW = at(day_number(20))
SECRET = "Lena Vermeulen"


@pytest.fixture
def clinic(database_url: str) -> Iterator[LittleClinic]:
    engine = make_engine(database_url)
    yield found(engine)
    engine.dispose()


def lena(clinic: LittleClinic, pseudonym: str = "P-lena") -> int:
    """A patient with a name in every place where a person can type one."""
    patient_id = clinic.treated(pseudonym, "2 3 2 8 8 8 8")
    person = clinic.person("Nora")
    with clinic.desk(person) as session:
        patient = patient_by_id(session, patient_id, lock=True)
        identity = patients.Identity(SECRET, FIRST_DAY, "H-77", "+31 20 1234")
        patients.set_identity(session, patient, identity, now=NOW)
        patients.pause(session, patient, until=None, note=f"{SECRET} is abroad", now=NOW)
        facts = {"clinic_id": clinic.clinic_id, "patient_id": patient_id, "staff_id": person.id}
        session.add(Note(**facts, at=NOW, body=f"Spoke with {SECRET}"))
    return patient_id


def two(clinic: LittleClinic, *roles: str) -> list[Staff]:
    return [clinic.person(f"One{place}", role) for place, role in enumerate(roles or ("admin", "nurse"))]


def erase(clinic: LittleClinic, patient_id: int, extent: str, agreed: list[Staff]) -> None:
    with clinic.unit(write=True) as session:
        patient = patient_by_id(session, patient_id, lock=True)
        erasing.erase(session, patient, extent=extent, agreed=agreed, now=NOW)


def everything_in(clinic: LittleClinic) -> str:
    with clinic.unit() as session:
        return str([contents(session, table) for table in metadata.sorted_tables])


def left(clinic: LittleClinic, patient_id: int) -> dict[str, int]:
    with clinic.unit() as session:
        wanted = [
            (table.name, select(table).where(rows_of(table, patient_id, clinic.clinic_id)))
            for table in tables_of_patients()
        ]
        counted = {name: len(session.execute(statement).all()) for name, statement in wanted}
    return {name: count for name, count in counted.items() if count}


def test_every_text_of_a_patients_tables_is_known_as_free_or_as_a_word():
    unknown = [
        f"{table.name}.{column.name}"
        for table in tables_of_patients()
        if table.name not in (*OF_IDENTITY, "delivery")
        for column in table.columns
        if isinstance(column.type, Text)
        and column.name not in (*FREE_TEXTS.get(table.name, ()), *WORDS.get(table.name, ()))
    ]
    assert unknown == []


def test_who_it_was_is_nowhere_afterwards_and_the_diary_stands_under_another_name(clinic):
    patient_id, other_id = lena(clinic), clinic.treated("P-other", "2 3")
    before = left(clinic, patient_id)
    assert SECRET in everything_in(clinic)
    erase(clinic, patient_id, "identity", two(clinic))
    known = everything_in(clinic)
    assert [word for word in (SECRET, "H-77", "+31 20 1234", "P-lena") if word in known] == []
    after = left(clinic, patient_id)
    assert (after["entry"], after["course"]) == (before["entry"], before["course"])
    assert "patient_identity" not in after
    with clinic.unit() as session:
        assert patient_by_id(session, other_id).pseudonym == "P-other"
        assert patient_by_id(session, patient_id).pseudonym.startswith("erased-")
        assert patient_by_id(session, other_id).follow_state == "followed"


def test_erased_altogether_nothing_is_left_and_no_list_shows_the_bare_row(clinic):
    patient_id, other_id = lena(clinic), clinic.treated("P-other", "2 3")
    others = left(clinic, other_id)
    with clinic.unit() as session:
        uid = patient_by_id(session, patient_id).uid
    erase(clinic, patient_id, "everything", two(clinic))
    assert left(clinic, patient_id) == {}
    assert left(clinic, other_id) == others
    assert SECRET not in everything_in(clinic)
    with clinic.unit(write=True) as session:
        assert patient_by_uid(session, uid) is None
        page = patients_page(session, begins=None, follow_state=None, after=None, limit=9)
        assert [row.pseudonym for row in page] == ["P-other"]
        shown = patient_list(session, query="", page=1, names=True, now=NOW)
        assert (shown.found, [row.patient.pseudonym for row in shown.rows]) == (1, ["P-other"])
    assert clinic.admit("P-new") > other_id, "a number is never given out again"


def test_the_audit_trail_stays_whole_and_says_who_agreed(clinic):
    patient_id = lena(clinic)
    seal_everything(clinic.engine, now=NOW)
    agreed = two(clinic)
    erase(clinic, patient_id, "everything", agreed)
    seal_everything(clinic.engine, now=NOW)
    with clinic.unit() as session:
        assert check(session).breaks == ()
        (row,) = session.execute(select(AUDIT).where(AUDIT.c.action == "patient.erase")).all()
    assert row.detail == {"after": "everything", "agreed": sorted(person.uid for person in agreed)}


@pytest.mark.parametrize("roles", [("admin",), ("nurse", "physician")])
def test_one_person_or_two_without_an_admin_erase_nothing(clinic, roles):
    patient_id = lena(clinic)
    before = everything_in(clinic)
    people = two(clinic, *roles)
    with pytest.raises(Refusal, match="Two people"):
        erase(clinic, patient_id, "identity", [*people, people[0]])
    assert SECRET in before
    assert SECRET in everything_in(clinic)


def test_a_held_record_is_erased_by_nobody_until_the_hold_ends(clinic):
    patient_id, agreed = lena(clinic), two(clinic)
    with clinic.unit(write=True) as session:
        erasing.hold(session, patient_by_id(session, patient_id), reason="a claim", now=NOW)
    with pytest.raises(Refusal, match="held"):
        erase(clinic, patient_id, "everything", agreed)
    with clinic.unit(write=True) as session:
        assert erasing.release(session, patient_by_id(session, patient_id), now=NOW)
    erase(clinic, patient_id, "everything", agreed)
    assert left(clinic, patient_id) == {}


def test_erasing_one_patient_opens_the_diary_of_no_other(clinic):
    patient_id, other_id = lena(clinic), clinic.treated("P-other", "2 3")
    erase(clinic, patient_id, "identity", two(clinic))
    for change in (Entry.__table__.delete(), update(Entry.__table__).values(reason="changed")):
        with pytest.raises(DBAPIError, match="only grows"), clinic.unit(write=True) as session:
            session.execute(change.where(Entry.__table__.c.patient_id == other_id))


def test_whoever_a_backup_brings_back_is_erased_again(clinic):
    patient_id = lena(clinic)
    with clinic.unit() as session:
        uid = patient_by_id(session, patient_id).uid
    register = {uid: "identity", "0193b5c2-7d1e-7a40-9c55-3f0e6a1b2c4d": "everything"}
    with clinic.unit(write=True) as session:
        assert erasing.erase_again(session, register, now=NOW + timedelta(days=1)) == 1
        assert erasing.erase_again(session, register, now=NOW + timedelta(days=1)) == 0
    assert SECRET not in everything_in(clinic)
