"""Studies: arms, the list that allots them, who takes part, who was told an arm, what was frozen."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Index, SmallInteger, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from config.words import ACTORS, ESTIMANDS, STUDY_MASKINGS, STUDY_STEPS
from diary.storage.base import Base, Owned, belongs_to, holds, one_of, owned


class Study(Owned, Base):
    """A trial run in this clinic; a masked one stays so until two people unblind it.

    An open study is unblinded from the moment it begins.
    """

    __tablename__ = "study"
    __table_args__ = owned(
        UniqueConstraint("clinic_id", "name"),
        one_of("masking", STUDY_MASKINGS),
        one_of("estimand", ESTIMANDS),
        holds("follow_up_in_range", "follow_up_days BETWEEN 7 AND 365"),
        unique=["uid"],
    )

    uid: Mapped[str]
    name: Mapped[str]
    masking: Mapped[str]
    estimand: Mapped[str]
    follow_up_days: Mapped[int] = mapped_column(SmallInteger)
    """The last course day whose answer belongs to the study."""
    visits: Mapped[list[Any] | None]
    """Planned visits: name, day_number and window_days of each."""
    list_made: Mapped[dict[str, Any] | None]
    """How the allocation list came about: its plan with the seed, or the name and digest of a file."""
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    unblinded_at: Mapped[datetime | None]
    version: Mapped[int]


class StudyArm(Owned, Base):
    """One arm of a study."""

    __tablename__ = "study_arm"
    __table_args__ = owned(belongs_to("study"), UniqueConstraint("study_id", "name"))

    study_id: Mapped[int]
    name: Mapped[str]


class Allocation(Owned, Base):
    """One place of a study's list: which arm the next of its stratum gets. Read from the top, never shown.

    A place that was taken stays so, even when the patient who took it is erased.
    """

    __tablename__ = "allocation"
    __table_args__ = owned(
        belongs_to("study"),
        belongs_to("study_arm", "arm_id"),
        UniqueConstraint("study_id", "stratum", "place"),
        UniqueConstraint("study_id", "number"),
    )

    study_id: Mapped[int]
    stratum: Mapped[str]
    place: Mapped[int]
    """In its stratum, from 1."""
    number: Mapped[str]
    """What the pharmacy finds the arm by; it tells nobody else anything."""
    arm_id: Mapped[int]
    taken_at: Mapped[datetime | None]


class StudyCourse(Owned, Base):
    """A course that takes part in a study, and its arm."""

    __tablename__ = "study_course"
    __table_args__ = owned(
        belongs_to("study"),
        belongs_to("study_arm", "arm_id"),
        belongs_to("course"),
        belongs_to("allocation"),
        UniqueConstraint("study_id", "course_id"),
        UniqueConstraint("allocation_id"),
    )

    study_id: Mapped[int]
    arm_id: Mapped[int]
    course_id: Mapped[int]
    allocation_id: Mapped[int | None]
    """None for one that was brought in with its arm."""
    allotted_at: Mapped[datetime]


class StudyStep(Owned, Base):
    """One line of a study's log: a screening, a consent, a visit, a deviation. It only grows.

    What was written by mistake is taken back, with a reason, and stays readable.
    """

    __tablename__ = "study_step"
    __table_args__ = owned(
        belongs_to("study"),
        belongs_to("patient"),
        one_of("kind", STUDY_STEPS),
        one_of("actor_kind", ACTORS),
        holds("a_visit_has_a_name", "(kind = 'visit') = (visit IS NOT NULL)"),
        holds("taken_back_says_when_and_by_whom", "(taken_back_at IS NULL) = (taken_back_by_kind IS NULL)"),
        Index("ix_study_step_study", "study_id", "patient_id", "id"),
        unique=["uid"],
    )

    uid: Mapped[str]
    study_id: Mapped[int]
    patient_id: Mapped[int]
    kind: Mapped[str]
    day: Mapped[date]
    visit: Mapped[str | None]
    detail: Mapped[str | None]
    actor_kind: Mapped[str]
    actor_id: Mapped[int | None]
    recorded_at: Mapped[datetime]
    taken_back_at: Mapped[datetime | None]
    taken_back_by_kind: Mapped[str | None]
    taken_back_by_id: Mapped[int | None]
    taken_back_reason: Mapped[str | None]


class Unblinding(Owned, Base):
    """One person asks, with a reason, another agrees: about one course, or about the whole study."""

    __tablename__ = "unblinding"
    __table_args__ = owned(
        belongs_to("study"),
        belongs_to("course"),
        belongs_to("staff", "asked_by_id"),
        belongs_to("staff", "agreed_by_id"),
        holds("another_person_agrees", "agreed_by_id <> asked_by_id"),
        holds("agreed_by_somebody", "(agreed_at IS NULL) = (agreed_by_id IS NULL)"),
        holds("agreed_or_ended", "agreed_at IS NULL OR ended_at IS NULL"),
        Index("ix_unblinding_study", "study_id", "id"),
        unique=["uid"],
    )

    uid: Mapped[str]
    study_id: Mapped[int]
    course_id: Mapped[int | None]
    """None: the whole study."""
    reason: Mapped[str | None]
    asked_by_id: Mapped[int]
    asked_at: Mapped[datetime]
    agreed_by_id: Mapped[int | None]
    agreed_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    """Taken back, or nobody agreed to it."""


class StudyFreeze(Owned, Base):
    """A study's record at a moment, by checksum: whether it is still the same can be said at any time."""

    __tablename__ = "study_freeze"
    __table_args__ = owned(
        belongs_to("study"), UniqueConstraint("study_id", "n"), one_of("actor_kind", ACTORS)
    )

    study_id: Mapped[int]
    n: Mapped[int] = mapped_column(SmallInteger)
    frozen_at: Mapped[datetime]
    actor_kind: Mapped[str]
    actor_id: Mapped[int | None]
    trail_id: Mapped[int]
    """The newest row of the audit trail that goes along."""
    sha256: Mapped[str]
    """Of SHA256SUMS, the file that names every other."""
    files: Mapped[list[Any]]
    """Name, rows and sha256 of each."""
