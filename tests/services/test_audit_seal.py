"""The sealer chains each clinic's audit rows; what is changed in the database afterwards is found."""

import random
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, delete, select, text, update

from diary.domain.audit_chain import Anchor
from diary.services import audit, audit_seal
from diary.services.audit_seal import Verdict, check, seal_clinic, seal_everything
from diary.services.audit_trail import read_trail
from diary.storage.audit import Sought
from diary.storage.engine import make_engine
from diary.storage.tables.audit import Audit, AuditHead
from diary.storage.unit import Scope, own, unit
from tests.little_clinic import FIRST_DAY, LittleClinic, at, found, join

NOW = at(FIRST_DAY, hour=12)
ROWS = 40
SAMPLE, SOAK = 25, 1000


@pytest.fixture
def clinic(database_url: str) -> Iterator[LittleClinic]:
    engine = make_engine(database_url)
    yield found(engine)
    engine.dispose()


@pytest.fixture
def owner(database) -> Iterator[Engine]:
    """Whoever holds the database itself: no trigger and no missing right is in the way."""
    engine = make_engine(database.owner_url)
    if engine.dialect.name == "sqlite":
        with engine.begin() as connection:
            for trigger in ("audit_no_update", "audit_no_delete"):
                connection.execute(text(f"DROP TRIGGER {trigger}"))
    yield engine
    engine.dispose()


def act(clinic: LittleClinic, count: int = ROWS) -> None:
    person = clinic.person("Nora")
    for number in range(count):
        with clinic.desk(person) as session:
            moment = NOW + timedelta(seconds=number)
            detail = {"before": number, "after": number + 0.5, "patients": [f"P-{number}", "Zoë"]}
            audit.note(session, "patient.read", now=moment, object="patient", patient_id=None, detail=detail)


def checked(clinic: LittleClinic, *anchors: Anchor) -> Verdict:
    with clinic.unit() as session:
        return check(session, anchors=anchors)


def test_what_is_written_is_sealed_at_the_next_look_and_counted_until_then(clinic):
    act(clinic)
    before = checked(clinic)
    assert (before.head.position, before.unsealed > ROWS, before.breaks) == (0, True, ())
    sealed = seal_everything(clinic.engine, now=NOW)
    after = checked(clinic)
    assert (after.head.position, after.unsealed, after.breaks) == (sealed, 0, ())
    assert sealed == before.unsealed
    assert seal_everything(clinic.engine, now=NOW) == 0


def test_a_long_row_of_acts_is_sealed_in_parts_and_grows_afterwards(clinic, monkeypatch):
    monkeypatch.setattr(audit_seal, "AT_ONCE", 7)
    act(clinic, 30)
    first = seal_everything(clinic.engine, now=NOW)
    act_again = clinic.admit("P-later")
    assert act_again
    assert seal_everything(clinic.engine, now=NOW) > 0
    seen = checked(clinic)
    assert (seen.breaks, seen.unsealed) == ((), 0)
    assert seen.head.position > first


def test_each_clinic_has_a_chain_of_its_own(clinic):
    other = join(clinic.engine)
    act(clinic, 5)
    act(other, 3)
    seal_everything(clinic.engine, now=NOW)
    for one in (clinic, other):
        with one.unit() as session:
            places = list(session.scalars(own(session, Audit).with_only_columns(Audit.position)))
        assert sorted(places) == list(range(1, len(places) + 1))
        assert checked(one).breaks == ()


def tamper(rng: random.Random, engine: Engine, clinic: LittleClinic, *, rows: list[dict[str, Any]]) -> str:
    """Change or delete one sealed row, as somebody can who holds the database; what was done."""
    row = rng.choice(rows)
    values: dict[str, Any] = {
        "at": row["at"] + timedelta(microseconds=1),
        "action": "patient.nothing",
        "actor_id": (row["actor_id"] or 0) + 1,
        "detail": {**row["detail"], "after": "nothing"},
        "object_uid": "another",
        "origin": "elsewhere",
        "digest": "f" * 64,
    }
    kind = rng.choice(["delete", "cut", *values])
    with unit(engine, Scope(clinic.clinic_id, "operator"), write=True) as session:
        which = Audit.__table__.c.position >= row["position"] if kind == "cut" else Audit.id == row["id"]
        if kind in ("delete", "cut"):
            session.execute(delete(Audit.__table__).where(which))
        else:
            session.execute(update(Audit.__table__).where(which).values({kind: values[kind]}))
    return f"{kind} at {row['position']}"


