"""Studies, their arms, and which course was allotted to which arm."""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped

from diary.storage.base import Base, Owned, belongs_to, owned


class Study(Owned, Base):
    """A trial run in this clinic; arms are masked until two people unblind it."""

    __tablename__ = "study"
    __table_args__ = owned(UniqueConstraint("clinic_id", "name"), unique=["uid"])

    uid: Mapped[str]
    name: Mapped[str]
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    unblinded_at: Mapped[datetime | None]


class StudyArm(Owned, Base):
    """One arm of a study."""

    __tablename__ = "study_arm"
    __table_args__ = owned(belongs_to("study"), UniqueConstraint("study_id", "name"))

    study_id: Mapped[int]
    name: Mapped[str]


class StudyCourse(Owned, Base):
    """A course that takes part in a study, and its arm."""

    __tablename__ = "study_course"
    __table_args__ = owned(
        belongs_to("study"),
        belongs_to("study_arm", "arm_id"),
        belongs_to("course"),
        UniqueConstraint("study_id", "course_id"),
    )

    study_id: Mapped[int]
    arm_id: Mapped[int]
    course_id: Mapped[int]
    allotted_at: Mapped[datetime]
