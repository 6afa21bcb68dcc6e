"""What lies ahead of a course, for those who look at it: when relief may end, and the pain scores to come.

More than a night needs to judge: it costs about two forecasts, and is worked out where a finding is written.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from config.priors import Prior
from config.scales import NRS
from diary.domain.outlook import DOTS, FAMILIES, HEAD, LEVEL, NEVER, NRS_STEPS, SHARE_STEPS, VERSION
from diary.domain.packed import NO_ANSWER
from diary.domain.relapse.baselines import Baselines
from diary.domain.relapse.cells import Cells, spread_cells
from diary.domain.relapse.evidence import Floats, Singles, Table, level_index
from diary.domain.relapse.forecast import SHARES, course_day, loss_days, narrowed, since_booster
from diary.domain.relapse.likelihood import LEVELS_NRS, NOISE_NRS, SCORES, normal, score_chances
from diary.domain.relapse.posterior import filled_up, posterior
from diary.domain.relapse.sight import GRID_DAYS, expected

AHEAD_DAYS: Final = 56
"""So far ahead pain scores are foreseen: twice the usual lead time."""
SILENT_DAYS: Final = 28
"""They begin with the last answer; so far back where there was none since."""

# Of the seven days of a mean one or two go unanswered.
MEAN_OF_ANSWERS: Final = 5
_LEVELS_MOST: Final = (AHEAD_DAYS + SILENT_DAYS) // GRID_DAYS + 2
# A mean is told to be at or under each of these: half a point apart is near enough, since noise smooths it.
_EDGES_NRS: Final = np.arange(0, NRS.high, 0.5)
_DOT_SHARES: Final = (np.arange(DOTS) + 0.5) / DOTS
# The bytes of domain.outlook, of many rows at once.
_KEPT: Final = np.dtype(
    [
        ("version", "u1"),
        ("relief", "u1"),
        ("narrowed", "u1"),
        ("levels", "u1"),
        ("families", "u1", len(FAMILIES)),
        ("loss_days", "<u2", DOTS),
        ("level", [("day", "<u2"), ("nrs", "u1", len(SHARES))], _LEVELS_MOST),
    ]
)


def outlooks(
    scores: NDArray[np.uint8],
    nights: NDArray[np.int_],
    baselines: Baselines,
    *,
    prior: Prior,
    boosters: NDArray[np.bool_] | None = None,
) -> list[bytes | None]:
    """Look ahead from each course's night; arguments as of `forecast.forecast`.

    Returns:
        n of them, as `domain.outlook.unpack` reads them; None where there is no baseline.

    >>> from config.priors import SHIPPED
    >>> from diary.domain.outlook import unpack
    >>> before, scores = (np.full((1, days), nrs, dtype=np.uint8) for days, nrs in ((14, 8), (40, 1)))
    >>> baselines = Baselines(np.array([8.0]), before, np.array([np.inf]))
    >>> found = unpack(outlooks(scores, np.array([40]), baselines, prior=SHIPPED)[0])
    >>> found.levels[0].day, found.levels[-1].day, max(found.families, key=found.families.get)
    (40, 96, 'gradual')
    """
    seen, began = since_booster(scores, nights, baselines, boosters)
    cells = spread_cells(prior.step_half_life_days)
    answered = np.where(seen.scores != NO_ANSWER, np.arange(1, seen.scores.shape[1] + 1), 0)
    firsts = np.maximum(answered.max(axis=1, initial=0), np.maximum(seen.nights - SILENT_DAYS, 1))
    found: list[bytes | None] = [None] * len(nights)
    for weighed in posterior(seen, prior):
        rows = weighed.rows
        shares = weighed.weights / weighed.weights.sum(axis=1, keepdims=True)
        days = loss_days(shares, cells, restarted=began[rows] > 0)
        ahead = _ahead(
            shares, weighed.table, cells, _Span(firsts[rows], seen.nights[rows]), prior.answers_worth
        )
        kept = np.zeros(len(rows), dtype=_KEPT)
        kept["version"] = VERSION
        relief, families = expected(shares, cells, seen.nights[rows])
        kept["relief"] = np.rint(SHARE_STEPS * relief)
        kept["narrowed"] = np.rint(SHARE_STEPS * narrowed(days.days_if_it_responds(), prior))
        kept["levels"] = ahead.levels
        kept["families"] = np.rint(SHARE_STEPS * families)
        dots = course_day(days.days_by(_DOT_SHARES), began[rows, None])
        kept["loss_days"] = np.nan_to_num(dots, nan=NEVER)
        kept["level"]["day"] = ahead.days + began[rows, None]
        kept["level"]["nrs"] = np.rint(NRS_STEPS * ahead.nrs)
        ends = (HEAD.size + LEVEL.size * ahead.levels).tolist()
        for row, one, end in zip(rows.tolist(), kept, ends, strict=True):
            found[row] = one.tobytes()[:end]
    return found


@dataclass(frozen=True, slots=True)
class _Span:
    """The days that n courses are looked at: from one of their own, to so far ahead of their night."""

    first: NDArray[np.int_]
    night: NDArray[np.int_]

    @property
    def last(self) -> NDArray[np.int_]:
        return self.night + AHEAD_DAYS


@dataclass(frozen=True, slots=True)
class _Ahead:
    """What is foreseen of n courses, from the first day of each to its last."""

    levels: NDArray[np.int_]
    """(n,) how many of the days below count."""
    days: NDArray[np.int_]
    """(n, L) ascending."""
    nrs: Floats
    """(n, L, 3) the 10, 50 and 90 % points of a 7-day mean on those days, NRS points."""


def _ahead(shares: Singles, table: Table, cells: Cells, span: _Span, answers_worth: float) -> _Ahead:
    """Look at the days of each course's span, (n, G) shares of the cells being given."""
    weeks = _weeks(shares, table, cells, span, answers_worth)
    points = np.stack([_points(weeks, share) for share in SHARES], axis=-1)
    begin = span.first // GRID_DAYS
    days = np.minimum((begin[:, None] + np.arange(_LEVELS_MOST)) * GRID_DAYS, span.last[:, None])
    days[:, 0] = span.first
    levels = 2 + (span.last - 1) // GRID_DAYS - begin
    counts = np.arange(_LEVELS_MOST) < levels[:, None]
    nrs = np.where(counts[..., None], _between(begin, points, days), 0)
    return _Ahead(levels, np.where(counts, days, 0), nrs)


