"""Queries behind the worklist: its tabs, their counts by the very conditions of their rows, and one page.

The page is read by one prepared statement for each way of looking (docs/decisions/0008): all that stands in a
row comes with its alert, in columns and not as mapped objects.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import accumulate, pairwise
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from sqlalchemy import (
    ColumnElement,
    SQLColumnExpression,
    and_,
    bindparam,
    case,
    func,
    literal_column,
    null,
    or_,
    select,
    text,
    true,
)
from sqlalchemy.orm import Session

from config.words import ALERT_ENDED
from diary.domain.alert_states import URGENCY
from diary.domain.waiting import weights
from diary.storage.among import among
from diary.storage.base import table_of
from diary.storage.prepared import Prepared
from diary.storage.studies import MASKED_COURSES
from diary.storage.tables.alert import Alert
from diary.storage.tables.booking import UNDER_WAY, Booking
from diary.storage.tables.course import Course, Regimen
from diary.storage.tables.entry import CourseDays
from diary.storage.tables.night import Assessment
from diary.storage.tables.patient import Patient, PatientIdentity
from diary.storage.tables.study import Study, StudyCourse
from diary.storage.unit import clinic_of
from diary.storage.worklist_rows import (
    Chances,
    Listed,
    ListedAlert,
    ListedBooking,
    ListedCourse,
    ListedDays,
    ListedPatient,
)

_ALERT: Final = table_of(Alert).c
_PATIENT: Final = table_of(Patient).c
_COURSE: Final = table_of(Course).c
_DAYS: Final = table_of(CourseDays).c
_BOOKING: Final = table_of(Booking).c
_FOUND: Final = table_of(Assessment).c
_WHO: Final = table_of(PatientIdentity).c
_ALLOTTED: Final = table_of(StudyCourse).c


def _is_one_of(column: ColumnElement[Any], *words: str) -> ColumnElement[bool]:
    """Constants of ours, written out: a list of parameters has no one text."""
    return column.in_([literal_column(f"'{word}'") for word in words])


_WAITING: Final = _is_one_of(_ALERT.status, "open", "acknowledged")
_IS_LOSS: Final = _is_one_of(_ALERT.kind, "loss")

# Each live alert falls under exactly one of these, and under "all".
TABS: Final[Mapping[str, ColumnElement[bool]]] = MappingProxyType(
    {
        "act_now": and_(
            _WAITING,
            or_(
                _is_one_of(_ALERT.kind, "red_flag", "step", "not_assessed"),
                and_(_IS_LOSS, _is_one_of(_ALERT.level, "likely_lost", "confirmed")),
            ),
        ),
        "watch": and_(_WAITING, _IS_LOSS, _is_one_of(_ALERT.level, "watch")),
        "review": and_(_WAITING, _is_one_of(_ALERT.kind, "review", "no_response")),
        "silent": and_(_WAITING, _is_one_of(_ALERT.kind, "silence")),
        "call_me": and_(_WAITING, _is_one_of(_ALERT.kind, "call_me")),
        "snoozed": _is_one_of(_ALERT.status, "snoozed"),
        "parked": _is_one_of(_ALERT.status, "parked"),
        "all": true(),
    }
)

_WORD: Final = func.coalesce(_ALERT.level, _ALERT.kind)
_RANK: Final = case({word: place for place, word in enumerate(URGENCY)}, value=_WORD, else_=len(URGENCY))
# What is lost by waiting decides among alerts that are alike in haste; no chance outranks a red flag.
_HASTE: Final = case(
    {"red_flag": 0, "confirmed": 1, "likely_lost": 1, "step": 1, "not_assessed": 1, "watch": 2, "call_me": 3},
    value=_WORD,
    else_=4,
)

# How rows can be ordered besides: by the word in the address.
SORTS: Final[Mapping[str, SQLColumnExpression[Any]]] = MappingProxyType(
    {
        "waiting": _ALERT.id,  # stands for the order of haste, see `_ordered`
        "age": _ALERT.opened_at,
        "patient": _PATIENT.pseudonym,
        "now": _FOUND.mean_7d,
        "before": _FOUND.baseline_nrs,
        "best": _FOUND.best_14d,
        "chance": _FOUND.p_lost_lead,
        "answers": _FOUND.answered_14d,
        "infusion": _COURSE.last_infusion_day,
    }
)
# The other sorts begin with the least.
_FALLING: Final = ("now", "before", "best", "chance")
_FORETOLD: Final = ("chance",)


@dataclass(frozen=True, slots=True)
class Narrow:
    """Which alerts of the clinic a worklist is about; every count is of these."""

    staff_ids: Sequence[int] | None = None
    """Alerts these people took, and of patients they look after; None: everybody's."""
    team_ids: Sequence[int] = ()
    """With `staff_ids`, also the patients of these teams."""
    infused_between: tuple[date, date] | None = None
    """Only courses whose last infusion day lies between these, both included."""
    regimen_id: int | None = None
    """Only courses of this regimen."""
    study_id: int | None = None
    """Only courses that take part in this study."""

    def asks(self) -> tuple[str, ...]:
        """Names of its conditions."""
        asked = {
            "staff": self.staff_ids,
            "infused": self.infused_between,
            "regimen": self.regimen_id,
            "study": self.study_id,
        }
        return tuple(name for name, value in asked.items() if value is not None)

    def values(self) -> dict[str, Any]:
        """What they are given, by name; of what is not asked for, nothing is read."""
        first, last = self.infused_between or (None, None)
        return {
            "staff_ids": self.staff_ids,
            "team_ids": self.team_ids,
            "infused_from": first,
            "infused_to": last,
            "regimen_id": self.regimen_id,
            "study_id": self.study_id,
        }


