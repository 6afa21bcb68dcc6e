"""The rivals by name, each with as many settings to choose from on the calibration courses."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from itertools import product
from types import MappingProxyType
from typing import Any, Final

from bench.detector.rivals.diary import Floats, Rival
from bench.detector.rivals.drift import adwin, page_hinkley
from bench.detector.rivals.levels import ewma, line_ahead, single_day, some_of_the_last, window_mean
from bench.detector.rivals.own_days import cusum, ewma_chart
from bench.detector.rivals.peers import over_the_median, over_the_week_before, severe_or_worse
from bench.detector.rivals.run_length import bocpd
from bench.detector.rivals.segments import kernel, pelt
from bench.detector.rivals.trend import kalman_trend

SETTINGS: Final = 12


def _every(method: Callable[..., Floats], **choices: Iterable[Any]) -> tuple[Rival, ...]:
    """The method with every combination of the choices."""
    return tuple(
        partial(method, **dict(zip(choices, chosen, strict=True))) for chosen in product(*choices.values())
    )


SOME_OF: Final = (
    (1, 2),
    (2, 2),
    (2, 3),
    (3, 3),
    (2, 4),
    (3, 4),
    (3, 5),
    (4, 5),
    (3, 6),
    (4, 7),
    (5, 7),
    (6, 10),
)

RIVALS: Final[Mapping[str, tuple[Rival, ...]]] = MappingProxyType(
    {
        "single day": _every(single_day, for_days=(1, 2, 3, 5, 7, 14), points=(False, True)),
        "some of the last": tuple(partial(some_of_the_last, some=some, last=last) for some, last in SOME_OF),
        "7-day mean": _every(window_mean, days=(3, 5, 7, 10, 14, 21), share_min=(0.3, 0.5)),
        "EWMA": _every(ewma, weight=(0.03, 0.05, 0.07, 0.1, 0.13, 0.16, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5)),
        "EWMA of own days": _every(ewma_chart, weight=(0.05, 0.1, 0.2, 0.3), sd_min=(0.05, 0.1, 0.2)),
        "CUSUM of own days": _every(cusum, slack=(0.25, 0.5, 0.75, 1.0), sd_min=(0.05, 0.1, 0.2)),
        "line ahead": _every(line_ahead, days=(10, 14, 21, 28), ahead=(7, 14, 28)),
        "Page-Hinkley": _every(page_hinkley, delta=(0.0, 0.02, 0.05, 0.1), memory=(1.0, 0.99, 0.95)),
        "ADWIN": _every(adwin, delta=(0.002, 0.05, 0.3), shortest=(3, 5), risen=(False, True)),
        "PELT": _every(pelt, penalty=(0.1, 0.2, 0.4), shortest=(3, 7), risen=(False, True)),
        "KernelCPD": _every(kernel, penalty=(1.0, 2.0, 4.0), width=(0.15, 0.4), risen=(False, True)),
        "Kalman trend": _every(
            kalman_trend, drift=(0.0003, 0.0007, 0.0015, 0.003, 0.006, 0.012), ahead=(14, 28)
        ),
        "BOCPD": _every(bocpd, run_days=(20.0, 40.0, 80.0), weight=(0.1, 1.0), chance=(False, True)),
        "ENGAGE-HF median": _every(over_the_median, days=(3, 5, 7, 10, 14, 21), points=(False, True)),
        "ENGAGE-HF week": _every(over_the_week_before, days=(5, 7, 10, 14), apart=(7, 14, 28)),
        "PRO-TECT": _every(severe_or_worse, weekly=("mean", "worst", "last"), severe_nrs=(5, 6, 7, 8)),
    }
)
