"""What each column of a clinic's record means, read off the tables themselves, so that it is never behind."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from sqlalchemy import CheckConstraint, Column, Table

from diary.services.export_dictionary import ENTRY_MEANINGS, INFUSION_MEANINGS
from diary.storage.base import Base
from diary.storage.record import columns_of, record_tables

DICTIONARY_COLUMNS: Final = ("table", "column", "type", "may_be_empty", "refers_to", "one_of", "means")
# What a name says wherever it stands.
_EVERYWHERE: Final[Mapping[str, str]] = {
    "id": "The row's number.",
    "clinic_id": "The clinic's number.",
    "uid": "The row's own id, unique everywhere.",
    "version": "Counts changes of the row.",
    "n": "Counts versions from 1.",
    "actor_kind": "Who did it: patient, staff, integration, operator or system.",
    "actor_id": "Which one, by its number among them.",
    "note": "In words; may name somebody.",
    "reason": "Why, in words; may name somebody.",
    "detail": "More about it.",
}
_OF: Final[Mapping[str, Mapping[str, str]]] = {"entry": ENTRY_MEANINGS, "administration": INFUSION_MEANINGS}
# Units stand last in a name.
_ENDINGS: Final[Mapping[str, str]] = {
    "_at": "When, in UTC.",
    "_day": "A calendar day.",
    "_on": "A calendar day.",
    "_days": "In days.",
    "_nrs": "NRS points, 0 to 10.",
    "_s": "In seconds.",
    "_min": "In minutes.",
    "_minute": "Minute of the day.",
    "_u_l": "Units per litre.",
    "_mg_kg_h": "Milligrams per kilogram and hour.",
    "_id": "Which row, by its number.",
}


def record_dictionary_rows() -> Iterator[list[str]]:
    """A row for each table, and one for each of its columns."""
    told = {mapper.class_.__tablename__: mapper.class_.__doc__ or "" for mapper in Base.registry.mappers}
    for table in record_tables():
        yield [table.name, "", "", "", "", "", " ".join(told[table.name].split())]
        for name in columns_of(table):
            yield _row(table, table.columns[name])


def _row(table: Table, column: Column[object]) -> list[str]:
    refers_to = sorted(
        key.referred_table.name
        for key in table.foreign_key_constraints
        if column.name in [own.name for own in key.columns] and (column.name != "clinic_id")
    )
    return [
        table.name,
        column.name,
        str(column.type).lower(),
        "yes" if column.nullable else "no",
        " ".join(refers_to),
        " ".join(_words(table, column.name)),
        _means(table.name, column.name),
    ]


def _means(table: str, column: str) -> str:
    known = _OF.get(table, {}).get(column) or _EVERYWHERE.get(column)
    return known or next((means for ending, means in _ENDINGS.items() if column.endswith(ending)), "")


def _words(table: Table, column: str) -> list[str]:
    """The words of a closed list, from the constraint that closes it."""
    for constraint in table.constraints:
        if isinstance(constraint, CheckConstraint) and str(constraint.sqltext).startswith(f"{column} IN ("):
            return re.findall(r"'(\w+)'", str(constraint.sqltext))
    return []
