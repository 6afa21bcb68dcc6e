"""The patient's data: to take home, and who looked at it."""

import csv
import io
import json

from flask import Response
from flask.typing import ResponseReturnValue

from diary.phone.door import phone_work, show
from diary.services.own_readers import who_looked
from diary.services.own_record import ANSWER_COLUMNS, answer_rows, note_taken, whole_record


def download() -> ResponseReturnValue:
    """What can be taken home, in which form."""
    with phone_work(write=False) as unit:
        pass
    return show("download.html", unit)


def download_table() -> ResponseReturnValue:
    """Every version of every answer, as a table."""
    with phone_work(write=True) as unit:
        note_taken(unit.session, unit.patient, "table", now=unit.now)
        rows = answer_rows(unit.session, unit.patient)
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\r\n")
    writer.writerow(ANSWER_COLUMNS)
    writer.writerows(rows)
    return _file(table.getvalue(), "diary.csv", "text/csv; charset=utf-8")


def download_record() -> ResponseReturnValue:
    """All of it, for another program."""
    with phone_work(write=True) as unit:
        note_taken(unit.session, unit.patient, "record", now=unit.now)
        record = whole_record(unit.session, unit.patient)
    return _file(json.dumps(record, ensure_ascii=False, indent=1), "diary.json", "application/json")


def readers() -> ResponseReturnValue:
    """Who looked, by day and role."""
    with phone_work(write=False) as unit:
        looked = who_looked(unit.session, unit.patient)
    return show("readers.html", unit, looked=looked)


def _file(content: str, name: str, content_type: str) -> Response:
    response = Response(content, content_type=content_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
