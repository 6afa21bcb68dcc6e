"""Clinics with as many open courses as asked for: some of them drawn, the others copies of their rows."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

import numpy as np
from sqlalchemy import Column, ColumnElement, Connection, Table, func, insert, literal, select, text, update
from sqlalchemy.orm import Session

from diary.domain import packed
from diary.domain.simulation.cohort import simulate
from diary.storage.base import Base, table_of
from diary.storage.engine import make_engine
from diary.storage.ids import new_uid
from diary.storage.schema import metadata
from diary.storage.tables.course import Course
from diary.storage.tables.entry import CourseDays
from diary.storage.tables.patient import Patient, PatientFollow
from tests.little_clinic import FIRST_DAY, INFUSION_DAYS, LittleClinic, at, found

SEED: Final = 20090904
DRAWN_MAX: Final = 20_000
WEEK_DAYS: Final = 7
ROWS_AT_ONCE: Final = 5_000
# The numbers of a copy's rows are those of the first plus a multiple of this.
STEP: Final = 10_000_000
# What a night reads and writes; and what else makes a clinic of its own.
COPIED: Final = (
    *("patient", "patient_follow", "course", "course_days", "assessment", "assessment_log"),
    *("alert", "alert_event", "alert_input", "message"),
)
OF_A_CLINIC: Final = (
    *("clinic", "clinic_zone", "protocol_version", "forecast_version"),
    *("instrument_version", "night_run"),
)


@dataclass(frozen=True, slots=True)
class Size:
    """How many courses, of about how many days, in how many clinics."""

    courses: int
    days: int
    clinics: int
    forecast_mode: str = "shadow"

    @property
    def drawn(self) -> int:
        """Courses of one clinic; of a single large one, the part that is drawn."""
        return self.courses // self.clinics if self.clinics > 1 else min(self.courses, DRAWN_MAX)

    @property
    def night(self) -> date:
        """The night on which the courses are about so many days old."""
        return FIRST_DAY + timedelta(days=self.days + INFUSION_DAYS + WEEK_DAYS)


def drawn_clinic(url: str, size: Size) -> LittleClinic:
    """A clinic with the drawn courses, spread over a week of days; its first night is the one before."""
    engine = make_engine(url)
    clinic = found(engine, first_night=size.night - timedelta(days=1), forecast_mode=size.forecast_mode)
    clinic.treated("P-1", "5")
    with clinic.unit(write=True) as session:
        _draw(session, size)
    engine.dispose()
    return clinic


def multiply(unbound_url: str, size: Size) -> None:
    """Copy the drawn courses, and all that a night wrote of them, until there are as many as asked for."""
    engine = make_engine(unbound_url)
    names = (*OF_A_CLINIC, *COPIED) if size.clinics > 1 else COPIED
    tables = [table for table in metadata.sorted_tables if table.name in names]
    for copy in range(1, size.courses // size.drawn):
        with engine.begin() as connection:
            for table in tables:
                _copy(connection, table, copy, {*names}, clinics=size.clinics > 1)
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            for table in tables:
                if "id" in table.c:
                    _count_on(connection, table)
    engine.dispose()
    analyse(unbound_url)


def analyse(unbound_url: str) -> None:
    """Have the database count its rows, as it does by itself within a minute of an import."""
    engine = make_engine(unbound_url)
    with engine.begin() as connection:
        connection.execute(text("ANALYZE"))
    engine.dispose()


def _draw(session: Session, size: Size) -> None:
    longest = size.days + WEEK_DAYS // 2
    cohort = simulate(size.drawn, rng=np.random.default_rng(SEED), days=longest)
    nothing = np.full((size.drawn, INFUSION_DAYS), packed.NO_ANSWER, dtype=np.uint8)
    diaries = np.hstack([cohort.before, nothing, cohort.scores])
    first = {table: _first_row(session, table) for table in (Patient, PatientFollow, Course, CourseDays)}
    rows: dict[type[Base], list[dict[str, Any]]] = {table: [] for table in first}
    for number, diary in enumerate(diaries, start=1):
        day_number = longest - number % WEEK_DAYS
        last_day = size.night - timedelta(days=day_number)
        first_day = last_day - timedelta(days=INFUSION_DAYS - 1)
        now = at(last_day)
        of_course = {"first_infusion_day": first_day, "last_infusion_day": last_day, "opened_at": now}
        days = {
            "anchor_day": first_day - timedelta(days=packed.DAYS_BEFORE),
            "changed_at": now,
            "days": diary[: len(diary) - longest + day_number].tobytes(),
        }
        if number == 1:
            session.execute(update(table_of(Course)).values(of_course))
            session.execute(update(table_of(CourseDays)).values(days))
            continue
        own = {"id": number, "uid": new_uid(now)}
        rows[Patient].append({**first[Patient], **own, "pseudonym": f"P-{number}"})
        rows[PatientFollow].append({**first[PatientFollow], "patient_id": number})
        rows[Course].append({**first[Course], **own, "patient_id": number, **of_course})
        rows[CourseDays].append({**first[CourseDays], "course_id": number, **days})
    for table, many in rows.items():
        for begin in range(0, len(many), ROWS_AT_ONCE):
            session.execute(insert(table_of(table)), many[begin : begin + ROWS_AT_ONCE])


def _first_row(session: Session, table: type[Base]) -> dict[str, Any]:
    row = dict(session.execute(select(table_of(table)).limit(1)).mappings().one())
    row.pop("id", None)
    return row


def _copy(connection: Connection, table: Table, copy: int, names: set[str], *, clinics: bool) -> None:
    """The rows of the first clinic once more, under other numbers."""
    columns = list(table.c)
    values = [_value(column, copy, names, clinics=clinics) for column in columns]
    key = table.c["course_id" if table.name == "course_days" else "id"]
    first = key == 1 if table.name == "clinic" else key < STEP
    connection.execute(insert(table).from_select(columns, select(*values).where(first)))


def _value(column: Column[Any], copy: int, names: set[str], *, clinics: bool) -> ColumnElement[Any]:
    if column.name == "clinic_id" or (column.table.name == "clinic" and column.name == "id"):
        return column + copy * clinics
    if column.name == "id" or (column.name.endswith("_id") and _target(column) in names):
        return column + copy * STEP
    if column.name == "uid":
        return literal(f"{copy:08x}") + func.substr(column, 9)
    if column.name in ("pseudonym", "dedupe_key"):
        return column + literal(f"-{copy}")
    return column


def _target(column: Column[Any]) -> str | None:
    """The table that the column refers to, besides the clinic."""
    return next(
        (
            element.column.table.name
            for key in column.table.foreign_key_constraints
            for element in key.elements
            if element.parent is column
        ),
        None,
    )


def _count_on(connection: Connection, table: Table) -> None:
    """The next number given is behind the copies'."""
    sequence = func.pg_get_serial_sequence(table.name, "id")
    connection.execute(select(func.setval(sequence, select(func.max(table.c.id)).scalar_subquery())))
