"""The audit trail at the desk: who did or saw what, by patient, person and day; as a table to keep, too."""

import csv
import io
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Final

import marshmallow as ma
from flask import Response, request
from flask.typing import ResponseReturnValue

from diary.desk.door import at_desk, desk, show
from diary.desk.frame import Frame
from diary.desk.paper import BYTE_ORDER_MARK
from diary.desk.stale import found
from diary.services.audit_seal import standing
from diary.services.audit_trail import Told, note_reading, read_trail, whole_trail
from diary.services.exports import cell
from diary.storage.audit import Sought
from diary.storage.patients import patient_by_uid
from diary.storage.staff import staff_by_uid, staff_of_clinic
from diary.storage.tables.patient import Patient
from diary.web.work import Work
from schemas.fields import Day

PAGE_ROWS: Final = 100
CSV_ROWS_MAX: Final = 100_000
COLUMNS: Final = (
    *("at", "who", "did", "object", "object_uid", "patients", "before", "after", "why", "more", "from"),
    *("request", "place"),
)
ID_DIGITS_MAX: Final = 18
_DAY: Final = Day(description="A day of the trail.")


@desk.get("/audit")
def trail_page() -> ResponseReturnValue:
    """The newest rows that are asked for; that they were read is one more."""
    with at_desk(write=True) as (unit, frame):
        patient, sought = _sought(unit, frame)
        rows = read_trail(unit.session, sought, now=unit.now, before_id=_before(), limit=PAGE_ROWS + 1)
        people = staff_of_clinic(unit.session)
        head, unsealed = standing(unit.session)
    return show(
        "audit.html",
        frame,
        rows=rows[:PAGE_ROWS],
        more=rows[PAGE_ROWS - 1].id if len(rows) > PAGE_ROWS else None,
        people=people,
        patient=patient,
        asked=_asked(),
        head=head,
        unsealed=unsealed,
    )


@desk.get("/audit.csv")
def trail_csv() -> ResponseReturnValue:
    """The same rows as a table for a spreadsheet, up to a hundred thousand."""
    with at_desk(write=True) as (unit, frame):
        _, sought = _sought(unit, frame)
        note_reading(unit.session, sought, now=unit.now)
        text = io.StringIO()
        writer = csv.writer(text)
        writer.writerow(COLUMNS)
        writer.writerows(_cells(islice(whole_trail(unit.session, sought), CSV_ROWS_MAX)))
    return Response(
        BYTE_ORDER_MARK + text.getvalue(),
        mimetype="text/csv",
        headers={"Content-Disposition": "attachment; filename=audit.csv"},
    )


def _cells(rows: Iterator[Told]) -> Iterator[list[str | int | float]]:
    for one in rows:
        listed = " ".join(one.patients)
        more = " ".join(f"{name}={value}" for name, value in one.more.items())
        values = (one.at, one.who, one.action, one.object, one.object_uid, listed, one.before, one.after)
        yield [cell(value) for value in (*values, one.why, more, one.origin, one.request_id, one.position)]


def _sought(unit: Work, frame: Frame) -> tuple[Patient | None, Sought]:
    """What the address asks for; another clinic's patient or person is not found."""
    uid, person_uid = request.args.get("patient"), request.args.get("person")
    patient = found(patient_by_uid(unit.session, uid)) if uid else None
    person = found(staff_by_uid(unit.session, person_uid)) if person_uid else None
    first, last = _day("from"), _day("until")
    return patient, Sought(
        patient_id=patient.id if patient is not None else None,
        pseudonym=patient.pseudonym if patient is not None else None,
        staff_id=person.id if person is not None else None,
        first_at=_midnight(first, frame) if first is not None else None,
        end_at=_midnight(last + timedelta(days=1), frame) if last is not None else None,
    )


def _asked() -> dict[str, str]:
    """The filters of the address, for the form and the links of the page."""
    names = ("patient", "person", "from", "until")
    return {name: request.args[name] for name in names if request.args.get(name)}


def _day(name: str) -> date | None:
    """A day of the address; None for anything that is none."""
    try:
        day: date | None = _DAY.deserialize(request.args.get(name))
    except ma.ValidationError:
        return None
    return day


def _before() -> int | None:
    text = request.args.get("before", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= ID_DIGITS_MAX else None


def _midnight(day: date, frame: Frame) -> datetime:
    return datetime.combine(day, time(), frame.zone)
