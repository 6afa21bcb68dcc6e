"""Every way to be alerted, by name: the service's own, the plain rule, and the rivals."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Final

import numpy as np

from bench.detector import ours
from bench.detector.rivals.diary import diary_of, gated
from bench.detector.rivals.settings import RIVALS
from bench.detector.scoring import Bools
from bench.detector.thresholds import Sweep, alerts_at, sweep
from config.priors import SHIPPED, Prior
from config.protocol import DEFAULT
from diary.domain.simulation.cohort import Cohort

RATES: Final = (0.05, 0.10, 0.20)
PLAIN: Final = "plain rule"
US: Final = "curves (ours)"
US_LEARNED: Final = "curves, the clinic's own prior"
GATED: Final = ", responders"


@dataclass(frozen=True, slots=True)
class Courses:
    """The courses of one named cohort, none of them in two parts."""

    calibration: Cohort
    """Settings and thresholds are chosen on these."""
    report: Cohort
    clinic: Cohort
    """A clinic like this one has learned its own prior from these."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One method's alerts in the reported courses, at one rate of false ones."""

    method: str
    rate: float
    alerts: Bools
    chosen: str
    """Setting and threshold."""


Method = Callable[[Courses], Iterator[Entry]]


def of_rule(courses: Courses) -> Iterator[Entry]:
    """The plain rule has no threshold: the same at every rate."""
    alerts = ours.alerts_of(ours.foresee(courses.report, prior=None), DEFAULT)
    yield from (Entry(PLAIN, rate, alerts, "") for rate in RATES)


def of_rival(name: str, courses: Courses) -> Iterator[Entry]:
    """A rival with its best setting and threshold, as published and gated to responders."""
    before, after = diary_of(courses.calibration), diary_of(courses.report)
    risks = [setting(before) for setting in RIVALS[name]]
    for gate in (False, True):
        sweeps = [sweep(gated(risk, before) if gate else risk, courses.calibration) for risk in risks]
        for rate in RATES:
            place, threshold = best_setting(sweeps, rate)
            setting = RIVALS[name][place]
            risk = setting(after)
            alerts = alerts_at(gated(risk, after) if gate else risk, threshold)
            yield Entry(name + GATED * gate, rate, alerts, f"{_told(setting)}, at {threshold:.4g}")


def _told(setting: Callable[..., object]) -> str:
    choices = setting.keywords if isinstance(setting, partial) else {}
    return ", ".join(f"{name} {value}" for name, value in choices.items())


def best_setting(sweeps: Sequence[Sweep], rate: float) -> tuple[int, float]:
    """The place of the setting with the most early alerts at this rate, and its threshold."""
    found = [of.at_most(rate) for of in sweeps]
    place = max(range(len(found)), key=lambda one: (found[one].early, -one))
    return place, found[place].threshold


def of_curves(name: str, prior_of: Callable[[Courses], Prior], courses: Courses) -> Iterator[Entry]:
    """The service's own, with its thresholds chosen on the calibration courses."""
    prior = prior_of(courses)
    points = ours.operating_for(ours.foresee(courses.calibration, prior=prior), courses.calibration, RATES)
    assessed = ours.foresee(courses.report, prior=prior)
    for rate, point in points.items():
        if point is None:
            yield Entry(name, rate, np.zeros(courses.report.scores.shape, dtype=np.bool_), "never")
        else:
            chosen = f"watch from {point.watch}, likely lost from {point.likely_lost}"
            yield Entry(name, rate, ours.alerts_of(assessed, point.protocol), chosen)


def shipped(_: Courses) -> Prior:
    """The prior that every clinic begins with."""
    return SHIPPED


def learned(courses: Courses) -> Prior:
    """What a clinic like this makes of it."""
    return ours.learned(courses.clinic)


METHODS: Final[Mapping[str, Method]] = MappingProxyType(
    {
        PLAIN: of_rule,
        **{name: partial(of_rival, name) for name in RIVALS},
        US_LEARNED: partial(of_curves, US_LEARNED, learned),
        US: partial(of_curves, US, shipped),
    }
)
