"""Judges a shard: the state of every course tonight, and what to do about alerts where something changed."""

import logging
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from config.protocol import Protocol
from config.words import ALERT_ENDED
from diary.domain import packed
from diary.domain.policy import Act, Finding, Standing, decide, holds, is_told, rings_from
from diary.domain.relapse.assess import Assessed, assess
from diary.domain.relapse.forecast import Forecast
from diary.domain.relapse.outlook import outlooks
from diary.domain.relapse.rule import MEAN_TOLERANCE_NRS
from diary.domain.relapse.states import STATES, loss_recovered
from diary.domain.sight import pack
from diary.services.night_arrays import Arrays, arrays_of
from diary.services.night_shard import NightFrame, Shard, ShardCourse, day_number
from diary.storage.shards import FollowedCourse, StandingAlert

log = logging.getLogger(__name__)

DETECTOR_FAILED: Final = "the detector failed on it"
GIVEN_UP: Final = "its assessment did not come to an end"

# A finding is kept in the log on days 7, 14, 21 and so on, and on a change of state.
LOG_EVERY_DAYS: Final = 7

# The kinds of alert whose state hangs on what was foreseen.
HANGS_ON_FORECAST: Final = ("loss", "no_response")
LOSS_DAYS: Final = ("lost_p10", "lost_p50", "lost_p90")

Detector = Callable[..., Assessed]
"""Called as `domain.relapse.assess.assess` is."""


Percents = tuple[int, int]
"""The chance of a loss now, and within the lead time."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What the night says of one course: its state, what to do about alerts, and the figures behind it.

    Most courses are as they were and nobody reads their figures: these are worked out when asked for.
    """

    state: str
    is_new: bool
    """It is another finding than the one that stands."""
    outlook: bytes | None
    """What lies ahead, of a new finding that the forecast is shown with."""
    acts: Sequence[Act]
    problem: str | None
    one: ShardCourse
    assessed: Assessed | None
    row: int
    protocol: Protocol

    @property
    def sight(self) -> bytes | None:
        """What else is seen of the course in a night of its log, also in the shadow; else None."""
        seen = None if self.assessed is None else self.assessed.sights
        if seen is None or math.isnan(seen.relief[self.row]):
            return None
        return pack(seen.relief[self.row], seen.narrowed[self.row], seen.families[self.row])

    @property
    def figures(self) -> dict[str, Any]:
        """By name, as a finding and an alert keep them."""
        known = {"baseline_nrs": self.one.baseline_nrs, "baseline_kind": self.one.baseline_kind}
        if self.assessed is None:
            number = min(self.one.day_number, self.protocol.follow_up_days)
            nothing = {"day_number": number, "answered_14d": 0, "days_since_answer": 0}
            return {**nothing, **known, "problem": self.problem}
        figures = {**_figures(self.assessed, self.row, self.one.day_number, self.protocol), **known}
        if any(act.kind == "step" for act in self.acts):
            before, now = _step_figures(self.one, self.protocol)
            figures |= {"step_before": before, "step_now": now}
        return figures


def judge_shard(shard: Shard, frame: NightFrame, *, detector: Detector = assess) -> list[Judged]:
    """Judge every course of the shard; a course whose numbers cannot be judged is told apart, not dropped."""
    limit = frame.protocol.follow_up_days
    following = [one for one in shard.courses if 1 <= one.day_number <= limit and one.problem is None]
    judged: dict[int, Judged] = {}
    for part, judgements in _in_parts(following, shard, frame, detector):
        if judgements is None:
            (one,) = part
            judged[one.course.id] = _not_judged(one, DETECTOR_FAILED, shard, frame)
        else:
            judged |= judgements
    return [judged.get(one.course.id) or _not_judged(one, one.problem, shard, frame) for one in shard.courses]


def give_up(shard: Shard, frame: NightFrame) -> list[Judged]:
    """Judge nothing, and say so of every course."""
    return [_not_judged(one, one.problem or GIVEN_UP, shard, frame) for one in shard.courses]


