"""The installation, its clinics, and what a clinic has declared: zones, protocols, instruments."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from config.words import FORECAST_CAUSES, FORECAST_MODES, INSTALLATION_KINDS
from diary.storage.base import Base, Owned, holds, one_of, owned


class Installation(Base):
    """One row: is this database live or a sandbox, and what time is it in the sandbox."""

    __tablename__ = "installation"
    __table_args__ = (
        one_of("kind", INSTALLATION_KINDS),
        holds("one_row", "id = 1"),
        holds("clock_is_for_sandboxes", "(kind = 'sandbox') = (clock_at IS NOT NULL)"),
        holds("target_needs_a_clock", "target_at IS NULL OR clock_at IS NOT NULL"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    clock_at: Mapped[datetime | None]
    target_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class Clinic(Base):
    """A clinic: the owner of every row that names it."""

    __tablename__ = "clinic"
    __table_args__ = (UniqueConstraint("uid"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str]
    name: Mapped[str]
    phone: Mapped[str]
    opening_hours: Mapped[str]
    emergency_text: Mapped[str]
    locale: Mapped[str]
    first_night: Mapped[date]
    created_at: Mapped[datetime]
    working_weekdays: Mapped[list[Any] | None]
    """Those on which the desk works, by the words of config; None: Monday to Friday."""


class Holiday(Owned, Base):
    """Days on which nobody works at the desk, both included; chairs are closed apart."""

    __tablename__ = "holiday"
    __table_args__ = owned(
        holds("ends_after_it_starts", "last_day >= first_day"),
        Index("ix_holiday_day", "clinic_id", "last_day"),
    )

    first_day: Mapped[date]
    last_day: Mapped[date]
    name: Mapped[str]


class ClinicZone(Owned, Base):
    """From when the clinic lived in which zone; a night's due instant is read from it."""

    __tablename__ = "clinic_zone"
    __table_args__ = owned(UniqueConstraint("clinic_id", "since_at"))

    zone: Mapped[str]
    since_at: Mapped[datetime]


class ProtocolVersion(Owned, Base):
    """One immutable set of thresholds; alerts and nights name the version they used."""

    __tablename__ = "protocol_version"
    __table_args__ = owned(UniqueConstraint("clinic_id", "n"))

    n: Mapped[int]
    valid_from_at: Mapped[datetime]
    values: Mapped[dict[str, Any]]
    note: Mapped[str]


class ForecastVersion(Owned, Base):
    """From when on staff see the forecast, or it is logged only; and the prior that it believes."""

    __tablename__ = "forecast_version"
    __table_args__ = owned(
        UniqueConstraint("clinic_id", "n"), one_of("mode", FORECAST_MODES), one_of("cause", FORECAST_CAUSES)
    )

    n: Mapped[int]
    valid_from_at: Mapped[datetime]
    mode: Mapped[str]
    prior: Mapped[dict[str, Any]]
    """The numbers that are not as shipped."""
    note: Mapped[str]
    cause: Mapped[str]
    learns: Mapped[bool]
    """Each week, by itself, from the clinic's own courses."""


class InstrumentVersion(Owned, Base):
    """One immutable wording of the question: recall period, anchors, by language."""

    __tablename__ = "instrument_version"
    __table_args__ = owned(UniqueConstraint("clinic_id", "n"))

    n: Mapped[int]
    valid_from_at: Mapped[datetime]
    loinc: Mapped[str]
    recall_hours: Mapped[int]
    texts: Mapped[dict[str, Any]]
