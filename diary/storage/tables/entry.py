"""The diary: append-only versions of one day's answer, optional items, and the packed days of a course."""

from datetime import date, datetime

from sqlalchemy import Index, LargeBinary, SmallInteger, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from config.scales import NRS
from config.words import ACTORS, ENTRY_KINDS, ENTRY_SOURCES
from diary.storage.base import Base, Owned, belongs_to, holds, one_of, only_one, owned


class Entry(Owned, Base):
    """One version of one diary day's answer.

    Rows are only ever added. One column changes: `standing` falls to false when a newer version
    takes its place, so that a partial unique index can promise one standing version a day.
    """

    __tablename__ = "entry"
    __table_args__ = owned(
        belongs_to("patient"),
        belongs_to("instrument_version"),
        belongs_to("staff", "taken_by_id"),
        UniqueConstraint("patient_id", "client_id"),
        UniqueConstraint("patient_id", "day", "version"),
        only_one("uq_entry_standing", "patient_id", "day", where="standing"),
        one_of("kind", ENTRY_KINDS),
        one_of("source", ENTRY_SOURCES),
        one_of("actor_kind", ACTORS),
        holds("nrs_in_range", f"nrs BETWEEN {NRS.low} AND {NRS.high}"),
        holds("nrs_is_whole", "typeof(nrs) IN ('integer', 'null')").ddl_if(dialect="sqlite"),
        holds("only_a_void_has_no_score", "(nrs IS NULL) = (kind = 'void')"),
        holds("a_correction_has_a_reason", "kind = 'answer' OR reason IS NOT NULL"),
        unique=["uid"],
    )

    uid: Mapped[str]
    patient_id: Mapped[int]
    client_id: Mapped[str]
    day: Mapped[date]
    version: Mapped[int] = mapped_column(SmallInteger)
    kind: Mapped[str]
    nrs: Mapped[int | None] = mapped_column(SmallInteger)
    standing: Mapped[bool]
    supersedes: Mapped[str | None]
    source: Mapped[str]
    actor_kind: Mapped[str]
    actor_id: Mapped[int | None]
    taken_by_id: Mapped[int | None]
    reason: Mapped[str | None]
    answered_at: Mapped[datetime]
    answered_offset_min: Mapped[int] = mapped_column(SmallInteger)
    zone: Mapped[str]
    sent_at: Mapped[datetime]
    received_at: Mapped[datetime]
    skew_s: Mapped[int]
    late: Mapped[bool]
    clock_suspect: Mapped[bool]
    instrument_version_id: Mapped[int]
    layout: Mapped[str | None]
    locale: Mapped[str | None]
    client_version: Mapped[str | None]


class ItemAnswer(Owned, Base):
    """One optional item of one day: worst pain, sleep, a side effect, the weekly questions."""

    __tablename__ = "item_answer"
    __table_args__ = owned(
        belongs_to("patient"),
        UniqueConstraint("patient_id", "client_id", "item"),
        only_one("uq_item_answer_standing", "patient_id", "day", "item", where="standing"),
        Index("ix_item_answer_patient", "patient_id", "day"),
    )

    patient_id: Mapped[int]
    client_id: Mapped[str]
    day: Mapped[date]
    item: Mapped[str]
    value: Mapped[int] = mapped_column(SmallInteger)
    standing: Mapped[bool]
    answered_at: Mapped[datetime]
    sent_at: Mapped[datetime]
    received_at: Mapped[datetime]


class CourseDays(Base):
    """A course's standing scores, a byte a day from 14 days before the first infusion day.

    A projection of `entry`, written in the same transaction and rebuilt by `diary verify`: the night
    reads this instead of the rows (about 30 times smaller and 60 times faster).
    """

    __tablename__ = "course_days"
    __table_args__ = (belongs_to("course"),)

    course_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    clinic_id: Mapped[int]
    anchor_day: Mapped[date]
    changed_at: Mapped[datetime]
    days: Mapped[bytes] = mapped_column(LargeBinary)
