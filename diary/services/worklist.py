"""The worklist: which patients need a person, the reason in a sentence first, the most urgent on top."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from config.protocol import Protocol
from diary.domain import waiting
from diary.services.alert_lines import staff_names
from diary.services.brought_in import BroughtIn, brought_in
from diary.services.clinics import local_day
from diary.services.forecast_story import SwitchedOff, switched_off
from diary.services.whose_patients import WHOSE, Covered, whose_patients
from diary.services.worklist_rows import Row, rows_of
from diary.storage.protocols import foresight_at, protocol_at
from diary.storage.unit import scope_of
from diary.storage.worklist import SORTS, TABS, tab_counts, tab_page

PAGE_ROWS: Final = 50
FIRST_TAB: Final = "act_now"
FIRST_SORT: Final = "waiting"


@dataclass(frozen=True, slots=True)
class View:
    """What somebody looks at; all of it stands in the address, so that a colleague can be sent it."""

    tab: str = FIRST_TAB
    whose: str = WHOSE[0]
    review_weeks: bool = False
    """Only courses in the protocol's review window, weeks 10 to 14."""
    sort: str = FIRST_SORT
    page: int = 1

    def __post_init__(self) -> None:
        """A word that makes no sense shows the first of its kind."""
        for name, known in (("tab", TABS), ("whose", WHOSE), ("sort", SORTS)):
            if getattr(self, name) not in known:
                object.__setattr__(
                    self, name, {"tab": FIRST_TAB, "whose": WHOSE[0], "sort": FIRST_SORT}[name]
                )


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
    staff_id = scope_of(session).actor_id or 0
    whose = whose_patients(session, view.whose, staff_id=staff_id, today=today, names=staff_names(session))
    narrow = whose.narrow(_review_window(protocol, today) if view.review_weeks else None)
    counts = tab_counts(session, narrow)
    pages = max(1, -(-counts[view.tab] // PAGE_ROWS))
    page = min(max(view.page, 1), pages)
    found = tab_page(
        session,
        view.tab,
        narrow,
        sort=view.sort,
        lead=(protocol.lead_days, waiting.weights(protocol.lead_days)) if shown else None,
        offset=(page - 1) * PAGE_ROWS,
        limit=PAGE_ROWS,
    )
    return Worklist(
        view=view,
        counts=counts,
        rows=rows_of(session, found, protocol=protocol, names=names, foretold=shown, now=now),
        page=page,
        pages=pages,
        foretold=shown,
        lead_days=protocol.lead_days,
        review_weeks=(_week(protocol.review_from_day), _week(protocol.review_to_day)),
        covering=whose.covering,
        brought_in=brought_in(session, now),
        forecast_off=switched_off(session),
    )


def _review_window(protocol: Protocol, today: date) -> tuple[date, date]:
    """Between which days a course was last infused whose course day lies in the window today."""
    return today - timedelta(days=protocol.review_to_day), today - timedelta(days=protocol.review_from_day)


def _week(day: int) -> int:
    return -(-day // 7)
