"""The cohorts that go by a name: those that claims are made on, and those that should break a detector."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

from diary.domain.simulation.parameters import KETAMINE, CohortParameters

A: Final = KETAMINE

# A detector that believes in A is wrong here: later and slower losses, more of them steps, more noise, gaps.
B: Final = replace(
    A,
    midpoint_days=75.0,
    half_life_days=16.0,
    step_share=0.35,
    noise_sd_nrs=1.4,
    flares_a_day=0.04,
    completion_mean=0.68,  # measured: 57 % of 180 days are answered
)

# A's curves, with noise as is said of daily diaries of chronic back pain: a person's SD 1.3 in the median,
# quartiles 0.95 and 1.8; lag-1 correlation 0.14-0.24, about 0 once a 21-day level is removed; less at both
# ends of the scale; 8-17 % missing, P(missing | missing) 0.2-0.6; weekdays at most 0.1. Assumed: there is no
# paper to cite. The figures below were found by measuring cohorts until these came out.
C: Final = replace(
    A,
    noise_sd_nrs=1.2,
    noise_log_sd=0.6,
    noise_lag1_mean=0.05,
    noise_top_share=0.5,
    drift_share=0.25,
    flare_mean_days=4 / 3,  # three of four last a day (BMC Musculoskelet Disord 12:220)
    weekly_amplitude_nrs=0.07,
    completion_mean=0.90,
    completion_size=10.0,
    completion_loss_a_day=0.0002,
    completion_stickiness=0.3,
    dropout_a_day=0.0002,
)


@dataclass(frozen=True, slots=True)
class NamedCohort:
    """What a cohort is for, in a line, and what it is drawn from."""

    about: str
    parameters: CohortParameters


# The stress list. Each changes one thing of A. How much is assumed, where `parameters` names no source.
COHORTS: Final[Mapping[str, NamedCohort]] = MappingProxyType(
    {
        "A": NamedCohort("fitted to the trial of 2009: the default", A),
        "B": NamedCohort("later, slower and more sudden losses, more noise and gaps: a prior is wrong", B),
        "C": NamedCohort("A's curves with noise and gaps as in daily diaries of chronic back pain", C),
        "completion-65": NamedCohort(
            "patients who answer 65 % of days at first", replace(A, completion_mean=0.65)
        ),
        "completion-40": NamedCohort(
            "patients who answer 40 % of days at first", replace(A, completion_mean=0.40)
        ),
        "noise-1.5": NamedCohort("half as much noise again: SD 1.5", replace(A, noise_sd_nrs=1.5)),
        "midpoint-30": NamedCohort("half of the relief gone by day 30", replace(A, midpoint_days=30.0)),
        "midpoint-90": NamedCohort("half of the relief gone by day 90", replace(A, midpoint_days=90.0)),
        "steps-40": NamedCohort("two of five lose relief at once", replace(A, step_share=0.40)),
        "no-plateau": NamedCohort(
            "gradual losses fall from the first day on, without a plateau", replace(A, no_plateau_share=0.68)
        ),
        "part-way": NamedCohort(
            "gradual losses stop at 40 % of peak relief: most are never lost", replace(A, part_way_share=0.68)
        ),
        "late": NamedCohort(
            "three of ten responders are relieved in the second to fourth week only",
            replace(A, late_share=0.30),
        ),
        "past-30": NamedCohort(
            "three of ten who lose all relief end up to 60 % over their baseline", replace(A, past_share=0.30)
        ),
        "repeat": NamedCohort(
            "second courses, begun when relief had fallen to 45 %: the baseline is carried",
            replace(A, retreated_at_relief=0.45),
        ),
        "booster-40": NamedCohort("a booster on day 40 for all who responded", replace(A, booster_day=40.0)),
        "missing-in-pain": NamedCohort(
            "pain keeps patients from answering", replace(A, missing_in_pain_log_odds=0.3)
        ),
        "missing-in-relief": NamedCohort(
            "relief keeps patients from answering", replace(A, missing_in_relief_log_odds=0.3)
        ),
        "even-30": NamedCohort("three of ten give even numbers only", replace(A, even_only_share=0.30)),
        "ceiling": NamedCohort(
            "baselines of 9 to 10", replace(A, baseline_mean_nrs=9.5, baseline_low_nrs=9.0)
        ),
        "constant-20": NamedCohort(
            "one of five always gives the same number, whatever is felt", replace(A, constant_share=0.20)
        ),
        "rescue-drug": NamedCohort(
            "half start another drug on some day, which hides losses and undoes none",
            replace(A, rescue_share=0.5),
        ),
    }
)