def _in_parts(
    following: Sequence[ShardCourse], shard: Shard, frame: NightFrame, detector: Detector
) -> Iterator[tuple[Sequence[ShardCourse], dict[int, Judged] | None]]:
    """All at once; where that fails, half by half, until the course that makes it fail stands alone."""
    if not following:
        return
    try:
        judgements = dict(_judge(following, shard, frame, detector))
    except Exception:
        if len(following) == 1:
            log.exception("course not assessed", extra={"course_id": following[0].course.id})
            yield following, None
            return
    else:
        yield following, judgements
        return
    half = len(following) // 2
    yield from _in_parts(following[:half], shard, frame, detector)
    yield from _in_parts(following[half:], shard, frame, detector)


def _judge(
    part: Sequence[ShardCourse], shard: Shard, frame: NightFrame, detector: Detector
) -> Iterator[tuple[int, Judged]]:
    arrays, tonight = arrays_of(part), np.array([one.day_number for one in part])
    assessed = _assess(arrays, frame, detector, only=tonight, sighted=tonight % LOG_EVERY_DAYS == 0)
    rows, columns = np.arange(len(part)), tonight - 1
    _check(part, assessed, rows, columns)
    codes = assessed.states[rows, columns].tolist()
    reviews = assessed.nights.review[rows, columns].tolist()
    recovered = _loss_recovered(assessed, frame)[rows, columns].tolist()
    alerts = [shard.alerts.get(one.course.id, ()) for one in part]
    telling = [
        row
        for row, (code, review, back) in enumerate(zip(codes, reviews, recovered, strict=True))
        if not is_told(STATES[code], review=review, loss_recovered=back, alerts=alerts[row])
    ]
    percents = _percents(assessed, rows, columns)
    histories = _histories(part, arrays, telling, assessed, alerts, frame, detector)
    is_new = {
        row
        for row, one in enumerate(part)
        if _is_new(one.course, STATES[codes[row]], percents[row], shown=frame.foresight.shown)
    }
    ahead = _outlooks(arrays, sorted(is_new), tonight, frame)
    for row, one in enumerate(part):
        acts: Sequence[Act] = ()
        if row in histories:
            finding = Finding(
                states=histories[row],
                review=reviews[row],
                review_recovered=_review_recovered(assessed, row, one.day_number - 1, frame.protocol),
                step_recovered=_step_recovered(one, alerts[row], frame.protocol),
                loss_recovered=recovered[row],
                quiet=_quiet(one.course, frame),
            )
            acts = _acts(one, finding, alerts[row], frame)
        judged = Judged(
            state=STATES[codes[row]],
            is_new=row in is_new,
            outlook=ahead.get(row),
            acts=acts,
            problem=None,
            one=one,
            assessed=assessed,
            row=row,
            protocol=frame.protocol,
        )
        yield one.course.id, judged


def _check(
    part: Sequence[ShardCourse], assessed: Assessed, rows: NDArray[np.intp], columns: NDArray[np.intp]
) -> None:
    """A forecast that is no number, of a course with a baseline, is a defect and no finding."""
    if assessed.forecast is None:
        return
    blind = np.isnan(assessed.forecast.p_lost[rows, columns])
    if any(missing and one.baseline_nrs for missing, one in zip(blind.tolist(), part, strict=True)):
        raise ArithmeticError("a chance is no number")


def _histories(
    part: Sequence[ShardCourse],
    arrays: Arrays,
    telling: Sequence[int],
    assessed: Assessed,
    alerts: Sequence[Sequence[StandingAlert]],
    frame: NightFrame,
    detector: Detector,
) -> dict[int, list[str]]:
    """By row the state of each night up to tonight, with today's data, as far as `decide` looks back.

    What was foreseen on an earlier night costs as much as another course, and few ask: whether a live alert
    was right on the night that it opened, and how long a state was away that a person had closed.
    """
    tonight = {row: STATES[assessed.states[row, part[row].day_number - 1]] for row in telling}
    codes = {row: assessed.states[row] for row in telling}
    if frame.foresight.shown:
        asked = {row: _asked_nights(part[row], tonight[row], alerts[row], frame) for row in telling}
        one_night = {row: nights[0] for row, nights in asked.items() if len(nights) == 1}
        every = [row for row, nights in asked.items() if len(nights) > 1]
        for rows, only in (
            (list(one_night), np.array(list(one_night.values()), dtype=np.int_)),
            (every, None),
        ):
            if rows:
                again = _assess(arrays.rows(np.array(rows)), frame, detector, only=only)
                codes |= dict(zip(rows, again.states, strict=True))
    return {
        row: [*(STATES[code] for code in of_row[: part[row].day_number - 1]), tonight[row]]
        for row, of_row in codes.items()
    }


