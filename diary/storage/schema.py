"""All tables in one place: importing this module fills `metadata`."""

from sqlalchemy import MetaData, Table

from diary.storage.base import Base
from diary.storage.tables import (
    alert,
    audit,
    booking,
    checklist,
    clinic,
    course,
    emergency,
    entry,
    forecast,
    night,
    outbox,
    patient,
    privacy,
    reach,
    result,
    signing,
    staff,
    study,
    watch,
)

SUBJECTS = (
    alert,
    audit,
    booking,
    checklist,
    clinic,
    course,
    emergency,
    entry,
    result,
    forecast,
    night,
    outbox,
    patient,
    privacy,
    reach,
    signing,
    staff,
    study,
    watch,
)

metadata: MetaData = Base.metadata


def clinic_tables() -> list[Table]:
    """The tables whose rows belong to a clinic: those that PostgreSQL's row-level security guards."""
    return [table for table in metadata.sorted_tables if "clinic_id" in table.columns]