def restore(engine: Engine, clinic: LittleClinic, rows: list[dict[str, Any]]) -> None:
    with unit(engine, Scope(clinic.clinic_id, "operator"), write=True) as session:
        session.execute(delete(Audit.__table__))
        session.execute(Audit.__table__.insert(), rows)


def missed_changes(clinic: LittleClinic, owner: Engine, count: int) -> list[str]:
    act(clinic)
    seal_everything(clinic.engine, now=NOW)
    with clinic.unit() as session:
        statement = select(Audit.__table__).order_by(Audit.id)
        rows = [dict(row._mapping) for row in session.execute(statement)]
    rng, missed = random.Random(8), []
    for _ in range(count):
        did = tamper(rng, owner, clinic, rows=rows)
        missed += [] if checked(clinic).breaks else [did]
        restore(owner, clinic, rows)
        assert checked(clinic).breaks == ()
    return missed


def test_a_change_or_a_loss_among_sealed_rows_of_the_database_is_found(clinic, owner):
    assert missed_changes(clinic, owner, SAMPLE) == []


@pytest.mark.soak
def test_each_of_a_thousand_is_found(clinic, owner):
    assert missed_changes(clinic, owner, SOAK) == []


def test_a_chain_cut_off_together_with_its_head_is_found_by_an_anchor(clinic, owner):
    act(clinic)
    seal_everything(clinic.engine, now=NOW)
    kept = checked(clinic).head
    with unit(owner, Scope(clinic.clinic_id, "operator"), write=True) as session:
        session.execute(delete(Audit.__table__).where(Audit.__table__.c.position > 10))
        last = session.scalars(select(Audit.digest).where(Audit.position == 10)).one()
        session.execute(update(AuditHead.__table__).values(position=10, digest=last))
    assert checked(clinic).breaks == ()
    assert [one.position for one in checked(clinic, kept).breaks] == [kept.position]


def test_a_second_sealer_finds_nothing_left(clinic):
    act(clinic, 5)
    total = seal_clinic(clinic.engine, clinic.clinic_id, now=NOW)
    assert total > 5
    assert seal_clinic(clinic.engine, clinic.clinic_id, now=NOW) == 0
    assert checked(clinic).breaks == ()


def test_the_trail_of_a_patient_holds_the_lists_that_showed_the_patient_and_the_reading_of_it(clinic):
    patient_id, other_id = clinic.admit("P-1"), clinic.admit("P-10")
    person = clinic.person("Nora")
    with clinic.desk(person) as session:
        audit.note(session, "identity.list", now=NOW, object="worklist", detail={"patients": ["P-1", "P-7"]})
        audit.note(session, "identity.list", now=NOW, object="worklist", detail={"patients": ["P-10", "p-1"]})
    sought = Sought(patient_id=patient_id, pseudonym="P-1")
    with clinic.desk(person) as session:
        rows = read_trail(session, sought, now=NOW, before_id=None, limit=100)
    assert [row.action for row in rows if row.who == "Nora"] == ["audit.read", "identity.list"]
    assert all("P-1" in row.patients for row in rows)
    with clinic.desk(person) as session:
        both = read_trail(
            session, Sought(patient_id=other_id, pseudonym="P-10"), now=NOW, before_id=None, limit=100
        )
        mine = read_trail(session, Sought(staff_id=person.id), now=NOW, before_id=None, limit=2)
    assert {row.patients for row in both if row.action == "identity.list"} == {("P-10", "p-1")}
    assert [row.action for row in mine] == ["audit.read", "audit.read"]
