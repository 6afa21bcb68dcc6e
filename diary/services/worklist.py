"""The worklist: which patients need a person, the reason in a sentence first, the most urgent on top."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from config.protocol import Protocol
from diary.services.alert_lines import staff_names
from diary.services.brought_in import BroughtIn, brought_in
from diary.services.clinics import local_day
from diary.services.forecast_story import SwitchedOff, switched_off
from diary.services.whose_patients import WHOSE, Covered, whose_patients
from diary.services.worklist_rows import Row, rows_of
from diary.storage.protocols import foresight_at, protocol_at
from diary.storage.unit import scope_of
from diary.storage.worklist import (
    SORTS,
    TABS,
    Choice,
    regimens_to_choose,
    studies_to_choose,
    tab_counts,
    tab_page,
)

PAGE_ROWS: Final = 50
FIRST_TAB: Final = "act_now"
FIRST_SORT: Final = "waiting"
WEEKS: Final = ("", "review")


@dataclass(frozen=True, slots=True)
class View:
    """What somebody looks at; all of it stands in the address, so that a colleague can be sent it."""

    tab: str = FIRST_TAB
    whose: str = WHOSE[0]
    weeks: str = ""
    """"review": only courses in the protocol's review window, weeks 10 to 14."""
    regimen: str = ""
    """Uid: only courses of this regimen."""
    study: str = ""
    """Uid: only courses that take part in this study."""
    sort: str = FIRST_SORT
    page: int = 1

    def sensible(self, regimens: Sequence[Choice], studies: Sequence[Choice]) -> "View":
        """The same, but a word that makes no sense here is the first of its kind."""
        known: dict[str, Collection[str]] = {
            "tab": TABS,
            "whose": WHOSE,
            "weeks": WEEKS,
            "regimen": [one.uid for one in regimens],
            "study": [one.uid for one in studies],
            "sort": SORTS,
        }
        kept = {name: word for name, words in known.items() if (word := getattr(self, name)) in words}
        return View(**kept, page=self.page)


@dataclass(frozen=True, slots=True)
class Worklist:
    """One page of one tab, with the true counts of all tabs."""

    view: View
    counts: Mapping[str, int]
    rows: tuple[Row, ...]
    page: int
    pages: int
    foretold: bool
    """Chances are shown."""
    lead_days: int
    review_weeks: tuple[int, int]
    """First and last week of the review window."""
    regimens: Sequence[Choice]
    studies: Sequence[Choice]
    """What it can be narrowed to."""
    covering: tuple[Covered, ...]
    brought_in: BroughtIn | None
    """None where no course was brought in of late."""
    forecast_off: SwitchedOff | None
    """None unless the forecast switched itself off."""

    @property
    def tab(self) -> str:
        """Which tab."""
        return self.view.tab


def worklist(session: Session, view: View, *, names: bool, now: datetime) -> Worklist:
    """One page of a tab; beyond the last, the last. With `names`, that they were read is noted."""
    today = local_day(session, now)
    _, protocol = protocol_at(session, now)
    shown = foresight_at(session, now).shown
    staff = staff_names(session)
    regimens, studies = regimens_to_choose(session), studies_to_choose(session)
    view = view.sensible(regimens, studies)
    staff_id = scope_of(session).actor_id or 0
    whose = whose_patients(session, view.whose, staff_id=staff_id, today=today, names=staff)
    narrow = replace(
        whose.narrow(),
        infused_between=_review_window(protocol, today) if view.weeks else None,
        regimen_id=_id_of(view.regimen, regimens),
        study_id=_id_of(view.study, studies),
    )
    counts = tab_counts(session, narrow)
    pages = max(1, -(-counts[view.tab] // PAGE_ROWS))
    page = min(max(view.page, 1), pages)
    found = tab_page(
        session,
        view.tab,
        narrow,
        names=names,
        sort=view.sort,
        lead_days=protocol.lead_days if shown else None,
        offset=(page - 1) * PAGE_ROWS,
        limit=PAGE_ROWS,
    )
    return Worklist(
        view=view,
        counts=counts,
        rows=rows_of(session, found, protocol=protocol, staff=staff, now=now),
        page=page,
        pages=pages,
        foretold=shown,
        lead_days=protocol.lead_days,
        review_weeks=(_week(protocol.review_from_day), _week(protocol.review_to_day)),
        regimens=regimens,
        studies=studies,
        covering=whose.covering,
        brought_in=brought_in(session, now),
        forecast_off=None if shown else switched_off(session),
    )


def _review_window(protocol: Protocol, today: date) -> tuple[date, date]:
    """Between which days a course was last infused whose course day lies in the window today."""
    return today - timedelta(days=protocol.review_to_day), today - timedelta(days=protocol.review_from_day)


def _id_of(uid: str, choices: Sequence[Choice]) -> int | None:
    return next((one.id for one in choices if one.uid == uid), None)


def _week(day: int) -> int:
    return -(-day // 7)
