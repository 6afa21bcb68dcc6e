"""Replays the nights over diaries from a file, as if each had been judged on its own night."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO, Final

import numpy as np
from numpy.typing import NDArray

from config.priors import SHIPPED, Prior
from config.protocol import Protocol
from config.scales import NRS
from diary.domain.packed import DAYS_BEFORE, FOLLOW_UP_DAYS_MAX, NO_ANSWER
from diary.domain.policy import Act, Finding, Standing, decide
from diary.domain.relapse.assess import Assessed, assess
from diary.domain.relapse.baselines import own_baselines
from diary.domain.relapse.states import STATES, loss_recovered
from diary.services.csv_reading import BadCsv, CsvRow, Faults, read_rows

COLUMNS: Final = ("course", "day", "nrs")
NIGHT_COLUMNS: Final = (
    "course",
    "night",
    "answered_14d",
    "state",
    "p_lost",
    "p_lost_14d",
    "p_lost_28d",
    "lost_p10",
    "lost_p50",
    "lost_p90",
    "alert",
)
CHANCES: Final = ("p_lost", "p_lost_14d", "p_lost_28d")
LOSS_DAYS: Final = ("lost_p10", "lost_p50", "lost_p90")
# A diary that began a year before its infusion is read; its baseline is the last 14 days of it.
DAY_MIN: Final = -366
COURSE_NAME_CHARACTERS_MAX: Final = 200
# As 2026-01-05, 5.1.26 or 01/05/2026: what clinics keep, and not what is read here.
DATE_LIKE: Final = re.compile(r"[0-9]{1,4}[-./][0-9]{1,2}[-./][0-9]{1,4}\b", re.ASCII)
COURSE_DAYS: Final = "-1 is the day before the first infusion day, 1 the day after the last"
# Judged at once: 2,000 courses of 365 nights take about 100 MB on the way.
BLOCK_COURSES: Final = 2_000

NightRow = tuple[str | int, ...]


@dataclass(slots=True)
class Diaries:
    """Diaries by course, a byte a day on each side of the infusion, in the order of the file."""

    before: dict[str, bytearray] = field(default_factory=dict)
    """Day -1 first; day -d is byte d - 1."""
    after: dict[str, bytearray] = field(default_factory=dict)
    """Day 1 first."""
    rounded: int = 0
    """How many scores had decimals."""

    @property
    def nights(self) -> int:
        """The largest day of all courses."""
        return max(map(len, self.after.values()), default=0)


def read_diaries(path: Path, *, source: BinaryIO | None = None) -> Diaries:
    """Read `course,day,nrs`: day numbers around the infusion, scores 0-10, rows in any order.

    Decimals are rounded half up, and counted. Day 0, an infusion day, is read and passed over.

    Raises:
        BadCsv: naming file and line of each bad row: no number, off the scale, a day twice.
    """
    diaries, faults = Diaries(), Faults()
    for row in read_rows(path, faults, needed=COLUMNS, source=source):
        problem = _take(diaries, row)
        if problem is not None:
            faults.add(path.name, row.line, problem)
    if not faults.count and not diaries.nights:
        faults.add(path.name, 1, "holds no day after an infusion; there is no night to judge")
    if faults.count:
        raise BadCsv(faults)
    return diaries


def _take(diaries: Diaries, row: CsvRow) -> str | None:
    """Keep one row; what is wrong with it, or None."""
    course, day_text, nrs_text = (row.cells[name] for name in COLUMNS)
    if not 0 < len(course) <= COURSE_NAME_CHARACTERS_MAX:
        return f"a course needs a name of 1 to {COURSE_NAME_CHARACTERS_MAX} characters"
    day = _whole(day_text)
    if day is None and DATE_LIKE.match(day_text):
        return f"day {day_text[:20]!r} is a date; this file wants course days: {COURSE_DAYS}"
    if day is None or not DAY_MIN <= day <= FOLLOW_UP_DAYS_MAX:
        return f"day {day_text[:20]!r} is no whole number from {DAY_MIN} to {FOLLOW_UP_DAYS_MAX}"
    score = _score(nrs_text)
    if score is None:
        return f"nrs {nrs_text[:20]!r} is no number from {NRS.low} to {NRS.high}"
    nrs, had_decimals = score
    diaries.rounded += had_decimals
    side = diaries.after if day > 0 else diaries.before
    days = side.setdefault(course, bytearray())
    if day == 0:
        return None
    index = abs(day) - 1
    days.extend(bytes([NO_ANSWER]) * (index + 1 - len(days)))
    if days[index] != NO_ANSWER:
        return f"course {course[:40]} has day {day} twice"
    days[index] = nrs
    return None


def _whole(text: str) -> int | None:
    digits = text.removeprefix("-")
    return int(text) if digits.isascii() and digits.isdigit() and len(digits) <= 6 else None


@lru_cache(maxsize=10_000)  # a file has millions of rows and a few dozen ways to write a score
def _score(text: str) -> tuple[int, bool] | None:
    """The whole number that a score counts as, and whether it had decimals."""
    if not (text.isascii() and len(text) <= 20 and text.replace(".", "", 1).isdigit()):
        return None
    score = Decimal(text)
    if not NRS.low <= score <= NRS.high:
        return None
    nrs = int(score.quantize(Decimal(1), ROUND_HALF_UP))
    return nrs, nrs != score


def replay(
    diaries: Diaries, *, protocol: Protocol, prior: Prior | None = SHIPPED
) -> Iterator[list[NightRow]]:
    """A row a course and night, a list a course; nights 1 to the largest day of the file, for every course.

    Causal: what is said of night n stands on days up to n, and stays the same whatever follows.

    Args:
        diaries: as read.
        protocol: thresholds and windows.
        prior: what the forecast believes; None for the plain rule alone.
    """
    names = list(dict.fromkeys([*diaries.before, *diaries.after]))
    for first in range(0, len(names), BLOCK_COURSES):
        block = names[first : first + BLOCK_COURSES]
        scores = np.full((len(block), diaries.nights), NO_ANSWER, dtype=np.uint8)
        before = np.full((len(block), DAYS_BEFORE), NO_ANSWER, dtype=np.uint8)
        for row, name in enumerate(block):
            after = diaries.after.get(name, bytearray())
            scores[row, : len(after)] = after
            back = diaries.before.get(name, bytearray())[:DAYS_BEFORE]
            before[row, : len(back)] = back
        baselines = own_baselines(before[:, ::-1], protocol)
        assessed = assess(scores, baselines, protocol=protocol, prior=prior)
        for row, name in enumerate(block):
            yield _rows(name, row, assessed, protocol)


def _rows(name: str, row: int, assessed: Assessed, protocol: Protocol) -> list[NightRow]:
    states = [STATES[code] for code in assessed.states[row]]
    recovered = loss_recovered(assessed.forecast, protocol)[row].tolist() if assessed.forecast else []
    alerts = loss_alerts(states, recovered or [True] * len(states), absence_nights=protocol.absence_nights)
    nights = range(1, len(states) + 1)
    answered = assessed.nights.answered_14d[row].tolist()
    return [
        (name, night, count, state, *chances, int(night in alerts))
        for night, count, state, chances in zip(nights, answered, states, _forecast(row, assessed))
    ]


def _forecast(row: int, assessed: Assessed) -> Iterable[tuple[str, ...]]:
    """The six forecast cells of each night; empty without a forecast, and where it cannot tell."""
    if assessed.forecast is None:
        return [("",) * 6] * assessed.states.shape[1]
    columns = [_cells(getattr(assessed.forecast, name)[row], "{:.4f}") for name in CHANCES]
    columns += [_cells(getattr(assessed.forecast, name)[row], "{:.0f}") for name in LOSS_DAYS]
    return zip(*columns)


def _cells(values: NDArray[np.float64], form: str) -> list[str]:
    return [form.format(value) if np.isfinite(value) else "" for value in values]


def loss_alerts(states: list[str], recovered: list[bool], *, absence_nights: int) -> set[int]:
    """The nights on which a loss alert opens or escalates, as the policy has it when nobody acts.

    The policy looks at a kind's state and whether it recovered; while both stay nothing new can follow.

    >>> states = ["holding", "loss", "loss", "holding", "loss"]
    >>> sorted(loss_alerts(states, [True] * 5, absence_nights=14))
    [2, 5]
    """
    told: set[int] = set()
    standing: Standing | None = None
    seen = list(zip(states, recovered, strict=True))
    for night in range(1, len(states) + 1):
        if night > 1 and seen[night - 1] == seen[night - 2]:
            continue
        finding = Finding(states[:night], loss_recovered=recovered[night - 1])
        acts = decide(finding, [standing] if standing else [], absence_nights=absence_nights)
        act = next((act for act in acts if act.kind == "loss"), None)
        if act is not None:
            standing = _after(standing, act, night)
            if act.verb in ("open", "escalate"):
                told.add(night)
    return told


def _after(standing: Standing | None, act: Act, night: int) -> Standing | None:
    if act.verb in ("open", "escalate"):
        return Standing("loss", act.level, "open", night)
    if standing is None:
        return None
    ended = {"clear": "cleared", "supersede": "superseded"}.get(act.verb, standing.status)
    return Standing("loss", standing.level, ended, standing.opened_night)