def _asked_nights(
    one: ShardCourse, state: str, alerts: Sequence[StandingAlert], frame: NightFrame
) -> Sequence[int]:
    """The earlier nights whose states, with what was foreseen on them, tonight's decision hangs on."""
    earlier = range(1, one.day_number)
    asked = set()
    for alert in alerts:
        if alert.kind not in HANGS_ON_FORECAST:
            continue
        if alert.status == "closed" and holds("loss", state):
            return earlier
        number = day_number(one.course, alert.night or frame.night)
        if alert.status not in ALERT_ENDED and not holds(alert.kind, state) and number in earlier:
            asked.add(number)
    return sorted(asked)


def _percents(assessed: Assessed, rows: NDArray[np.intp], columns: NDArray[np.intp]) -> list[Percents | None]:
    """By row the chances as whole percents; None where nothing is foreseen."""
    if assessed.forecast is None:
        return [None] * len(rows)
    now = assessed.forecast.p_lost[rows, columns].tolist()
    lead = assessed.forecast.p_lost_lead[rows, columns].tolist()
    return [whole_percents(*chances) for chances in zip(now, lead, strict=True)]


def whole_percents(p_lost: float | None, p_lost_lead: float | None) -> Percents | None:
    """What is shown of the chances: a finding is written anew when it changes.

    >>> whole_percents(0.1249, 0.5), whole_percents(None, None)
    ((12, 50), None)
    """
    if p_lost is None or p_lost_lead is None or math.isnan(p_lost + p_lost_lead):
        return None
    return round(100 * p_lost), round(100 * p_lost_lead)


def _loss_recovered(assessed: Assessed, frame: NightFrame) -> NDArray[np.bool_]:
    if assessed.forecast is None or not frame.foresight.shown:
        return np.ones(assessed.states.shape, dtype=np.bool_)
    return loss_recovered(assessed.forecast, frame.protocol)


def _assess(
    arrays: Arrays,
    frame: NightFrame,
    detector: Detector,
    *,
    only: NDArray[np.int_] | None,
    sighted: NDArray[np.bool_] | None = None,
) -> Assessed:
    return detector(
        arrays.scores,
        arrays.baselines,
        protocol=frame.protocol,
        prior=frame.foresight.prior,
        boosters=arrays.boosters,
        expected=arrays.expected,
        only=only,
        sighted=sighted,
        shadow=not frame.foresight.shown,
    )


def _is_new(course: FollowedCourse, state: str, percents: Percents | None, *, shown: bool) -> bool:
    """Tonight's finding is another than the one that stands; an outlook that was never kept is new, too."""
    if course.state != state or percents != whole_percents(course.p_lost, course.p_lost_lead):
        return True
    return shown and percents is not None and not course.has_outlook


def _outlooks(
    arrays: Arrays, rows: Sequence[int], nights: NDArray[np.int_], frame: NightFrame
) -> dict[int, bytes | None]:
    """By row what lies ahead of some courses; nothing where the forecast is in the shadow."""
    if not rows or not frame.foresight.shown:
        return {}
    some = arrays.rows(np.array(rows))
    found = outlooks(
        some.scores, nights[rows], some.baselines, prior=frame.foresight.prior, boosters=some.boosters
    )
    return dict(zip(rows, found, strict=True))


def _acts(
    one: ShardCourse, finding: Finding, alerts: Sequence[StandingAlert], frame: NightFrame
) -> Sequence[Act]:
    standing = [
        Standing(alert.kind, alert.level, alert.status, day_number(one.course, alert.night or frame.night))
        for alert in alerts
    ]
    return decide(finding, standing, absence_nights=frame.protocol.absence_nights)


