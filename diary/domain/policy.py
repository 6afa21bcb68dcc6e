"""From what a night found to what a person is told: open, escalate, note, clear, supersede.

Works on one course at a time and only where something may change; arrays stay in `domain.relapse`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, Protocol

from config.words import ALERT_ENDED, LOSS_LEVELS

LEVEL_OF = {"watch": "watch", "likely_lost": "likely_lost", "loss": "confirmed"}
# The other states that open an alert, and its kind.
KIND_OF = {"step": "step", "silent": "silence", "no_response": "no_response"}
# Kinds that are said once a course: a review at weeks 10-14, a missing response at day 14.
ONCE = ("review", "no_response")
# Why an alert of this kind is no longer needed, where it is not that scores recovered.
RECOVERED = {"silence": "answers came again", "no_response": "a late response"}


@dataclass(frozen=True, slots=True)
class Finding:
    """What tonight says of one course, and what it says, with today's data, of each night before.

    `states` holds a state a night from night 1 to tonight. `review` says whether the week 10-14 criterion
    holds tonight; `step_recovered` whether the last answers fell back from a step; `loss_recovered` whether
    the chance of a loss, where one is foreseen, fell well under that of a watch; `quiet` whether the course
    was brought in too short a while ago for anything to open: a drawer of old diaries does not ring.
    """

    states: Sequence[str]
    review: bool = False
    review_recovered: bool = False
    step_recovered: bool = False
    loss_recovered: bool = True
    quiet: bool = False

    @property
    def state(self) -> str:
        """Tonight's state."""
        return self.states[-1]


@dataclass(frozen=True, slots=True)
class Standing:
    """An alert of this course: a live one, or the last ended one of its kind."""

    kind: str
    level: str | None
    status: str
    opened_night: int
    """Day number of the night it opened or last escalated."""

    @property
    def owned(self) -> bool:
        """Somebody took it: the night may note, never end it."""
        return self.status in ("acknowledged", "snoozed", "parked")

    @property
    def ended(self) -> bool:
        """It needs nobody any more."""
        return self.status in ALERT_ENDED


class Told(Protocol):
    """What is known of an alert of the course: `Standing` without its night."""

    @property
    def kind(self) -> str:
        """A word of `ALERT_KINDS`."""

    @property
    def level(self) -> str | None:
        """A word of `LOSS_LEVELS`; None for kinds without."""

    @property
    def status(self) -> str:
        """A word of `ALERT_STATUSES`."""


Verb = Literal["open", "escalate", "note", "clear", "supersede"]


@dataclass(frozen=True, slots=True)
class Act:
    """One thing to do about one kind of alert."""

    verb: Verb
    kind: str
    level: str | None = None
    reason: str | None = None


def is_told(state: str, *, review: bool, loss_recovered: bool = True, alerts: Iterable[Told]) -> bool:
    """Whether all is said already, so that `decide` has nothing to do; told without the nights before.

    Each kind that holds has its live alert, at no lower level, and each live alert still holds, or has not
    recovered far enough.

    >>> is_told("holding", review=False, alerts=[])
    True
    >>> is_told("loss", review=False, alerts=[Standing("loss", "watch", "open", 20)])
    False
    """
    level = LEVEL_OF.get(state)
    holding = {"review"} if review else set()
    if level is not None:
        holding.add("loss")
    elif state in KIND_OF:
        holding.add(KIND_OF[state])
    for alert in alerts:
        if alert.status in ALERT_ENDED:
            continue
        if alert.kind == "loss" and state == "holding" and not loss_recovered:
            continue
        if alert.kind not in holding or (alert.kind == "loss" and _rank(level) > _rank(alert.level)):
            return False
        holding.remove(alert.kind)
    return not holding


def decide(finding: Finding, standing: Sequence[Standing], *, absence_nights: int) -> list[Act]:
    """What to do tonight about each kind of alert of one course.

    Args:
        finding: tonight's states and criteria.
        standing: the live alerts of the course and, for each kind without one, the last ended one.
        absence_nights: how long a state must have been away before an alert that was closed may open again.

    >>> decide(Finding(["learning", "loss"]), [], absence_nights=14)
    [Act(verb='open', kind='loss', level='confirmed', reason=None)]
    """
    by_kind = {alert.kind: alert for alert in standing}
    acts = [_about("loss", finding, by_kind.get("loss"), absence_nights)]
    acts += [_about(kind, finding, by_kind.get(kind), absence_nights) for kind in ("step", "silence")]
    acts += [_about(kind, finding, by_kind.get(kind), absence_nights) for kind in ONCE]
    acts += [Act("clear", "not_assessed")] if _unowned(by_kind.get("not_assessed")) else []
    return [act for act in acts if act is not None]


