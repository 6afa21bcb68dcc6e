"""What is taken out: every version, its four times, no name, nothing that a spreadsheet would run."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select

from diary.services import entries
from diary.services.export_dictionary import dictionary_rows
from diary.services.exports import (
    ENTRY_COLUMNS,
    FORMULA_STARTS,
    INFUSION_COLUMNS,
    cell,
    entry_rows,
    infusion_rows,
    note_export,
)
from diary.services.patients import Identity, set_identity
from diary.storage.engine import make_engine
from diary.storage.entries import versions_of
from diary.storage.patients import patient_by_id
from diary.storage.tables.audit import Audit
from tests.little_clinic import FIRST_DAY, LittleClinic, at, day_number, found


@pytest.fixture
def clinic(database_url: str) -> Iterator[LittleClinic]:
    engine = make_engine(database_url)
    yield found(engine)
    engine.dispose()


def exported(clinic: LittleClinic) -> list[dict]:
    with clinic.unit() as session:
        return [dict(zip(ENTRY_COLUMNS, row, strict=True)) for row in entry_rows(session)]


def test_every_version_of_a_day_is_there_with_its_four_times(clinic):
    patient_id = clinic.treated("P-1", "2 3")
    with clinic.unit(write=True) as session:
        patient = patient_by_id(session, patient_id, lock=True)
        standing = versions_of(session, patient_id)[-1]
        entries.correct(session, patient, standing, nrs=4, reason="said so", now=at(day_number(5)))
    of_day = [row for row in exported(clinic) if row["day"] == str(day_number(2))]
    assert [(row["version"], row["nrs"], row["kind"], row["standing"]) for row in of_day] == [
        (1, 3, "answer", "no"),
        (2, 4, "correction", "yes"),
    ]
    first = of_day[0]
    assert first["answered_at"] == first["sent_at"] == first["received_at"] == "2026-01-11T19:00:00+00:00"
    assert (first["course"], first["day_number"], first["zone"]) == (1, 2, "Europe/Amsterdam")
    assert of_day[1]["reason"] == "said so"


def test_a_day_before_the_infusion_has_a_number_below_nought(clinic):
    clinic.treated("P-1", "2")
    before = [row for row in exported(clinic) if row["day"] == str(FIRST_DAY - timedelta(days=1))]
    assert [(row["course"], row["day_number"]) for row in before] == [(1, -1)]


def test_who_a_patient_is_stays_out(clinic):
    patient_id = clinic.treated("P-1", "2")
    with clinic.unit(write=True) as session:
        patient = patient_by_id(session, patient_id, lock=True)
        identity = Identity(name="Vera Hornbeam", hospital_number="SIM-77")
        set_identity(session, patient, identity, now=at(FIRST_DAY))
    text = repr(exported(clinic))
    assert "P-1" in text
    assert "Hornbeam" not in text
    assert "SIM-77" not in text


@pytest.mark.parametrize("start", FORMULA_STARTS)
def test_text_that_a_spreadsheet_would_run_is_guarded(start):
    assert cell(f'{start}HYPERLINK("x")') == f'\'{start}HYPERLINK("x")'


def test_numbers_stay_numbers(clinic):
    assert (cell(-3), cell(0), cell(2.5)) == (-3, 0, 2.5)


def test_a_reason_that_is_a_formula_leaves_guarded(clinic):
    patient_id = clinic.treated("P-1", "2")
    with clinic.unit(write=True) as session:
        patient = patient_by_id(session, patient_id, lock=True)
        standing = versions_of(session, patient_id)[-1]
        entries.correct(session, patient, standing, nrs=4, reason="=1+1", now=at(day_number(5)))
    assert [row["reason"] for row in exported(clinic) if row["kind"] == "correction"] == ["'=1+1"]


def test_infusions_are_there_with_their_course(clinic):
    clinic.treated("P-1", "2")
    with clinic.unit() as session:
        (row,) = [dict(zip(INFUSION_COLUMNS, row, strict=True)) for row in infusion_rows(session)]
    assert (row["pseudonym"], row["course"], row["first_day"]) == ("P-1", 1, str(FIRST_DAY))
    assert row["dose"] == "100 h"


def test_an_export_leaves_a_trace(clinic):
    with clinic.unit(write=True) as session:
        note_export(session, "entries", now=at(FIRST_DAY))
    with clinic.unit() as session:
        trace = session.scalars(select(Audit).where(Audit.action == "export")).one()
        assert trace.detail == {"what": "entries"}


def test_the_dictionary_says_what_every_column_means():
    told = dictionary_rows()
    assert [(record, column) for record, column, _ in told] == [
        *(("entries", column) for column in ENTRY_COLUMNS),
        *(("infusions", column) for column in INFUSION_COLUMNS),
    ]
    assert all(means.endswith(".") for *_, means in told)
