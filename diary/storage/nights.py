"""The ledger of nights, and the reading and writing of what a night finds."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any, Final, NamedTuple

from sqlalchemy import ScalarSelect, and_, bindparam, literal, or_, select, update
from sqlalchemy.orm import Session

from diary.storage.base import INSERT, table_of
from diary.storage.prepared import Prepared
from diary.storage.studies import MASKED_COURSES
from diary.storage.tables.clinic import Clinic
from diary.storage.tables.course import Course
from diary.storage.tables.night import Assessment, AssessmentLog, NightRun
from diary.storage.unit import clinic_of, own

FINISHED = ("done", "partial")
COUNTS = (
    "courses_seen",
    "courses_judged",
    "courses_silent",
    "courses_failed",
    "alerts_opened",
    "alerts_ended",
)

_RUN: Final = table_of(NightRun).c
_HOLD: Final = Prepared(
    update(table_of(NightRun))
    .where(_RUN["clinic_id"] == bindparam("of_clinic"), _RUN["night"] == bindparam("of_night"))
    .where(_RUN["term"] == bindparam("of_term"), _RUN["state"] == "claimed")
    .values(heartbeat_at=bindparam("wall_now"), lease_until_at=bindparam("until_at"))
    .returning(_RUN["id"])
)


def _claiming(insert: Callable[..., Any]) -> Prepared:
    wall_now, until_at = (bindparam(name, type_=_RUN.heartbeat_at.type) for name in ("wall_now", "until_at"))
    fresh = {
        _RUN.owner: bindparam("holder"),
        _RUN.lease_until_at: until_at,
        _RUN.heartbeat_at: wall_now,
        _RUN.started_at: wall_now,
    }
    first = {
        _RUN.clinic_id: bindparam("of_clinic"),
        _RUN.night: bindparam("of_night"),
        _RUN.cutoff_at: bindparam("cut_off"),
        _RUN.late: bindparam("comes_late"),
        _RUN.term: 1,
        _RUN.state: "claimed",
        **dict.fromkeys((column for column in _RUN if column.name in COUNTS), 0),
    }
    statement = insert(table_of(NightRun)).values({**first, **fresh})
    statement = statement.on_conflict_do_update(
        index_elements=["clinic_id", "night"],
        set_={**fresh, _RUN.term: _RUN.term + 1, _RUN.state: "claimed"},
        where=and_(*(_RUN.state != state for state in FINISHED), _RUN.lease_until_at <= wall_now),
    )
    return Prepared(statement.returning(_RUN.term))


_CLAIM: Final = {dialect: _claiming(insert) for dialect, insert in INSERT.items()}


@dataclass(frozen=True, slots=True)
class NextNight:
    """The first night that a clinic has not finished."""

    clinic_id: int
    night: date


def next_nights(session: Session) -> list[NextNight]:
    """For every clinic, the night after its last finished one; nights are finished in order."""
    last = newest_night().label("last")
    statement = select(Clinic.id, Clinic.first_night, last).order_by(Clinic.id)
    return [
        NextNight(row.id, row.first_night if row.last is None else date.fromordinal(row.last.toordinal() + 1))
        for row in session.execute(statement)
    ]


def newest_night() -> ScalarSelect[date]:
    """Of a clinic's finished nights: one look into the index, where a maximum would read the whole ledger."""
    return (
        select(NightRun.night)
        .where(NightRun.clinic_id == Clinic.id, NightRun.state.in_(FINISHED))
        .order_by(NightRun.night.desc())
        .limit(1)
        .correlate(Clinic)
        .scalar_subquery()
    )


def claim_night(
    session: Session,
    *,
    night: date,
    cutoff_at: datetime,
    owner: str,
    wall_now: datetime,
    lease_until_at: datetime,
    late: bool,
) -> int | None:
    """Claim a night by its unique row; the fencing term, or None while somebody else holds it.

    A lease that ran out is taken over under a higher term, and every write of the old holder is refused.
    """
    claimed = _CLAIM[session.get_bind().dialect.name].rows(
        session,
        of_clinic=clinic_of(session),
        of_night=night,
        cut_off=cutoff_at,
        holder=owner,
        wall_now=wall_now,
        until_at=lease_until_at,
        comes_late=late,
    )
    return claimed[0][0] if claimed else None


def hold_term(
    session: Session, *, night: date, term: int, wall_now: datetime, lease_until_at: datetime
) -> int | None:
    """Prove inside a writing unit that the term still holds, and renew the lease; the run's id, or None.

    The update locks the row, so that a rival cannot take over between this proof and the commit.
    """
    held = _HOLD.rows(
        session,
        of_clinic=clinic_of(session),
        of_night=night,
        of_term=term,
        wall_now=wall_now,
        until_at=lease_until_at,
    )
    return held[0][0] if held else None