def rings_from(imported_at: datetime, *, quiet_nights: int) -> datetime:
    """From when on a course that was brought in may open alerts: what is past never rings.

    >>> rings_from(datetime(2026, 6, 1, 10), quiet_nights=14)
    datetime.datetime(2026, 6, 15, 10, 0)
    """
    return imported_at + timedelta(days=quiet_nights)


def _about(kind: str, finding: Finding, alert: Standing | None, absence_nights: int) -> Act | None:
    holds = _holds(kind, finding, night=-1)
    level = LEVEL_OF.get(finding.state) if kind == "loss" else None
    if alert is None or alert.ended:
        if not holds or finding.quiet:
            return None
        if alert is not None and not _may_open_again(kind, level, finding, alert, absence_nights):
            return None
        return Act("open", kind, level)
    if holds:
        higher = level is not None and _rank(level) > _rank(alert.level)
        return Act("escalate", kind, level) if higher else None
    if not _supported(kind, finding, alert):
        reason = "answers that came or changed later no longer support it"
        return Act("note" if alert.owned else "supersede", kind, reason=reason)
    if _recovered(kind, finding):
        return Act("note" if alert.owned else "clear", kind, reason=RECOVERED.get(kind, "scores recovered"))
    return None


def holds(kind: str, state: str) -> bool:
    """Whether a state is one that this kind of alert is about.

    >>> holds("loss", "watch"), holds("silence", "silent"), holds("loss", "holding")
    (True, True, False)
    """
    return state in LEVEL_OF if kind == "loss" else KIND_OF.get(state) == kind


def _holds(kind: str, finding: Finding, *, night: int) -> bool:
    return finding.review if kind == "review" else holds(kind, finding.states[night])


def _supported(kind: str, finding: Finding, alert: Standing) -> bool:
    """Whether today's data still say what opened the alert on its own night."""
    if kind == "review" or not 1 <= alert.opened_night <= len(finding.states):
        return True
    return _holds(kind, finding, night=alert.opened_night - 1)


def _recovered(kind: str, finding: Finding) -> bool:
    """Silence and doubt are not recovery: only answers that say so end an alert."""
    if kind == "step":
        return finding.step_recovered
    if kind == "review":
        return finding.review_recovered
    if kind == "loss":
        return finding.state == "holding" and finding.loss_recovered
    if kind == "no_response":
        return finding.state == "holding" or finding.state in LEVEL_OF
    return True


def _may_open_again(
    kind: str, level: str | None, finding: Finding, last: Standing, absence_nights: int
) -> bool:
    """What a person closed: at a higher level, or once its state was away long enough; some kinds never.

    What cleared itself comes back with its state: nobody has looked at it (docs/decisions/0010).
    """
    if last.status == "superseded":
        return True  # it never counted: the data it stood on were replaced
    if kind in ONCE:
        return False
    if last.status == "cleared":
        return True
    if level is not None and _rank(level) > _rank(last.level):
        return True
    first_night, away_nights = present_run(kind, finding)
    return last.opened_night < first_night and away_nights >= absence_nights


def present_run(kind: str, finding: Finding) -> tuple[int, int]:
    """The first night of the run in which the kind's state holds now, and how long it was away before.

    >>> states = ["silent", "holding", "holding", "silent"]
    >>> present_run("silence", Finding(states))
    (4, 2)
    """
    night = len(finding.states)
    while night > 0 and _holds(kind, finding, night=night - 1):
        night -= 1
    first_night = night + 1
    while night > 0 and not _holds(kind, finding, night=night - 1):
        night -= 1
    return first_night, first_night - 1 - night


def _unowned(alert: Standing | None) -> bool:
    return alert is not None and not alert.ended and not alert.owned


def _rank(level: str | None) -> int:
    return -1 if level is None else LOSS_LEVELS.index(level)
