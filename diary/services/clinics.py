"""Founds an installation and its clinics: zone, first protocol, wording of the question."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from config.priors import Prior
from config.protocol import Protocol
from config.scales import NRS
from config.wordings import QUESTION
from diary.domain.errors import Refusal
from diary.domain.telling import zone_at
from diary.services import audit
from diary.storage.ids import new_uid
from diary.storage.protocols import zones_of
from diary.storage.tables.clinic import (
    Clinic,
    ClinicZone,
    ForecastVersion,
    Installation,
    InstrumentVersion,
    ProtocolVersion,
)
from diary.storage.unit import Scope, clinic_of, enter, own, scope_of

# A zone history begins before any diary.
ALWAYS = datetime(1900, 1, 1, tzinfo=UTC)


def found_installation(
    session: Session, *, kind: str, clock_at: datetime | None, now: datetime
) -> Installation:
    """Say once whether this database is live or a sandbox; it never changes."""
    installation = Installation(id=1, kind=kind, clock_at=clock_at, created_at=now)
    session.add(installation)
    session.flush()
    return installation


def found_clinic(
    session: Session,
    *,
    name: str,
    zone: str,
    phone: str,
    opening_hours: str,
    emergency_text: str,
    forecast_mode: str,
    protocol: Protocol,
    now: datetime,
    locale: str = "en",
) -> Clinic:
    """A clinic with its first zone, protocol and instrument; its first night is tonight."""
    clinic = Clinic(
        uid=new_uid(now),
        name=name,
        phone=phone,
        opening_hours=opening_hours,
        emergency_text=emergency_text,
        locale=locale,
        first_night=now.astimezone(ZoneInfo(zone)).date(),
        created_at=now,
    )
    session.add(clinic)
    session.flush()
    before = scope_of(session)
    enter(session, Scope(clinic.id, before.actor_kind, before.actor_id, before.role, before.request_id))
    session.add(ClinicZone(clinic_id=clinic.id, zone=zone, since_at=ALWAYS))
    new_protocol(session, protocol, note="the defaults at founding", now=ALWAYS)
    new_forecast(session, mode=forecast_mode, prior={}, note="as at founding", now=ALWAYS, cause="founding")
    session.add(
        InstrumentVersion(
            clinic_id=clinic.id,
            n=1,
            valid_from_at=ALWAYS,
            loinc=NRS.loinc,
            recall_hours=24,
            texts={locale: dict(words) for locale, words in QUESTION.items()},
        )
    )
    session.flush()
    audit.note(session, "clinic.found", now=now, object="clinic", object_uid=clinic.uid)
    return clinic


def new_protocol(session: Session, protocol: Protocol, *, note: str, now: datetime) -> ProtocolVersion:
    """Thresholds from now on; versions are only added, so that old alerts keep the ones they used."""
    n = len(session.scalars(own(session, ProtocolVersion)).all()) + 1
    version = ProtocolVersion(
        clinic_id=clinic_of(session), n=n, valid_from_at=now, values=protocol.to_values(), note=note
    )
    session.add(version)
    session.flush()
    return version


def new_forecast(
    session: Session,
    *,
    mode: str,
    prior: Mapping[str, float],
    note: str,
    now: datetime,
    cause: str = "mode",
    learns: bool = True,
) -> ForecastVersion:
    """From now on the forecast is shown or logged only, and believes these numbers before the first answer.

    Args:
        session: of the clinic.
        mode: "on" or "shadow".
        prior: numbers of `config.priors.Prior` that are not as shipped.
        note: why.
        now: from when on.
        cause: what brought it about, of FORECAST_CAUSES.
        learns: by itself, each week.
    """
    Prior.from_values(prior)
    n = len(session.scalars(own(session, ForecastVersion)).all()) + 1
    version = ForecastVersion(
        clinic_id=clinic_of(session),
        n=n,
        valid_from_at=now,
        mode=mode,
        prior=dict(prior),
        note=note,
        cause=cause,
        learns=learns,
    )
    session.add(version)
    session.flush()
    return version


def describe_clinic(
    session: Session,
    *,
    name: str,
    phone: str,
    opening_hours: str,
    emergency_text: str,
    locale: str,
    now: datetime,
) -> None:
    """What patients and staff read of the clinic from now on."""
    clinic = the_clinic(session)
    clinic.name, clinic.phone, clinic.opening_hours = name, phone, opening_hours
    clinic.emergency_text, clinic.locale = emergency_text, locale
    session.flush()
    audit.note(session, "clinic.describe", now=now, object="clinic", object_uid=clinic.uid)


def local_day(session: Session, now: datetime) -> date:
    """The calendar day at the clinic."""
    return now.astimezone(zone_at(now, zones_of(session, clinic_of(session)))).date()


def the_clinic(session: Session) -> Clinic:
    """The clinic of the unit of work."""
    clinic = session.get(Clinic, clinic_of(session))
    if clinic is None:
        raise Refusal("not_found", "There is no such clinic.")
    return clinic