def _figures(assessed: Assessed, row: int, number: int, protocol: Protocol) -> dict[str, Any]:
    """What was found, and the line and days that it was found by."""
    nights, column = assessed.nights, number - 1
    thin = nights.thin[row, column]
    return {
        "relief_line": protocol.relief_line,
        "lead_days": protocol.lead_days,
        "window_days": protocol.thin_window_days if thin else protocol.window_days,
        "day_number": number,
        "answered_14d": int(nights.answered_14d[row, column]),
        "days_since_answer": int(nights.days_since_answer[row, column]),
        "mean_7d": _number(nights.mean_7d[row, column]),
        "mean_14d": _number(nights.mean_14d[row, column]),
        "best_14d": _number(nights.best_14d[row, column]),
        "best_14d_day": _day_of_best(nights.mean_14d[row, :number]),
        "early_relief": _number(nights.early_relief[row]),
        "relief_7d": _number(nights.relief_window[row, column]),  # 14 days on a thin schedule
        "below_since": int(nights.below_since[row, column]) or None,
        "loss_day": int(nights.loss_day[row, column]) or None,
        **_foreseen(assessed, row, column),
    }


def _day_of_best(means: NDArray[np.floating[Any]]) -> int | None:
    """The last of the 14 days with the lowest mean so far; the latest, where there are several."""
    return None if np.isnan(means).all() else len(means) - int(np.nanargmin(means[::-1]))


def _foreseen(assessed: Assessed, row: int, column: int) -> dict[str, Any]:
    """Chances, and days by which a loss may come; nothing where none is foreseen."""
    if assessed.forecast is None:
        return {}
    found = {name: _number(getattr(assessed.forecast, name)[row, column]) for name in Forecast.__slots__}
    return {name: int(value) if value and name in LOSS_DAYS else value for name, value in found.items()}


def _not_judged(one: ShardCourse, problem: str | None, shard: Shard, frame: NightFrame) -> Judged:
    """A course before the end of its infusion, one recorded after its follow-up, or one that cannot be read.

    An infusion may be recorded years late: its course ends tonight, and its thousands of days judge nobody.
    """
    early = problem is None and one.day_number < 1
    state: str = "preparing" if early else "cannot_tell"
    acts = () if problem is None else _about_no_assessment(shard.alerts.get(one.course.id, ()), frame)
    return Judged(
        state=state,
        is_new=_is_new(one.course, state, None, shown=False),
        outlook=None,
        acts=acts,
        problem=problem,
        one=one,
        assessed=None,
        row=0,
        protocol=frame.protocol,
    )


def _about_no_assessment(alerts: Sequence[StandingAlert], frame: NightFrame) -> Sequence[Act]:
    """Told once; and again where somebody closed it and it has stayed so for as long as an absence counts."""
    told = next((alert for alert in alerts if alert.kind == "not_assessed"), None)
    if told is None or told.status in ("cleared", "superseded"):
        return [Act("open", "not_assessed")]
    since = (frame.night - (told.night or frame.night)).days
    again = told.status == "closed" and since >= frame.protocol.absence_nights
    return [Act("open", "not_assessed")] if again else ()


def _review_recovered(assessed: Assessed, row: int, column: int, protocol: Protocol) -> bool:
    """Pain is no longer so far above its best; False where either is unknown. On the line it still is."""
    risen = assessed.nights.mean_14d[row, column] - assessed.nights.best_14d[row, column]
    return bool(risen < protocol.review_rise_nrs - MEAN_TOLERANCE_NRS)


def _step_recovered(one: ShardCourse, alerts: Sequence[StandingAlert], protocol: Protocol) -> bool:
    """A step has passed when the last answers are back near the level before it."""
    facts = next((alert.step_facts for alert in alerts if alert.step_facts is not None), {})
    before = facts.get("step_before")
    last = _answers(one)[-protocol.step_days :]
    return before is not None and bool(last) and sum(last) / len(last) < before + protocol.step_rise_nrs


def _step_figures(one: ShardCourse, protocol: Protocol) -> tuple[float | None, list[int]]:
    answers = _answers(one)
    before = answers[: -protocol.step_days][-protocol.step_before_answers :]
    return (sum(before) / len(before) if before else None), answers[-protocol.step_days :]


def _answers(one: ShardCourse) -> list[int]:
    return [score for score in packed.unpack(one.follow_up) if score is not None]


def _quiet(course: FollowedCourse, frame: NightFrame) -> bool:
    """Imported history shows states, but rings no bell for its first nights here."""
    if course.imported_at is None:
        return False
    quiet_nights = frame.protocol.quiet_nights_after_import
    return frame.cutoff_at < rings_from(course.imported_at, quiet_nights=quiet_nights)


def _number(value: Any) -> float | None:
    number = float(value)
    return None if math.isnan(number) else round(number, 4)