CLINIC: Final = Narrow()
_IN_STUDY: Final = select(_ALLOTTED.course_id).where(
    _ALLOTTED.clinic_id == bindparam("clinic_id"), _ALLOTTED.study_id == bindparam("study_id")
)
_NARROWS: Final[Mapping[str, ColumnElement[bool]]] = MappingProxyType(
    {
        "staff": or_(
            among(_ALERT.owner_id, "staff_ids"),
            among(_PATIENT.owner_id, "staff_ids"),
            among(_PATIENT.team_id, "team_ids"),
        ),
        "infused": _COURSE.last_infusion_day.between(bindparam("infused_from"), bindparam("infused_to")),
        "regimen": _COURSE.regimen_id == bindparam("regimen_id"),
        "study": _COURSE.id.in_(_IN_STUDY),
    }
)


def tab_counts(session: Session, narrow: Narrow = CLINIC) -> dict[str, int]:
    """How many live alerts each tab holds, in one statement."""
    (counts,) = _counts(narrow.asks()).rows(session, clinic_id=clinic_of(session), **narrow.values())
    return dict(zip(TABS, counts, strict=True))


def tab_page(
    session: Session,
    tab: str,
    narrow: Narrow = CLINIC,
    *,
    names: bool = False,
    sort: str = "waiting",
    lead_days: int | None = None,
    offset: int,
    limit: int,
) -> list[Listed]:
    """One page of a tab.

    Args:
        session: of the clinic.
        tab: of `TABS`.
        narrow: which alerts.
        names: read also who the patients are; the caller writes the audit row.
        sort: of `SORTS`; what is equal goes by haste.
        lead_days: the lead time; None where the forecast is in the shadow, when no chance is read and no
            order may follow one.
        offset: rows before this page.
        limit: rows on it.
    """
    page = _page(tab, sort, narrow.asks(), lead_days, names)
    values = {"clinic_id": clinic_of(session), "offset": offset, "limit": limit, **narrow.values()}
    return [_listed(row) for row in page.rows(session, **values)]


# Written as the partial indexes have it: a parameter would hide that they fit.
_LIVE: Final = (
    _ALERT.clinic_id == bindparam("clinic_id"),
    _ALERT.status.not_in([literal_column(f"'{word}'") for word in ALERT_ENDED]),
)
_UNDER_WAY: Final = (
    select(_BOOKING.patient_id, *(_BOOKING[name] for name in ListedBooking._fields))
    .where(text(UNDER_WAY))
    .subquery("under_way")
)
_open = table_of(Course).alias()
_ITS_COURSE: Final = func.coalesce(
    _ALERT.course_id,
    select(_open.c.id)
    .where(
        _open.c.clinic_id == _ALERT.clinic_id,
        _open.c.patient_id == _ALERT.patient_id,
        _open.c.status == literal_column("'open'"),
    )
    .scalar_subquery(),
)
_WITH_COURSES: Final = (
    table_of(Alert)
    .join(table_of(Patient), and_(_PATIENT.clinic_id == _ALERT.clinic_id, _PATIENT.id == _ALERT.patient_id))
    .outerjoin(table_of(Course), and_(_COURSE.clinic_id == _ALERT.clinic_id, _COURSE.id == _ITS_COURSE))
)
_ROWS: Final = (
    _WITH_COURSES.outerjoin(table_of(CourseDays), _DAYS.course_id == _COURSE.id)
    .outerjoin(
        table_of(Assessment),
        and_(
            _FOUND.course_id == _COURSE.id,
            _FOUND.course_id.not_in(MASKED_COURSES.where(_ALLOTTED.clinic_id == bindparam("clinic_id"))),
        ),
    )
    .outerjoin(_UNDER_WAY, _UNDER_WAY.c.patient_id == _PATIENT.id)
)
_NAMED_ROWS: Final = _ROWS.outerjoin(
    table_of(PatientIdentity),
    and_(_WHO.clinic_id == _PATIENT.clinic_id, _WHO.patient_id == _PATIENT.id),
)
_CHANCES: Final = (_FOUND.p_lost, _FOUND.p_lost_14d, _FOUND.p_lost_28d, _FOUND.p_lost_lead)
_PARTS: Final = (
    (ListedAlert, _ALERT),
    (ListedPatient, _PATIENT),
    (ListedCourse, _COURSE),
    (ListedDays, _DAYS),
    (ListedBooking, _UNDER_WAY.c),
)
_SHOWN: Final = [columns[name] for row, columns in _PARTS for name in row._fields]
_ENDS: Final = [*accumulate(len(row._fields) for row, _ in _PARTS)]
_CUTS: Final = [
    (row, start, end) for (row, _), (start, end) in zip(_PARTS, pairwise([0, *_ENDS]), strict=True)
]


