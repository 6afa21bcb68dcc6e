"""The audit trail at the desk: an admin finds who looked at whom, by patient, person and day."""

import csv
import io
import uuid

import pytest
from sqlalchemy import select

from diary.services.audit_seal import seal_everything
from diary.storage.tables.staff import Staff
from tests.desk.house import MORNING, Desk, words_of
from tests.little_clinic import join


def staff_uid(desk: Desk, role: str) -> str:
    with desk.reading() as session:
        return session.scalars(select(Staff.uid).where(Staff.role == role)).one()


@pytest.fixture
def looked(desk: Desk) -> Desk:
    """A nurse who looked at one patient of two, and at the list of both."""
    nurse = desk.sign_in()
    first, _ = desk.patient("P-1", name="Lena Vermeulen"), desk.patient("P-2", name="Joke Vos")
    nurse.get(f"/desk/patients/{desk.uid(first)}")
    nurse.get("/desk/patients")
    return desk


def test_an_admin_finds_who_looked_at_a_patient_also_in_a_list_and_is_a_row_too(looked):
    admin = looked.sign_in("admin")
    page = admin.get(f"/desk/audit?patient={looked.uid(1)}")
    words = words_of(page)
    assert ("patient.read" in words, "identity.list" in words, "audit.read" in words) == (True, True, True)
    assert "desk.patient 127.0.0.1" in words
    assert "Vermeulen" not in words
    other = words_of(admin.get(f"/desk/audit?patient={looked.uid(2)}"))
    assert ("patient.read" in other, "identity.list" in other) == (False, True)
    assert "Who looked here" in words_of(admin.get(f"/desk/patients/{looked.uid(1)}"))


def test_person_and_days_narrow_it_down_and_nonsense_in_the_address_is_let_be(looked):
    admin = looked.sign_in("admin")
    nurse = staff_uid(looked, "nurse")
    by_nurse = words_of(admin.get(f"/desk/audit?person={nurse}"))
    assert "patient.read" in by_nurse
    assert "session.open" in by_nurse or "identity.list" in by_nurse
    assert "There are no such rows" in words_of(admin.get("/desk/audit?until=2001-01-01"))
    assert admin.get("/desk/audit?from=2026-13-40&before=x").count("<tr>") > 3
    admin.get(f"/desk/audit?patient={uuid.uuid4()}", status=404)
    neighbour = join(looked.engine)
    stranger = neighbour.person("Eva")
    admin.get(f"/desk/audit?person={stranger.uid}", status=404)


def test_it_says_how_many_rows_are_sealed_and_how_many_wait(looked):
    admin = looked.sign_in("admin")
    assert " 0 rows sealed" in words_of(admin.get("/desk/audit"))
    seal_everything(looked.engine, now=MORNING)
    words = words_of(admin.get("/desk/audit"))
    assert " 0 rows sealed" not in words
    assert "1 not sealed yet" in words


def test_the_table_holds_the_same_rows_and_none_that_a_spreadsheet_would_run(looked):
    admin = looked.sign_in("admin")
    text = admin.get(f"/desk/audit.csv?patient={looked.uid(1)}").removeprefix("\ufeff")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert {"patient.read", "identity.list"} <= {row["did"] for row in rows}
    assert all("P-1" in row["patients"].split() for row in rows)
    assert not [value for row in rows for value in row.values() if value.startswith(("=", "@"))]


@pytest.mark.parametrize("role", ["nurse", "physician"])
def test_whoever_treats_does_not_look_over_colleagues_shoulders(looked, role):
    looked.sign_in(role).get("/desk/audit", status=403)
