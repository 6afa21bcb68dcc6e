"""What a cohort is drawn from, each figure with its source."""

from dataclasses import dataclass, replace
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class CohortParameters:
    """What a cohort is drawn from: NRS points, days and shares. A `size` is a Beta's a + b."""

    # Sigtermans 2009 took severe pain, NRS >= 5; a normal cut to that range. Mean and spread assumed.
    baseline_mean_nrs: float = 7.05
    baseline_sd_nrs: float = 1.3
    baseline_low_nrs: float = 5.0

    # Dahan 2011: 67 +- 10 % on ketamine, 23 +- 9 % on placebo had an analgesic effect. 72 % fits the trial.
    responder_share: float = 0.72
    # Peak relief, tuned to the trial's week-1 means; the spreads assumed.
    responder_relief_mean: float = 0.90
    responder_relief_size: float = 14.0
    other_relief_mean: float = 0.08
    other_relief_size: float = 10.0

    # How responders lose relief; the rest are gradual. Assumed: no source tells.
    step_share: float = 0.20
    durable_share: float = 0.12
    no_plateau_share: float = 0.0
    part_way_share: float = 0.0
    # What is left of peak relief when pain has come back part of the way. Assumed.
    part_way_left_share: float = 0.40
    # Of those who lose all relief, gradually or at once, so many have pain past the baseline in the end, by
    # such a share of it. Assumed.
    past_share: float = 0.0
    past_low_share: float = 0.15
    past_high_share: float = 0.60
    # Relief that comes late, on some day of the second to fourth week, and how fast. Assumed.
    late_share: float = 0.0
    late_from_day: float = 7.0
    late_to_day: float = 28.0
    late_onset_half_life_days: float = 2.0

    # Dahan 2011: the effect site empties with a half-life of 10.9 days: relief falls as a logistic in time.
    # Its 95 % interval, 5.3 to 20.5 days, gives the spread and room beyond. The pace of a step is assumed.
    half_life_days: float = 10.9
    half_life_log_sd: float = 0.45
    step_half_life_days: float = 0.7
    # Day of half relief, tuned with its spread to P = 0.07 in the trial's week 12.
    midpoint_days: float = 51.0
    midpoint_log_sd: float = 0.75

    # Second courses, of patients treated again when relief had fallen to this share; 0: first courses. The
    # second midpoint hangs together with the first and is shorter (the specification's figures; assumed).
    retreated_at_relief: float = 0.0
    second_midpoint_correlation: float = 0.6
    second_midpoint_share: float = 0.8
    # A booster for all who responded, on this day; 0: none.
    booster_day: float = 0.0

    # Day-to-day noise in chronic pain (borrowed: no daily diaries of CRPS were found), in full from 4 points
    # on and less near the floor. Assumed; so is what cohort C has, as is said of diaries of back pain.
    noise_sd_nrs: float = 1.0
    noise_log_sd: float = 0.35
    noise_lag1_mean: float = 0.4
    noise_lag1_size: float = 10.0
    noise_full_from_nrs: float = 4.0
    noise_floor_share: float = 0.35
    # In full up to here, and this share of it at 10. Assumed.
    noise_full_to_nrs: float = 7.0
    noise_top_share: float = 1.0
    # The part of the noise (its variance) that is a slowly drifting level, and how long that remembers. None
    # here; the days are assumed.
    drift_share: float = 0.0
    drift_days: float = 40.0

    # Flares: 0.6 of several days in 30 (derived from BMC Musculoskelet Disord 12:220), up by 2.8 points
    # (medRxiv 2025, 465 veterans). Spread and length assumed.
    flares_a_day: float = 0.02
    flare_rise_nrs: float = 2.8
    flare_rise_sd_nrs: float = 0.8
    flare_mean_days: float = 3.0

    # Assumed.
    weekly_amplitude_nrs: float = 0.12

    # A drug started on a random day that takes so much off the felt pain from then on. 2 points are what
    # patients call much improved (Farrar 2001, Pain 94:149).
    rescue_share: float = 0.0
    rescue_fall_nrs: float = 2.0

    # Habits: even numbers only; the same number always, whatever is felt. Assumed.
    even_only_share: float = 0.10
    constant_share: float = 0.0

    # Completion: 85 % in trials (Ono 2019), falling; gaps come in runs; some drop out for good. All but the
    # mean assumed.
    completion_mean: float = 0.85
    completion_size: float = 8.0
    completion_loss_a_day: float = 0.0008
    completion_stickiness: float = 0.45
    dropout_a_day: float = 0.0008
    # Missing because of pain, or of relief: what each point above or below the middle of the scale adds to
    # the log odds of no answer. Ono 2019 found that pain does not matter; assumed.
    missing_in_pain_log_odds: float = 0.0
    missing_in_relief_log_odds: float = 0.0


KETAMINE: Final = CohortParameters()
PLACEBO: Final = replace(KETAMINE, responder_share=0.23)
