"""The forecast of one course, worked out the long way: cell by cell, day by day, in plain Python.

It shares with the fast one what defines the model: where the cells stand, and how likely a score is at a
level. Everything else is done again, from the words of docs/explanation/detector.md.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from statistics import NormalDist

from config.priors import Prior
from diary.domain.outlook import FAMILIES
from diary.domain.relapse.cells import CELLS_OF, spread_cells
from diary.domain.relapse.likelihood import features

Scores = Sequence[int | None]
Told = tuple[float, float]
"""A baseline that was carried or stated, and its SD, NRS points."""

LINE = 0.30
LAST_DAY = 800
SPREAD = {
    "noise": NormalDist(math.log(1.2), 0.55),
    "relief": NormalDist(math.log(0.88 / 0.12), 1.3),
    "other_relief": NormalDist(math.log(0.08 / 0.92), 1.2),
    "midpoint": NormalDist(math.log(51), 1.0),
    "half_life": NormalDist(math.log(10.9), 0.65),
}


@dataclass(frozen=True)
class SlowForecast:
    p_lost: float
    p_lost_14d: float
    p_lost_28d: float
    p_lost_lead: float
    lost_p10: float
    """Loss days; infinite beyond a year."""
    lost_p50: float
    lost_p90: float


@dataclass(frozen=True)
class Cell:
    family: str
    noise: int
    z: tuple[float, ...]
    peak: float
    stays: float
    comes_on_day: float
    midpoint: float
    half_life: float

    def relief(self, day: float) -> float:
        if self.family == "no_plateau":
            left = 2 ** (-day / self.half_life)
        elif self.family in ("durable", "no_response"):
            left = 1.0
        else:
            left = 1 / (1 + 2 ** min(60.0, (day - self.midpoint) / self.half_life))
        came = 1 / (1 + 2 ** ((self.comes_on_day - day) / 2)) if self.family == "late" else 1.0
        return self.peak * came * (self.stays + (1 - self.stays) * left)

    def loss_day(self) -> int | None:
        """The first day under the line that no day at or over it follows; None for none."""
        if self.relief(LAST_DAY) >= LINE or not self.responds():
            return None
        day = LAST_DAY
        while self.relief(day - 1) < LINE:
            day -= 1
        return day

    def responds(self) -> bool:
        if self.family == "late":
            return any(self.relief(day) >= LINE for day in range(1, LAST_DAY + 1))
        return sum(self.relief(day) for day in range(3, 15)) / 12 >= LINE


@dataclass(frozen=True)
class Posterior:
    """What a diary leaves of every cell, and the day from which its curve is counted."""

    baselines: list[float]
    weights: list[float]
    """They add up to 1."""
    began: int

    def lost_by(self, day: float) -> float:
        """Restarted by a booster, a course without relief is lost: that it responded is known."""
        mass = 0.0
        for weight, (responds, loss_day) in zip(self.weights, outcomes(), strict=True):
            if (loss_day is not None and loss_day <= day - self.began) or (self.began and not responds):
                mass += weight
        return mass

    def responding(self) -> float:
        pairs = zip(self.weights, outcomes(), strict=True)
        return sum(weight for weight, (responds, _) in pairs if responds or self.began)

    def day_of(self, chance: float) -> float:
        days = (day for day in range(self.began, 366) if self.lost_by(day) >= chance)
        return next(iter(days), math.inf)


def posterior(
    scores: Scores,
    before: Scores,
    prior: Prior,
    boosters: Sequence[int] = (),
    told: Told | None = None,
) -> Posterior:
    """On the night after the last of `scores`; with an own baseline, or one that was told."""
    if told is None:
        measured = [nrs for nrs in before if nrs is not None][-7:]
        nrs, well_known = sum(measured) / len(measured), sum(nrs is not None for nrs in before) >= 4
    else:
        before, nrs, well_known = [], told[0], told[1] <= 0.9
    centre = min(max(float(round(nrs)), 2.0), 10.0)
    width = 0.9 if well_known else 1.6
    began = max(boosters, default=0)
    baselines = [centre + width * cell.z[0] for cell in cells()]
    pairs = zip(cells(), baselines, strict=True)
    logs = [log_weight(cell, baseline, scores[began:], before, prior) for cell, baseline in pairs]
    if told is not None:
        density = NormalDist(*told)
        far = [((baseline - density.mean) / density.stdev) ** 2 for baseline in baselines]
        logs = [log - square / 2 for log, square in zip(logs, far, strict=True)]
    highest = max(logs)
    weights = [math.exp(value - highest) for value in logs]
    total = sum(weights)
    return Posterior(baselines, [weight / total for weight in weights], began)


def slow_forecast(
    scores: Scores,
    before: Scores,
    prior: Prior,
    boosters: Sequence[int] = (),
    *,
    lead_days: int,
    told: Told | None = None,
) -> SlowForecast:
    """The forecast on the night after the last of `scores`."""
    found, night = posterior(scores, before, prior, boosters, told), len(scores)
    responding = found.responding()
    return SlowForecast(
        found.lost_by(night),
        found.lost_by(night + 14),
        found.lost_by(night + 28),
        found.lost_by(night + lead_days),
        *(found.day_of(share * responding) for share in (0.1, 0.5, 0.9)),
    )


@cache
def outcomes() -> list[tuple[bool, int | None]]:
    """Of each cell whether it responds, and the day on which it loses relief."""
    return [(cell.responds(), cell.loss_day()) for cell in cells()]


@cache
def cells() -> list[Cell]:
    spread = spread_cells(0.7)
    return [
        Cell(
            FAMILIES[spread.family[n]],
            int(spread.noise[n]),
            tuple(spread.z[:, n].tolist()),
            float(spread.peak[n]),
            float(spread.stays[n]),
            float(spread.comes_on_day[n]),
            float(spread.midpoint_days[n]),
            float(spread.half_life_days[n]),
        )
        for n in range(len(spread.family))
    ]


def log_weight(
    cell: Cell,
    baseline: float,
    scores: Scores,
    before: Scores,
    prior: Prior,
) -> float:
    if not 0.5 <= baseline <= 10:
        return -1e5
    weight = believed(cell, baseline, prior)
    weight += tempering(before, prior) * sum(told(cell, baseline, nrs) for nrs in before if nrs is not None)
    of_days = 0.0
    for day, answers in by_middle(tuple(scores)).items():
        level = baseline * (1 - cell.relief(day))
        of_days += sum(told(cell, level, nrs) for nrs in answers)
    return weight + tempering(scores, prior) * of_days


def told(cell: Cell, level: float, nrs: int) -> float:
    return CHANCES[cell.noise][min(100, max(0, round(level / 0.1)))][nrs]


@lru_cache(maxsize=1)
def by_middle(scores: Scores) -> dict[float, list[int]]:
    """The answers by the day that their curve is read on."""
    found: dict[float, list[int]] = {}
    for day, nrs in enumerate(scores, start=1):
        if nrs is not None:
            found.setdefault(middle(day), []).append(nrs)
    return found


def middle(day: int) -> float:
    """Curves stand still for four days, and after twelve weeks for seven."""
    if day <= 84:
        return (day - 1) // 4 * 4 + 2.5
    return (day - 85) // 7 * 7 + 88.0


def tempering(scores: Scores, prior: Prior) -> float:
    answers = sum(nrs is not None for nrs in scores)
    return 1 / (1 + answers / prior.answers_worth)


def believed(cell: Cell, baseline: float, prior: Prior) -> float:
    """The prior's density at the cell over the density with which cells were spread."""
    shares = {
        "gradual": prior.gradual_share,
        "step": prior.step_share,
        "durable": prior.durable_share,
        "part_way": prior.part_way_share,
        "no_plateau": prior.no_plateau_share,
        "late": prior.late_share,
    }
    if cell.family == "no_response":
        share = 1 - prior.responder_share
    else:
        share = prior.responder_share * shares[cell.family]
    found = math.log(share / CELLS_OF[FAMILIES.index(cell.family)])
    standard = NormalDist()
    found += math.log(NormalDist(prior.baseline_mean_nrs, prior.baseline_sd_nrs).pdf(baseline))
    found -= math.log(standard.pdf(cell.z[0]))
    _, noise, relief, midpoint, half_life = cell.z
    found += moved("noise", noise, math.log(prior.noise_median_nrs), prior.noise_log_sd)
    if cell.family == "no_response":
        peak = (logit(prior.other_relief_median), prior.other_relief_logit_sd)
        found += moved("other_relief", relief, *peak)
    else:
        found += moved("relief", relief, logit(prior.relief_median), prior.relief_logit_sd)
    if cell.family in ("gradual", "step", "part_way", "late"):
        found += moved("midpoint", midpoint, math.log(prior.midpoint_median_days), prior.midpoint_log_sd)
    if cell.family in ("gradual", "part_way", "late"):
        fades = (math.log(prior.half_life_median_days), prior.half_life_log_sd)
        found += moved("half_life", half_life, *fades)
    return found


def moved(name: str, z: float, middle: float, sd: float) -> float:
    spread = SPREAD[name]
    value = spread.mean + spread.stdev * z
    return math.log(NormalDist(middle, sd).pdf(value)) - math.log(spread.pdf(value))


def logit(share: float) -> float:
    return math.log(share / (1 - share))


CHANCES: list[list[list[float]]] = features().log_chances.tolist()
