"""Takes a patient out of every table: found by their references, so none is forgotten."""

from collections.abc import Iterator, Mapping
from typing import Final

from sqlalchemy import ColumnElement, Table, delete, or_, select, update
from sqlalchemy.orm import Session

from diary.storage.base import table_of
from diary.storage.schema import metadata
from diary.storage.tables.patient import Patient
from diary.storage.tables.privacy import Erasure, LegalHold
from diary.storage.unit import clinic_of, own

PATIENT: Final = table_of(Patient)
# Rows that say who a patient is or how the patient signs in; and those that are nothing but free text.
OF_IDENTITY: Final = (
    *("patient_identity", "device", "push_subscription", "enrolment_code", "share_link", "reminder"),
    *("note", "message", "legal_hold", "emergency_access"),
)
# Words that a person typed, which may hold a name. Each text column of a patient's tables is either here, or
# in WORDS below, or its table goes altogether.
FREE_TEXTS: Final[Mapping[str, tuple[str, ...]]] = {
    "administration": ("reason", "stop_reason"),
    "alert": ("snooze_reason", "end_reason"),
    "alert_event": ("note",),
    "booking": ("authorisation_reference", "override_reason", "note"),
    "booking_event": ("note",),
    "call_log": ("note",),
    "clinical_event": ("detail",),
    "course": ("treated_area", "baseline_source", "baseline_reason"),
    "entry": ("reason",),
    "patient_follow": ("note",),
    "study_step": ("detail", "taken_back_reason"),
    "unblinding": ("reason",),
}
# Ids, words of closed lists, zones, locales, and what was given: kept with a diary without a name.
WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "administration": ("uid", "classified_as", "agent", "setting", "dose_as_written", "actor_kind"),
    "alert": ("uid", "kind", "level", "status", "outcome"),
    "alert_event": ("actor_kind", "action", "status_before", "status_after", "level"),
    "alert_input": ("level", "baseline_kind", "detector_version", "prior_version"),
    "alert_label": ("label",),
    "assessment": ("state", "baseline_kind"),
    "assessment_log": ("state", "baseline_kind"),
    "booking": ("uid", "state"),
    "booking_event": ("actor_kind", "action", "state_before", "state_after"),
    "call_log": ("result",),
    "clinical_event": ("uid", "kind", "actor_kind"),
    "consent": ("text_version", "locale"),
    "course": ("uid", "status", "baseline_kind", "closing"),
    "entry": (
        *("uid", "client_id", "kind", "supersedes", "source", "actor_kind"),
        *("zone", "layout", "locale", "client_version"),
    ),
    "item_answer": ("client_id", "item"),
    "patient_follow": ("state", "stop_reason", "actor_kind"),
    "patient_zone": ("zone",),
    "study_step": ("uid", "kind", "visit", "actor_kind", "taken_back_by_kind"),
    "unblinding": ("uid",),
}


# Bare rows that keep a number; no list shows them.
GONE: Final = select(table_of(Erasure).c.patient_id).where(table_of(Erasure).c.extent == "everything")


def tables_of_patients() -> list[Table]:
    """Every table with rows of a patient, those that others refer to last."""
    found = {PATIENT}
    for table in metadata.sorted_tables:
        if any(key.referred_table in found for key in table.foreign_key_constraints):
            found.add(table)
    return [table for table in reversed(metadata.sorted_tables) if table in found - {PATIENT}]


def rows_of(table: Table, patient_id: int, clinic_id: int) -> ColumnElement[bool]:
    """Which rows of such a table are this patient's: by any reference that leads there."""
    if table is PATIENT:
        return (table.c.clinic_id == clinic_id) & (table.c.id == patient_id)
    theirs = {PATIENT, *tables_of_patients()}
    ways = []
    for key in table.foreign_key_constraints:
        if key.referred_table in theirs and key.referred_table is not table:
            for column, element in zip(key.columns, key.elements, strict=True):
                if column.name != "clinic_id":
                    parents = select(element.column).where(rows_of(key.referred_table, patient_id, clinic_id))
                    ways.append(column.in_(parents))
    return (table.c.clinic_id == clinic_id) & or_(*ways)


def delete_rows(session: Session, patient_id: int) -> None:
    """Everything of the patient but the bare row in `patient`, whose number may never be given out again."""
    for table in tables_of_patients():
        session.execute(delete(table).where(rows_of(table, patient_id, clinic_of(session))))


def delete_identity(session: Session, patient_id: int) -> None:
    """Who the patient is, how the patient signs in, and every free text."""
    for table in tables_of_patients():
        mine = rows_of(table, patient_id, clinic_of(session))
        if table.name in OF_IDENTITY:
            for child in _children_first(table):
                session.execute(delete(child).where(rows_of(child, patient_id, clinic_of(session))))
        elif table.name in FREE_TEXTS:
            session.execute(update(table).where(mine).values(dict.fromkeys(FREE_TEXTS[table.name])))


def _children_first(table: Table) -> Iterator[Table]:
    for other in tables_of_patients():
        if any(key.referred_table is table for key in other.foreign_key_constraints) and other is not table:
            yield other
    yield table


def erased(session: Session) -> list[Erasure]:
    """Every erasure of the unit's clinic."""
    return list(session.scalars(own(session, Erasure).order_by(Erasure.id)))


def standing_hold(session: Session, patient_id: int) -> LegalHold | None:
    """The hold on this patient's record, if one stands."""
    statement = own(session, LegalHold).where(
        LegalHold.patient_id == patient_id, LegalHold.ended_at.is_(None)
    )
    return session.scalars(statement).one_or_none()