@lru_cache(maxsize=64)
def _counts(asked: tuple[str, ...]) -> Prepared:
    counts: list[Any] = [func.count().filter(condition) for condition in TABS.values()]
    # The clinic's own counts need no join.
    counted = select(*counts).select_from(_WITH_COURSES if asked else table_of(Alert))
    return Prepared(counted.where(*_LIVE, *(_NARROWS[name] for name in asked)))


@lru_cache(maxsize=512)
def _page(tab: str, sort: str, asked: tuple[str, ...], lead_days: int | None, names: bool) -> Prepared:
    chances = _CHANCES if lead_days is not None else [null()] * len(_CHANCES)
    shown = select(*_SHOWN, *chances, _WHO.name if names else null())
    return Prepared(
        shown.select_from(_NAMED_ROWS if names else _ROWS)
        .where(*_LIVE, TABS[tab], *(_NARROWS[name] for name in asked))
        .order_by(*_ordered(sort, lead_days))
        .offset(bindparam("offset"))
        .limit(bindparam("limit"))
    )


def _listed(row: Sequence[Any]) -> Listed:
    alert, patient, course, days, booking = (kind(*row[start:end]) for kind, start, end in _CUTS)
    *chances, name = row[_CUTS[-1][-1] :]
    return Listed(
        alert,
        patient,
        course if course.id is not None else None,
        days if days.anchor_day is not None else None,
        booking if booking.uid is not None else None,
        Chances(*chances),
        name,
    )


def _ordered(sort: str, lead_days: int | None) -> list[SQLColumnExpression[Any]]:
    column = SORTS[sort]
    first: list[SQLColumnExpression[Any]] = []
    if sort != "waiting" and (lead_days is not None or sort not in _FORETOLD):
        first = [column.is_(None), column.desc() if sort in _FALLING else column]
    lost = _days_lost(lead_days)
    return [*first, _HASTE, lost.is_(None), lost.desc(), _RANK, _ALERT.opened_at, _ALERT.id]


def _days_lost(lead_days: int | None) -> ColumnElement[Any]:
    """As `domain.waiting` has it; a confirmed loss is without relief from the first day on."""
    if lead_days is None:
        return case((_ALERT.level == "confirmed", 1), else_=None)
    weighed = zip(weights(lead_days), _CHANCES, strict=True)
    foretold = sum(weight * chance for weight, chance in weighed if weight)
    return case((_ALERT.level == "confirmed", float(lead_days)), else_=foretold)


class Choice(NamedTuple):
    """A regimen or a study that a worklist can be narrowed to."""

    id: int
    uid: str
    name: str


_REGIMENS, _STUDIES = (
    Prepared(
        select(*(table.c[name] for name in Choice._fields))
        .where(table.c.clinic_id == bindparam("clinic_id"))
        .order_by(table.c.name)
    )
    for table in (table_of(Regimen), table_of(Study))
)


def regimens_to_choose(session: Session) -> list[Choice]:
    """All of the clinic's by name: courses of a retired one go on."""
    return [Choice(*row) for row in _REGIMENS.rows(session, clinic_id=clinic_of(session))]


def studies_to_choose(session: Session) -> list[Choice]:
    """The clinic's studies by name."""
    return [Choice(*row) for row in _STUDIES.rows(session, clinic_id=clinic_of(session))]
