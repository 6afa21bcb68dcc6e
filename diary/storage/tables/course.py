"""Regimens planned, courses followed, infusions given, and what else happened to the patient."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Index, SmallInteger, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from config.words import (
    ACTORS,
    AGENTS,
    BASELINE_KINDS,
    COURSE_CLOSINGS,
    COURSE_STATUSES,
    EVENT_KINDS,
    INFUSION_CLASSES,
    SETTINGS_OF_CARE,
)
from diary.storage.base import Base, Owned, belongs_to, holds, one_of, only_one, owned

IMPORTED = text("imported_at IS NOT NULL")
FOLLOWED = text("status <> 'closed'")


class Regimen(Owned, Base):
    """How a clinic plans an infusion: agent, days, hours, dose; what was given stands elsewhere."""

    __tablename__ = "regimen"
    __table_args__ = owned(
        UniqueConstraint("clinic_id", "name"),
        one_of("agent", AGENTS),
        one_of("setting", SETTINGS_OF_CARE),
        holds("days_in_range", "infusion_days BETWEEN 1 AND 60"),
        holds("gap_in_range", "series_gap_max_days BETWEEN 0 AND 60"),
        unique=["uid"],
    )

    uid: Mapped[str]
    name: Mapped[str]
    agent: Mapped[str]
    setting: Mapped[str]
    infusion_days: Mapped[int] = mapped_column(SmallInteger)
    hours_a_day: Mapped[float]
    dose_as_written: Mapped[str]
    dose_mg_kg_h: Mapped[float | None]
    series_gap_max_days: Mapped[int] = mapped_column(SmallInteger)
    adjuncts: Mapped[list[Any]]
    retired_at: Mapped[datetime | None]
    version: Mapped[int]


class Course(Owned, Base):
    """Infusion days and the follow-up after them; numbered within the patient.

    `baseline_kind` is empty while the baseline is the patient's own, found from its days each time;
    a carried, stated or clinician-changed one is written here with who, why and from where. A carried one
    brings along what stands behind it: the answers of the untreated days, and their standard deviation.
    """

    __tablename__ = "course"
    __table_args__ = owned(
        belongs_to("patient"),
        belongs_to("regimen"),
        belongs_to("instrument_version"),
        UniqueConstraint("patient_id", "number"),
        only_one("uq_course_open", "patient_id", where="status = 'open'"),
        only_one("uq_course_planned", "patient_id", where="status = 'planned'"),
        Index("ix_course_status", "clinic_id", "status", "id"),
        Index("ix_course_followed", "clinic_id", "id", sqlite_where=FOLLOWED, postgresql_where=FOLLOWED),
        Index(
            "ix_course_imported",
            "clinic_id",
            "imported_at",
            sqlite_where=IMPORTED,
            postgresql_where=IMPORTED,
        ),
        one_of("status", COURSE_STATUSES),
        one_of("closing", COURSE_CLOSINGS),
        one_of("baseline_kind", BASELINE_KINDS),
        holds("ends_after_it_starts", "last_infusion_day >= first_infusion_day"),
        holds("open_has_an_infusion", "status <> 'open' OR first_infusion_day IS NOT NULL"),
        holds("infusion_days_go_together", "(first_infusion_day IS NULL) = (last_infusion_day IS NULL)"),
        holds("closed_says_why", "(status = 'closed') = (closing IS NOT NULL)"),
        holds("baseline_in_range", "baseline_nrs BETWEEN 0 AND 10"),
        holds(
            "baseline_goes_with_its_kind",
            "(baseline_kind IS NOT NULL AND baseline_kind <> 'none') = (baseline_nrs IS NOT NULL)",
        ),
        unique=["uid"],
    )

    uid: Mapped[str]
    patient_id: Mapped[int]
    number: Mapped[int] = mapped_column(SmallInteger)
    regimen_id: Mapped[int | None]
    instrument_version_id: Mapped[int]
    treated_area: Mapped[str | None]
    status: Mapped[str]
    planned_first_day: Mapped[date | None]
    first_infusion_day: Mapped[date | None]
    last_infusion_day: Mapped[date | None]
    baseline_kind: Mapped[str | None]
    baseline_nrs: Mapped[float | None]
    baseline_answers: Mapped[int | None] = mapped_column(SmallInteger)
    baseline_sd: Mapped[float | None]
    baseline_stated_on: Mapped[date | None]
    baseline_source: Mapped[str | None]
    baseline_reason: Mapped[str | None]
    baseline_by_id: Mapped[int | None]
    thin_from_day: Mapped[date | None]
    thin_weekdays: Mapped[int | None] = mapped_column(SmallInteger)
    imported_at: Mapped[datetime | None]
    opened_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    closing: Mapped[str | None]
    version: Mapped[int]


class Administration(Owned, Base):
    """What was given: one block of days. A correction is a new row; the old one stops standing."""

    __tablename__ = "administration"
    __table_args__ = owned(
        belongs_to("patient"),
        belongs_to("course"),
        belongs_to("regimen"),
        belongs_to("booking"),
        belongs_to("administration", "supersedes_id"),
        Index("ix_administration_patient", "patient_id", "first_day"),
        one_of("agent", AGENTS),
        one_of("setting", SETTINGS_OF_CARE),
        one_of("classified_as", INFUSION_CLASSES),
        one_of("actor_kind", ACTORS),
        holds("ends_after_it_starts", "last_day >= first_day"),
        holds("stopped_early_says_why", "NOT stopped_early OR stop_reason IS NOT NULL"),
        unique=["uid"],
    )

    uid: Mapped[str]
    patient_id: Mapped[int]
    course_id: Mapped[int]
    regimen_id: Mapped[int | None]
    booking_id: Mapped[int | None]
    supersedes_id: Mapped[int | None]
    standing: Mapped[bool]
    classified_as: Mapped[str]
    first_day: Mapped[date]
    last_day: Mapped[date]
    agent: Mapped[str]
    setting: Mapped[str]
    dose_as_written: Mapped[str]
    dose_mg_kg_h: Mapped[float | None]
    hours: Mapped[float | None]
    adjuncts: Mapped[list[Any]]
    stopped_early: Mapped[bool]
    stop_reason: Mapped[str | None]
    reason: Mapped[str | None]
    actor_kind: Mapped[str]
    actor_id: Mapped[int | None]
    recorded_at: Mapped[datetime]


class ClinicalEvent(Owned, Base):
    """A dated event beside the infusions: nerve block, rescue drug, surgery, injury, liver test."""

    __tablename__ = "clinical_event"
    __table_args__ = owned(
        belongs_to("patient"),
        Index("ix_clinical_event_patient", "patient_id", "day"),
        one_of("kind", EVENT_KINDS),
        unique=["uid"],
    )

    uid: Mapped[str]
    patient_id: Mapped[int]
    kind: Mapped[str]
    day: Mapped[date]
    detail: Mapped[str | None]
    alt_u_l: Mapped[float | None]
    ast_u_l: Mapped[float | None]
    actor_kind: Mapped[str]
    actor_id: Mapped[int | None]
    recorded_at: Mapped[datetime]
