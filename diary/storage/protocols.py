"""Which protocol, instrument and zone a clinic had at a moment."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Final, NamedTuple

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from config.priors import Prior
from config.protocol import Protocol
from diary.storage.base import table_of
from diary.storage.courses import CourseRow, course_rows
from diary.storage.prepared import Prepared
from diary.storage.tables.clinic import ClinicZone, ForecastVersion, InstrumentVersion, ProtocolVersion
from diary.storage.unit import clinic_of, own

AS_SHIPPED: Final = "shipped"
CLINICS_OWN: Final = "clinic "

_PROTOCOL: Final = table_of(ProtocolVersion).columns
_PROTOCOL_AT: Final = Prepared(
    select(_PROTOCOL["id"], _PROTOCOL["values"])
    .where(
        _PROTOCOL["clinic_id"] == bindparam("clinic_id"),
        _PROTOCOL["valid_from_at"] <= bindparam("moment"),
    )
    .order_by(_PROTOCOL["valid_from_at"].desc(), _PROTOCOL["n"].desc())
    .limit(1)
)
_FORECAST: Final = table_of(ForecastVersion).c
_FORECAST_AT: Final = Prepared(
    select(_FORECAST.mode, _FORECAST.n, _FORECAST.prior)
    .where(_FORECAST.clinic_id == bindparam("clinic_id"), _FORECAST.valid_from_at <= bindparam("moment"))
    .order_by(_FORECAST.valid_from_at.desc(), _FORECAST.n.desc())
    .limit(1)
)
_ZONE: Final = table_of(ClinicZone).c
_ZONES: Final = Prepared(
    select(_ZONE.since_at, _ZONE.zone)
    .where(_ZONE.clinic_id == bindparam("clinic_id"))
    .order_by(_ZONE.since_at)
)


class _Named(NamedTuple):
    """Of a forecast version, what its prior is called by."""

    n: int
    prior: dict[str, Any]


def protocol_at(session: Session, moment: datetime) -> tuple[int, Protocol]:
    """The id and the values of the protocol version in force at `moment`."""
    ((version_id, stored),) = _PROTOCOL_AT.rows(session, clinic_id=clinic_of(session), moment=moment)
    return version_id, _protocol(tuple(stored.items()))


def protocol_by_id(session: Session, version_id: int) -> dict[str, Any]:
    """The values of one protocol version of the clinic."""
    return session.scalars(own(session, ProtocolVersion).where(ProtocolVersion.id == version_id)).one().values


def protocol_versions(session: Session) -> list[ProtocolVersion]:
    """All of the clinic's, first to last."""
    return list(session.scalars(own(session, ProtocolVersion).order_by(ProtocolVersion.n)))


@dataclass(frozen=True, slots=True)
class Foresight:
    """The forecast of a clinic at a moment."""

    shown: bool
    """Staff see it; otherwise it is logged only."""
    prior: Prior
    prior_version: str
    """As alerts and nights name it: with its digest, since another release may ship another."""


def foresight_at(session: Session, moment: datetime) -> Foresight:
    """The forecast version in force at `moment`."""
    (row,) = _FORECAST_AT.rows(session, clinic_id=clinic_of(session), moment=moment)
    mode, version = row[0], _Named(*row[1:])
    prior = Prior.from_values(version.prior)
    return Foresight(mode == "on", prior, f"{prior_name(version)} {prior.digest}")


def forecast_versions(session: Session) -> list[ForecastVersion]:
    """All of them, first to last."""
    return list(session.scalars(own(session, ForecastVersion).order_by(ForecastVersion.n)))


def prior_name(version: ForecastVersion | _Named) -> str:
    """What the prior of a version is called."""
    return f"{CLINICS_OWN}{version.n}" if version.prior else AS_SHIPPED


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
    wanted = instrument_id_for(session, course_rows(session, patient_id), moment)
    return session.scalars(own(session, InstrumentVersion).where(InstrumentVersion.id == wanted)).one()


def instrument_id_for(session: Session, courses: Sequence[CourseRow], moment: datetime) -> int:
    """The same, of a patient whose courses are at hand."""
    for status in ("open", "planned"):
        for course in reversed(courses):
            if course.status == status:
                return course.instrument_version_id
    return instrument_at(session, moment).id


def zones_of(session: Session, clinic_id: int) -> list[tuple[datetime, str]]:
    """The clinic's zone history, oldest first; also readable by the scheduler looking over all clinics."""
    return [(row[0], row[1]) for row in _ZONES.rows(session, clinic_id=clinic_id)]


def zones_by_clinic(session: Session) -> dict[int, list[tuple[datetime, str]]]:
    """The zone histories of all clinics, for the scheduler and the watchdog."""
    found: dict[int, list[tuple[datetime, str]]] = {}
    statement = select(ClinicZone.clinic_id, ClinicZone.since_at, ClinicZone.zone)
    for row in session.execute(statement.order_by(ClinicZone.since_at)):
        found.setdefault(row.clinic_id, []).append((row.since_at, row.zone))
    return found


@lru_cache(maxsize=256)
def _protocol(values: tuple[tuple[str, Any], ...]) -> Protocol:
    """A version never changes, so its values are checked once."""
    return Protocol.from_values(dict(values))
