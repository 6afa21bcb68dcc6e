"""Every way to be alerted, by name: the service's own, the plain rule, the rivals, and the oracle.

A method chooses its settings and thresholds on the calibration courses of a cohort. What it has chosen is
frozen then, and can be held against any courses.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Final

import numpy as np

from bench.detector import oracle, ours
from bench.detector.names import AS_SHIPPED, GATED, OPENINGS, ORACLE, PLAIN, RATES, US, US_LEARNED
from bench.detector.rivals.diary import diary_of, gated
from bench.detector.rivals.settings import RIVALS
from bench.detector.scoring import Bools
from bench.detector.thresholds import Sweep, alerts_at, sweep
from config.priors import SHIPPED
from config.protocol import DEFAULT
from diary.domain.relapse.assess import Assessed
from diary.domain.simulation.cohort import Cohort
from diary.domain.simulation.parameters import CohortParameters


@dataclass(frozen=True, slots=True)
class Courses:
    """What a method may choose on: courses of one named cohort, none of them among those reported."""

    calibration: Cohort
    """Settings and thresholds are chosen on these."""
    clinic: Cohort
    """A clinic like this one has learned its own prior from these."""
    parameters: CohortParameters
    """What they were drawn from: for the oracle alone."""
    oracle_curves: int = oracle.CURVES


@dataclass(frozen=True, slots=True)
class Entry:
    """One method's alerts in the reported courses, at one rate of false ones."""

    method: str
    rate: float
    alerts: Bools
    chosen: str
    """Setting and threshold."""
    early_where_chosen: float
    """The early share in the calibration courses: what the method was chosen by."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a method has to say of some courses."""

    entries: Sequence[Entry]
    assessed: Assessed | None = None
    """What was foreseen; None of a method that only rings."""


Frozen = Callable[[Cohort], Told]
Method = Callable[[Courses], Frozen]
Foresee = Callable[[Cohort], Assessed]


def of_rule(_: Courses) -> Frozen:
    """The plain rule has no threshold: the same at every rate."""

    def told(report: Cohort) -> Told:
        alerts = ours.alerts_of(ours.foresee(report, prior=None), DEFAULT)
        return Told([Entry(PLAIN, rate, alerts, "", float("nan")) for rate in RATES])

    return told


def of_rival(name: str, courses: Courses) -> Frozen:
    """A rival with its best setting and threshold, as published and gated to responders."""
    before = diary_of(courses.calibration)
    risks = [setting(before) for setting in RIVALS[name]]
    found = {}
    for gate in (False, True):
        sweeps = [sweep(gated(risk, before) if gate else risk, courses.calibration) for risk in risks]
        found |= {(gate, rate): best_setting(sweeps, rate) for rate in RATES}

    def entries(report: Cohort) -> Iterator[Entry]:
        after = diary_of(report)
        for (gate, rate), best in found.items():
            setting = RIVALS[name][best.place]
            risk = setting(after)
            alerts = alerts_at(gated(risk, after) if gate else risk, best.threshold)
            chosen = f"{_told(setting)}, at {best.threshold:.4g}"
            yield Entry(name + GATED * gate, rate, alerts, chosen, best.early)

    return lambda report: Told([*entries(report)])


def _told(setting: Callable[..., object]) -> str:
    choices = setting.keywords if isinstance(setting, partial) else {}
    return ", ".join(f"{name} {value}" for name, value in choices.items())


@dataclass(frozen=True, slots=True)
class Best:
    """The setting of a rival, by its place, with the most early alerts where it was chosen."""

    place: int
    threshold: float
    early: float


def best_setting(sweeps: Sequence[Sweep], rate: float) -> Best:
    """The setting with the most early alerts at this rate; of equals the first."""
    found = [of.at_most(rate) for of in sweeps]
    place = max(range(len(found)), key=lambda one: (found[one].early, -one))
    return Best(place, found[place].threshold, found[place].early)


def of_forecast(name: str, foresee_as: Callable[[Courses], Foresee], courses: Courses) -> Frozen:
    """A forecast with the service's policy: as alerts open and rise, and by their first openings alone.

    Rises are the service's own, and no rival has them: the second way is the like for like.
    """
    foresee, calibration = foresee_as(courses), courses.calibration
    seen = foresee(calibration)
    points = {rises: ours.operating_for(seen, calibration, RATES, rises=rises) for rises in (True, False)}
    return FrozenForecast(name, foresee, points)


@dataclass(frozen=True, slots=True)
class FrozenForecast:
    """A forecast with the thresholds that were chosen for it."""

    name: str
    foresee: Foresee
    points: Mapping[bool, Mapping[float, ours.Chosen | None]]

    def __call__(self, report: Cohort) -> Told:
        """What it has to say of some courses."""
        return self.told_of(self.foresee(report))

    def told_of(self, assessed: Assessed) -> Told:
        """The same of what somebody else foresaw."""
        entries = [*_entries(self.name, self.points, assessed)]
        if self.name == US:
            entries += _as_shipped(assessed)
        return Told(entries, assessed)


def _entries(
    name: str, points: Mapping[bool, Mapping[float, ours.Chosen | None]], assessed: Assessed
) -> Iterator[Entry]:
    for rises, of_rates in points.items():
        method = name if rises else name + OPENINGS
        for rate, chosen in of_rates.items():
            if chosen is None:
                yield Entry(method, rate, np.zeros(assessed.states.shape, dtype=np.bool_), "never", 0.0)
                continue
            point = chosen.point
            words = f"watch from {point.watch}, likely lost from {point.likely_lost}"
            alerts = ours.alerts_of(assessed, point.protocol, rises=rises)
            yield Entry(method, rate, alerts, words, chosen.early)


def _as_shipped(assessed: Assessed) -> Iterator[Entry]:
    """With the thresholds that a clinic gets: the same at every rate."""
    alerts = ours.alerts_of(assessed, DEFAULT)
    words = f"watch from {DEFAULT.watch_probability}, likely lost from {DEFAULT.likely_lost_probability}"
    yield from (Entry(US + AS_SHIPPED, rate, alerts, words, float("nan")) for rate in RATES)


def shipped(_: Courses) -> Foresee:
    """With the prior that every clinic begins with."""
    return partial(ours.foresee, prior=SHIPPED)


def learned(courses: Courses) -> Foresee:
    """With what a clinic like this makes of it."""
    return partial(ours.foresee, prior=ours.learned(courses.clinic))


def given_the_generator(courses: Courses) -> Foresee:
    """With all that was drawn from known."""
    return partial(oracle.foresee, parameters=courses.parameters, curves=courses.oracle_curves)


METHODS: Final[Mapping[str, Method]] = MappingProxyType(
    {
        PLAIN: of_rule,
        **{name: partial(of_rival, name) for name in RIVALS},
        ORACLE: partial(of_forecast, ORACLE, given_the_generator),
        US_LEARNED: partial(of_forecast, US_LEARNED, learned),
        US: partial(of_forecast, US, shipped),
    }
)
