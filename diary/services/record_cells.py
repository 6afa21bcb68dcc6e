"""One value of the record as a CSV cell and back, without loss, on either database.

Nothing is the empty cell. Text that is empty, that a spreadsheet would take for a formula, or that begins
with the mark itself is marked by a ' before it.
"""

import json
from datetime import UTC, date, datetime
from typing import Any, Final

from sqlalchemy import JSON, Boolean, Column, Date, Float, Integer, LargeBinary

from diary.services.exports import FORMULA_STARTS
from diary.storage.base import Instant

MARK: Final = "'"


def written(value: Any) -> str:
    """The cell of a value.

    >>> written(None), written(""), written("=1"), written(True), written({"b": 1, "a": None})
    ('', "'", "'=1", 'yes', '{"a":null,"b":1}')
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    if isinstance(value, str):
        return f"{MARK}{value}" if value.startswith((*FORMULA_STARTS, MARK)) or not value else value
    return repr(value)


def read(cell: str, column: Column[Any]) -> Any:
    """The value of a cell of this column.

    Raises:
        ValueError: a cell that no such column holds.
    """
    if cell == "":
        return None
    kind = column.type
    if isinstance(kind, Instant):
        return datetime.fromisoformat(cell)
    if isinstance(kind, Date):
        return date.fromisoformat(cell)
    if isinstance(kind, Boolean):
        return {"yes": True, "no": False}[cell]
    if isinstance(kind, LargeBinary):
        return bytes.fromhex(cell)
    if isinstance(kind, JSON):
        return json.loads(cell)
    if isinstance(kind, Float):
        return float(cell)
    if isinstance(kind, Integer):
        return int(cell)
    return cell.removeprefix(MARK)
