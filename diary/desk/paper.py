"""A patient on paper: the authorisation letter, a page to print, the answers as a table for a spreadsheet."""

import csv
import io
from typing import Final

from flask import Response
from flask.typing import ResponseReturnValue

from diary.desk.door import at_desk, desk, show
from diary.desk.stale import found
from diary.domain import letter as letters
from diary.services.authorisation_letter import letter_facts
from diary.services.exports import ENTRY_COLUMNS, rows_of_patient
from diary.services.patient_page import patient_page
from diary.storage.patients import patient_by_uid

# Excel takes a file for UTF-8 only when it begins so.
BYTE_ORDER_MARK: Final = "\ufeff"


@desk.get("/patients/<uid:uid>/letter")
def letter(uid: str) -> ResponseReturnValue:
    """The letter to the payer: one page, and the same as text to copy."""
    with at_desk(write=True) as (unit, frame):
        patient = found(patient_by_uid(unit.session, uid))
        facts = letter_facts(unit.session, patient, now=unit.now)
    return show("letter.html", frame, patient=patient, facts=facts, letters=letters)


@desk.get("/patients/<uid:uid>/print")
def on_paper(uid: str) -> ResponseReturnValue:
    """All that the patient's page shows, unfolded, for a printer."""
    with at_desk(write=True) as (unit, frame):
        page = patient_page(
            unit.session,
            found(patient_by_uid(unit.session, uid)),
            reader_id=unit.staff_id,
            names=frame.treating,
            whole=False,
            now=unit.now,
        )
    return show("patient_print.html", frame, page=page)


@desk.get("/patients/<uid:uid>/answers.csv")
def answers_csv(uid: str) -> ResponseReturnValue:
    """Every version of every answer of this patient, by pseudonym."""
    with at_desk(write=True) as (unit, _):
        patient = found(patient_by_uid(unit.session, uid))
        rows = rows_of_patient(unit.session, patient, now=unit.now)
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(ENTRY_COLUMNS)
    writer.writerows(rows)
    return Response(
        BYTE_ORDER_MARK + text.getvalue(),
        mimetype="text/csv",
        headers={"Content-Disposition": f"attachment; filename=answers-{patient.uid}.csv"},
    )
