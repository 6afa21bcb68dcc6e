"""Which protocol, instrument and zone a clinic had at a moment."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from config.protocol import Protocol
from diary.storage.tables.clinic import ClinicZone, InstrumentVersion, ProtocolVersion
from diary.storage.tables.course import Course
from diary.storage.unit import own


def protocol_at(session: Session, moment: datetime) -> tuple[int, Protocol]:
    """The id and the values of the protocol version in force at `moment`."""
    statement = (
        own(session, ProtocolVersion)
        .where(ProtocolVersion.valid_from_at <= moment)
        .order_by(ProtocolVersion.valid_from_at.desc(), ProtocolVersion.n.desc())
        .limit(1)
    )
    version = session.scalars(statement).one()
    return version.id, Protocol.from_values(version.values)


def instrument_at(session: Session, moment: datetime) -> InstrumentVersion:
    """The wording of the question in force at `moment`."""
    statement = (
        own(session, InstrumentVersion)
        .where(InstrumentVersion.valid_from_at <= moment)
        .order_by(InstrumentVersion.valid_from_at.desc(), InstrumentVersion.n.desc())
        .limit(1)
    )
    return session.scalars(statement).one()


def instrument_for(session: Session, patient_id: int, moment: datetime) -> InstrumentVersion:
    """The patient's wording: that of the course under way, which never changes; else the clinic's."""
    of_course = (
        own(session, InstrumentVersion)
        .join(Course, Course.instrument_version_id == InstrumentVersion.id)
        .where(Course.patient_id == patient_id, Course.status.in_(("open", "planned")))
        .order_by(Course.status, Course.number.desc())  # "open" sorts before "planned"
        .limit(1)
    )
    return session.scalars(of_course).one_or_none() or instrument_at(session, moment)


def zones_of(session: Session, clinic_id: int) -> list[tuple[datetime, str]]:
    """The clinic's zone history, oldest first; also readable by the scheduler looking over all clinics."""
    statement = (
        select(ClinicZone.since_at, ClinicZone.zone)
        .where(ClinicZone.clinic_id == clinic_id)
        .order_by(ClinicZone.since_at)
    )
    return [(row.since_at, row.zone) for row in session.execute(statement)]
