"""The part of the page that is about forecasts: intervals, quantiles and chances of a loss."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from bench.detector.ends import of_all
from bench.detector.names import ORACLE, US, US_LEARNED
from bench.detector.pictures import CHANCES, Numbers
from bench.detector.tables import as_they_come, held, paragraph, percent, table

_MANY: Final = (
    "Intervals, quantiles and the picture are of other courses than the alerts: {many}. The picture's are "
    "with the shipped prior."
)
_HELD: Final = (
    "**80 % intervals of the loss day** that hold it, and in brackets the losses before the lower end and "
    "after the upper one, in %. Losses are known within the half year, so each end's misses are counted "
    "among the ends that lie within it: of a forecast that is right each misses 10 %, and 80 % are held. As "
    "they come, the others count as held too, and more are held. The oracle's are of the alerts' courses."
)
_PINBALL: Final = (
    "**Quantiles of the loss day:** the pinball loss at 10, 50 and 90 %, in days. The climate's are the "
    "quantiles of the calibration courses."
)
_BRIER: Final = (
    "**Chance of a loss within 28 days:** its mean squared error (Brier score). The climate is the "
    "share of the calibration courses that lose relief, told of everybody. At risk is who responds and "
    "has not lost it, by the plain rule. These are the courses of the alerts."
)
_LEARNED: Final = (
    "What a prior is worth that was learned from {clinic_courses} courses of the clinic: the same error "
    "on the other courses."
)


def sections(numbers: Numbers) -> Iterator[str]:
    """Each in its turn."""
    cohorts = numbers["cohorts"]
    many = ", ".join(f"{told['many']['courses']:,} of {name}" for name, told in cohorts.items())
    days = [f"day {of['night']}" for of in next(iter(cohorts.values()))["many"][US]]
    yield "## Forecasts"
    yield f"![Chances of a loss, told and come true, simulated patients]({CHANCES})"
    yield paragraph(_MANY.format(many=many))
    yield paragraph(_HELD)
    yield table(
        ["cohort", "prior", *days, "all three", "as they come"],
        [_held_row(*of) for of in _of_many(cohorts, oracle=True)],
    )
    yield paragraph(_PINBALL)
    yield table(
        ["cohort", "prior", *days, "the climate's"],
        [_pinball_row(name, prior, of) for name, prior, of in _of_many(cohorts)],
    )
    yield paragraph(_BRIER)
    yield table(
        ["cohort", "forecast", *days, *(f"{day}, at risk" for day in days)],
        [row for name, told in cohorts.items() for row in _brier_rows(name, told["forecasts"])],
    )
    yield paragraph(_LEARNED.format(**numbers["run"]))
    yield table(
        ["cohort", "prior", *days, "the climate's"],
        [_prior_row(name, prior, of) for name, prior, of in _of_many(cohorts)],
    )


def _of_many(cohorts: Numbers, *, oracle: bool = False) -> Iterator[tuple[str, str, Any]]:
    for name, told in cohorts.items():
        for prior, method in (("shipped", US), ("its own", US_LEARNED)):
            if method in told["many"]:
                yield name, prior, told["many"][method]
        if oracle and ORACLE in told["forecasts"]:
            yield name, "the oracle", told["forecasts"][ORACLE]


def _held_row(name: str, prior: str, nights: Any) -> list[str]:
    ends = [night["ends"] for night in nights]
    each = [held(of_all([of])) for of in ends]
    return [name, prior, *each, held(of_all(ends)), percent(as_they_come(nights))]


def _pinball_row(name: str, prior: str, nights: Any) -> list[str]:
    climate = nights[0]["climate_pinball_days"]
    return [name, prior, *(_days(night["pinball_days"]) for night in nights), _days(climate)]


def _days(losses: Iterable[float]) -> str:
    return ", ".join(f"{loss:.1f}" for loss in losses)


def _brier_rows(name: str, forecasts: Numbers) -> Iterator[list[str]]:
    climate = next(iter(forecasts.values()))
    of_climate = [night[part]["climate_brier"] for part in ("of_all", "at_risk") for night in climate]
    yield [name, "the climate", *(f"{brier:.3f}" for brier in of_climate)]
    for method in (US, US_LEARNED, ORACLE):
        if method in forecasts:
            of = [night[part]["brier"] for part in ("of_all", "at_risk") for night in forecasts[method]]
            yield [name, method, *(f"{brier:.3f}" for brier in of)]


def _prior_row(name: str, prior: str, nights: Any) -> list[str]:
    climate = ", ".join(f"{night['of_all']['climate_brier']:.3f}" for night in nights)
    return [name, prior, *(f"{night['of_all']['brier']:.3f}" for night in nights), climate]