def _weeks(shares: Singles, table: Table, cells: Cells, span: _Span, answers_worth: float) -> Singles:
    """(n, weeks, edges) what `_of_day` says of each course's own days, a week apart."""
    begin, end = span.first // GRID_DAYS, -(-span.last // GRID_DAYS)
    found = np.zeros((len(shares), _LEVELS_MOST, len(_EDGES_NRS)), dtype=np.float32)
    for week in range(begin.min(), end.max() + 1):
        looking = np.flatnonzero((begin <= week) & (week <= end))
        if len(looking):
            of_day = _of_day(table, cells, max(week * GRID_DAYS, 1), answers_worth)
            found[looking, week - begin[looking]] = (filled_up(shares[looking]) @ of_day)[: len(looking)]
    return found


def _between(begin: NDArray[np.int_], weeks: Floats, days: NDArray[np.int_]) -> Floats:
    """(n, L, k) on L days, straight between the weeks, of which (n,) are the first."""
    week = np.clip(days // GRID_DAYS - begin[:, None], 0, weeks.shape[1] - 2)
    within = (days / GRID_DAYS - begin[:, None] - week)[..., None]
    low, high = (np.take_along_axis(weeks, (week + step)[..., None], axis=1) for step in (0, 1))
    return np.asarray(low + (high - low) * within)


@lru_cache(maxsize=256)
def _of_day(table: Table, cells: Cells, day: int, answers_worth: float) -> Singles:
    """(G, edges) by cell: the chance that a 7-day mean is at or under each edge."""
    level = level_index(table.baseline_nrs * (1 - cells.relief(day)))
    return np.asarray(_chances_of_mean(answers_worth)[cells.noise, level])


@lru_cache(maxsize=2)
def _chances_of_mean(answers_worth: float) -> Singles:
    """(noises, levels, edges) the chance that a mean of 7 days is at or under each edge."""
    chances, score = score_chances(NOISE_NRS, LEVELS_NRS), np.arange(SCORES)
    mean = chances @ score
    sd = np.sqrt((chances @ score**2 - mean**2) * (1 / MEAN_OF_ANSWERS + 1 / answers_worth))
    return normal((_EDGES_NRS - mean[..., None]) / sd[..., None]).astype(np.float32)


def _points(under: Singles, share: float) -> Floats:
    """(...) where a share lies under, from (..., edges) the shares under each edge; straight in between."""
    over = np.count_nonzero(under < share, axis=-1)
    known = np.concatenate(
        [np.zeros((*under.shape[:-1], 1)), under, np.ones((*under.shape[:-1], 1))], axis=-1
    )
    below, above = (np.take_along_axis(known, (over + step)[..., None], axis=-1)[..., 0] for step in (0, 1))
    edges = np.concatenate([[0.0], _EDGES_NRS, [float(NRS.high)]])
    return np.asarray(edges[over] + (edges[over + 1] - edges[over]) * (share - below) / (above - below))
