"""How relief goes in time, without noise: kinds of course and their curves."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from diary.domain.simulation.draws import Floats, beta, log_normal
from diary.domain.simulation.parameters import CohortParameters

KINDS: Final = ("gradual", "step", "durable", "non_responder", "no_plateau", "part_way", "late")
GRADUAL, STEP, DURABLE, NON_RESPONDER, NO_PLATEAU, PART_WAY, LATE = range(len(KINDS))


@dataclass(frozen=True, slots=True)
class Curves:
    """What n relief curves are made of."""

    kind: NDArray[np.int8]
    """(n,) positions in `KINDS`."""
    peak: Floats
    """(n,) relief at the beginning, a share of the baseline."""
    half_life_days: Floats
    """(n,) pace of a gradual loss."""
    midpoint_days: Floats
    """(n,) day on which half of the peak is left; of a late response, counted from its coming."""
    comes_on_day: Floats
    """(n,) day on which half of a late response is there; 0 where relief comes with the infusion."""
    past_share: Floats
    """(n,) how far past the baseline pain goes once all relief is lost, a share of the baseline."""


def draw_curves(courses: int, rng: np.random.Generator, p: CohortParameters) -> Curves:
    """The curves of first courses.

    Raises:
        ValueError: the shares of the ways to lose relief come to more than all.
    """
    responds = rng.random(courses) < p.responder_share
    kind = np.where(responds, losing_kinds(courses, rng, p), np.int8(NON_RESPONDER))
    peak = np.where(
        responds,
        beta(p.responder_relief_mean, p.responder_relief_size, courses, rng),
        beta(p.other_relief_mean, p.other_relief_size, courses, rng),
    )
    half_life = log_normal(p.half_life_days, p.half_life_log_sd, courses, rng)
    midpoint = log_normal(p.midpoint_days, p.midpoint_log_sd, courses, rng)
    coming_days = _coming_days(kind, rng, p)
    return Curves(kind, peak, half_life, midpoint, coming_days, past_shares(kind, rng, p))


def losing_kinds(courses: int, rng: np.random.Generator, p: CohortParameters) -> NDArray[np.int8]:
    """How each of n responders will lose relief.

    Raises:
        ValueError: the shares come to more than all.
    """
    shares = (p.step_share, p.durable_share, p.no_plateau_share, p.part_way_share, p.late_share)
    up_to = np.cumsum(shares)
    if up_to[-1] > 1 + 1e-9:
        raise ValueError(f"{up_to[-1]:g} of the responders lose relief in one way or another; 1 are all")
    kinds = np.array([STEP, DURABLE, NO_PLATEAU, PART_WAY, LATE, GRADUAL], dtype=np.int8)
    return kinds[np.searchsorted(up_to, rng.random(courses), side="right")]


def past_shares(kind: NDArray[np.int8], rng: np.random.Generator, p: CohortParameters) -> Floats:
    """How far past the baseline pain goes where all relief is lost, gradually or at once.

    Nothing is drawn where it never does, so that such a cohort is drawn as it always was.
    """
    if not p.past_share:
        return np.zeros(len(kind))
    goes_past = np.isin(kind, (GRADUAL, STEP)) & (rng.random(len(kind)) < p.past_share)
    shares = rng.uniform(p.past_low_share, p.past_high_share, len(kind))
    return np.where(goes_past, shares, 0.0)


def _coming_days(kind: NDArray[np.int8], rng: np.random.Generator, p: CohortParameters) -> Floats:
    """Nothing is drawn where nobody responds late, so that such a cohort is drawn as it always was."""
    if not p.late_share:
        return np.zeros(len(kind))
    days = rng.uniform(p.late_from_day, p.late_to_day, len(kind))
    return np.where(kind == LATE, days, 0.0)


def relief_on(curves: Curves, day: NDArray[np.int_], p: CohortParameters) -> Floats:
    """Noise-free relief, a share of the baseline: peak / (1 + 2^((day - midpoint) / half-life)).

    Without a plateau it halves from the first day on and every midpoint again; part of the way it falls to a
    share of the peak and stays there; a durable one stays at the peak. A late one comes as a logistic too,
    and is lost as a gradual one that began on the day it came. Past the baseline relief falls below nothing.

    Args:
        curves: of n courses.
        day: (T,), or (n, T) where each course counts its own; from 0 on.
        p: of the cohort.
    """
    half_life = np.where(curves.kind == STEP, p.step_half_life_days, curves.half_life_days)
    # No longer than half the midpoint, else relief would be falling before it had begun.
    half_life = np.minimum(half_life, curves.midpoint_days / 2)[:, None]
    midpoint = np.where(curves.kind == DURABLE, np.inf, curves.midpoint_days)[:, None]
    late = (curves.kind == LATE)[:, None]
    comes_on = curves.comes_on_day[:, None]
    midpoint = midpoint + np.where(late, comes_on, 0.0)
    left = 1 / (1 + np.exp2(np.minimum((day - midpoint) / half_life, 60)))
    left = np.where((curves.kind == NO_PLATEAU)[:, None], np.exp2(-day / midpoint), left)
    past = -curves.past_share / curves.peak
    stays = np.where(curves.kind == PART_WAY, p.part_way_left_share, past)[:, None]
    came = np.where(late, 1 / (1 + np.exp2((comes_on - day) / p.late_onset_half_life_days)), 1.0)
    return np.asarray(curves.peak[:, None] * came * (stays + (1 - stays) * left))