def release_night(session: Session, *, night: date, term: int) -> None:
    """End this term's lease with its last heartbeat, so that the night can be claimed again at once."""
    session.execute(
        update(NightRun)
        .where(
            NightRun.clinic_id == clinic_of(session),
            NightRun.night == night,
            NightRun.term == term,
            NightRun.state == "claimed",
        )
        .values(lease_until_at=NightRun.heartbeat_at)
    )


def count_alerts(session: Session, run_id: int, *, opened: int, ended: int) -> None:
    """Add to the ledger what a shard did, together with it: a night run in parts counts each part once."""
    if opened or ended:
        session.execute(
            update(NightRun)
            .where(NightRun.clinic_id == clinic_of(session), NightRun.id == run_id)
            .values(alerts_opened=NightRun.alerts_opened + opened, alerts_ended=NightRun.alerts_ended + ended)
        )


def night_run(session: Session, night: date) -> NightRun | None:
    """The ledger's row of one night of this clinic."""
    return session.scalars(own(session, NightRun).where(NightRun.night == night)).one_or_none()


class Finished(NamedTuple):
    """Of a finished night, what pages say."""

    night: date
    cutoff_at: datetime
    state: str


_LAST_FINISHED: Final = Prepared(
    select(*(_RUN[name] for name in Finished._fields))
    .where(
        _RUN.clinic_id == bindparam("clinic_id"), or_(*(_RUN.state == literal(state) for state in FINISHED))
    )
    .order_by(_RUN.night.desc())
    .limit(1)
)


def last_finished(session: Session) -> Finished | None:
    """The clinic's newest finished night."""
    found = _LAST_FINISHED.rows(session, clinic_id=clinic_of(session))
    return Finished(*found[0]) if found else None


def nights_page(session: Session, *, before: date | None, limit: int) -> list[NightRun]:
    """The clinic's nights, newest first, at most `limit`, beginning behind the night `before`."""
    statement = own(session, NightRun)
    if before is not None:
        statement = statement.where(NightRun.night < before)
    return list(session.scalars(statement.order_by(NightRun.night.desc()).limit(limit)))


def assessments(session: Session, course_ids: Sequence[int]) -> dict[int, Assessment]:
    """The current findings by course; of one in a masked study, none."""
    statement = own(session, Assessment).where(
        Assessment.course_id.in_(course_ids), Assessment.course_id.not_in(MASKED_COURSES)
    )
    return {row.course_id: row for row in session.scalars(statement)}


class Foreseen(NamedTuple):
    """A course under way that something is foreseen of."""

    course_id: int
    patient_id: int
    regimen_id: int | None
    first_infusion_day: date
    last_infusion_day: date
    outlook: bytes


def foreseen_courses(session: Session) -> list[Foreseen]:
    """The clinic's courses under way with what lies ahead of each, as the last night kept it."""
    statement = (
        own(session, Course)
        .with_only_columns(
            Course.id,
            Course.patient_id,
            Course.regimen_id,
            Course.first_infusion_day,
            Course.last_infusion_day,
            Assessment.outlook,
        )
        .join(Assessment, and_(Assessment.clinic_id == Course.clinic_id, Assessment.course_id == Course.id))
        .where(
            Course.status == "open",
            Course.last_infusion_day.is_not(None),
            Assessment.outlook.is_not(None),
        )
    )
    # The conditions above leave out what may be empty in the tables.
    return [Foreseen(*row) for row in session.execute(statement)]  # type: ignore[arg-type]


def findings_of(session: Session, course_id: int) -> list[AssessmentLog]:
    """The logged findings of a course, first to last."""
    statement = own(session, AssessmentLog).where(AssessmentLog.course_id == course_id)
    return list(session.scalars(statement.order_by(AssessmentLog.night)))


def put_findings(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write the current findings of some courses; each course has one row."""
    if not rows:
        return
    session.execute(_putting(session.get_bind().dialect.name, tuple(rows[0])), rows)


@cache
def _putting(dialect: str, names: tuple[str, ...]) -> Any:
    """Made once for each set of columns, which takes longer than to write a small clinic's rows."""
    insert = INSERT[dialect](table_of(Assessment))
    fresh = {name: insert.excluded[name] for name in names if name not in ("course_id", "clinic_id")}
    return insert.on_conflict_do_update(index_elements=["course_id"], set_=fresh)


def log_findings(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Keep some findings; a night run again after a kill finds its own rows and leaves them."""
    if not rows:
        return
    insert = INSERT[session.get_bind().dialect.name](table_of(AssessmentLog))
    session.execute(insert.on_conflict_do_nothing(index_elements=["course_id", "night"]), rows)
