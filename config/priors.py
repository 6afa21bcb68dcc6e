"""The prior: what the detector believes of a course before its first answer, read from `prior.toml`."""

import hashlib
import json
import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final, Literal, Self

PRIOR_FILE: Final = Path(__file__).with_name("prior.toml")
MARKS: Final = ("published", "derived", "assumed")

# Of every number, the range in which the detector's bank of curves can follow it.
_RANGES: Final[Mapping[str, tuple[float, float]]] = {
    "baseline_mean_nrs": (3.0, 9.5),
    "baseline_sd_nrs": (0.5, 2.5),
    "noise_median_nrs": (0.5, 2.5),
    "noise_log_sd": (0.2, 0.7),
    "responder_share": (0.05, 0.98),
    "relief_median": (0.4, 0.97),
    "relief_logit_sd": (0.3, 1.6),
    "other_relief_median": (0.01, 0.25),
    "other_relief_logit_sd": (0.3, 1.6),
    "step_share": (0.0, 0.8),
    "durable_share": (0.0, 0.8),
    "part_way_share": (0.0, 0.8),
    "no_plateau_share": (0.0, 0.8),
    "late_share": (0.0, 0.3),
    "midpoint_median_days": (15.0, 180.0),
    "midpoint_log_sd": (0.25, 1.1),
    "half_life_median_days": (3.0, 30.0),
    "half_life_log_sd": (0.2, 0.8),
    "step_half_life_days": (0.2, 2.0),
    "answers_worth": (3.0, 1000.0),
}
_SHARES: Final = ("step_share", "durable_share", "part_way_share", "no_plateau_share", "late_share")


@dataclass(frozen=True, slots=True, kw_only=True)
class Prior:
    """Means, spreads and shares; `..._share` of responders are by how they lose relief, the rest gradually.

    Raises:
        ValueError: a number out of its range, or shares that leave less than a tenth for gradual loss.
    """

    baseline_mean_nrs: float
    baseline_sd_nrs: float
    noise_median_nrs: float
    noise_log_sd: float
    responder_share: float
    relief_median: float
    relief_logit_sd: float
    other_relief_median: float
    other_relief_logit_sd: float
    step_share: float
    durable_share: float
    part_way_share: float
    no_plateau_share: float
    late_share: float
    midpoint_median_days: float
    midpoint_log_sd: float
    half_life_median_days: float
    half_life_log_sd: float
    step_half_life_days: float
    answers_worth: float

    def __post_init__(self) -> None:
        for name, (low, high) in _RANGES.items():
            value = getattr(self, name)
            if not low <= value <= high:
                raise ValueError(f"prior: {name} is {value!r}; give a number from {low:g} to {high:g}")
        if self.gradual_share < 0.1:
            raise ValueError(f"prior: {', '.join(_SHARES)} add up to over 0.9; gradual loss needs a tenth")

    @property
    def gradual_share(self) -> float:
        """The share of responders who lose relief gradually: what the other ways leave."""
        return 1 - math.fsum(getattr(self, name) for name in _SHARES)

    @property
    def digest(self) -> str:
        """Six figures that no two priors are likely to share."""
        return digest_of(self.to_values())

    @classmethod
    def from_values(cls, values: Mapping[str, float]) -> Self:
        """Read a stored version; what it does not hold is as shipped.

        Raises:
            ValueError: an unknown name, or a number out of range.

        >>> Prior.from_values({"responder_share": 2})
        Traceback (most recent call last):
        ValueError: prior: responder_share is 2; give a number from 0.05 to 0.98
        """
        unknown = sorted(set(values) - set(_RANGES))
        if unknown:
            raise ValueError(f"prior: there is no number {unknown[0]!r}; there are {', '.join(_RANGES)}")
        return cls(**{name: values.get(name, fact.value) for name, fact in SHIPPED_FACTS.items()})

    def to_values(self) -> dict[str, float]:
        """Every number by name, ready for JSON; `from_values` reads it back."""
        return {spec.name: getattr(self, spec.name) for spec in fields(self)}


def digest_of(values: Mapping[str, float]) -> str:
    """Six figures of a stored version, as `Prior.digest` of the release that stored it.

    >>> digest_of({"late_share": 0.02}) == digest_of({"late_share": 0.03})
    False
    """
    numbers = {name: float(value) for name, value in values.items()}
    return hashlib.sha256(json.dumps(numbers, sort_keys=True).encode()).hexdigest()[:6]


@dataclass(frozen=True, slots=True)
class Fact:
    """One number of the shipped prior, and where it comes from."""

    value: float
    mark: Literal["published", "derived", "assumed"]
    source: str
    learned: bool = False
    """A clinic's own courses may move it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fixed:
    """What is believed of every clinic alike. The bank of curves is built on it, so no version moves it."""

    flare_share: float
    """Of days."""
    flare_rise_nrs: float
    flare_rise_sd_nrs: float
    stray_share: float
    """Of scores."""
    even_only_share: float
    """Of persons."""
    noise_full_from_nrs: float
    noise_at_floor_share: float
    ceiling_nrs: float
    noise_full_below_ceiling_nrs: float
    noise_at_ceiling_share: float
    carried_sd_nrs: float
    stated_sd_nrs: float
    stays_low_share: float
    stays_high_share: float
    past_share: float
    past_low_share: float
    past_high_share: float
    halves_in_days_low: float
    halves_in_days_high: float
    comes_on_day_low: float
    comes_on_day_high: float
    onset_half_life_days: float


def read_facts(path: Path) -> dict[str, Fact]:
    """The numbers of a prior's file, by name.

    Raises:
        ValueError: a number is missing or not known, or has no source or mark.
    """
    found: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    names = [*_RANGES, *(spec.name for spec in fields(Fixed))]
    if set(found) != set(names):
        raise ValueError(f"{path.name}: give each of {', '.join(names)} once, and nothing else")
    facts = {name: Fact(**found[name]) for name in names}
    for name, fact in facts.items():
        if fact.mark not in MARKS or not fact.source:
            raise ValueError(f"{path.name}: {name} needs a source, and a mark of {', '.join(MARKS)}")
    return facts


_FACTS: Final = read_facts(PRIOR_FILE)
SHIPPED_FACTS: Final = {name: _FACTS[name] for name in _RANGES}
SHIPPED: Final = Prior(**{name: fact.value for name, fact in SHIPPED_FACTS.items()})
FIXED: Final = Fixed(**{spec.name: _FACTS[spec.name].value for spec in fields(Fixed)})
