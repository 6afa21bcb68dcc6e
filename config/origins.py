"""Where each threshold of the protocol comes from, in the words of the page that shows it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Origin:
    """What a value means, and the source of its default."""

    what: str
    source: str


_FARRAR: Final = "Farrar 2001, Pain 94:149: a fall of 30 % is the clinically important one"
_HOUSE: Final = "Chosen by this project; no source"
_COHORTS: Final = "Set on simulated calibration cohorts for at most 0.1 false alerts a patient-month"

GROUPS: Final[Mapping[str, Mapping[str, Origin]]] = {
    "Lead time and interval": {
        "lead_days": Origin(
            "Days from an alert to a bed: authorisation plus waiting", "Your clinic's or payer's own figure"
        ),
        "minimum_interval_days": Origin(
            "Fewest days between two infusions; empty: not set, every booking warns",
            "No source gives a safe one, so none is set: two infusions 16 days apart injured livers in 3 of "
            "6 (Noppers 2011, Pain 152:2173)",
        ),
        "follow_up_days": Origin(
            "Days that a course is followed", "OKAPI followed 256 patients for a year (Corriger 2022)"
        ),
    },
    "The diary": {
        "backdate_days": Origin(
            "Days back that a patient may answer for",
            "Recall beyond a day or two is inflated (Stone, PMC2617790)",
        ),
        "thin_from_day": Origin("Course day from which few answer days a week suffice", _HOUSE),
        "thin_answer_days_max": Origin("Answer days a week, then", _HOUSE),
        "thin_window_days": Origin("Days of the window that is judged, then", "A week cannot hold 4 answers"),
        "silence_reminder_answers": Origin("Answers missed before a reminder", _HOUSE),
        "silence_item_answers": Origin("Answers missed before silence is a work item", _HOUSE),
        "preparing_days": Origin("Days before an infusion on which a thin baseline is looked for", _HOUSE),
        "preparing_answers_min": Origin("Answers in those days under which it is a work item", _HOUSE),
        "quiet_nights_after_import": Origin("Nights after an import on which no loss rings", _HOUSE),
    },
    "Baseline and response": {
        "baseline_window_days": Origin(
            "Days before the infusion that are looked at", "So that gaps cost nothing"
        ),
        "baseline_answers_max": Origin(
            "Answers that the baseline is the mean of",
            "Farrar 2014, PMID 24831421: the mean of 7 daily scores",
        ),
        "baseline_weak_under_answers": Origin("Answers under which it is weak", "4 of 7 is the usual floor"),
        "relief_line": Origin("Relief that counts, as a share of the baseline", _FARRAR),
        "response_from_day": Origin(
            "First day of the response", "Days 1 and 2 still carry the infusion itself"
        ),
        "response_to_day": Origin("Last day of the response", "By day 14 it has shown or has not"),
        "response_answers_min": Origin("Answers that the response needs", _HOUSE),
    },
    "The plain rule": {
        "window_days": Origin("Days of a window", "Weekly means, as in trials of neuropathic pain"),
        "window_answers_min": Origin("Answers that a window needs", "4 of 7 is the usual floor"),
        "review_from_day": Origin(
            "First day of the review window", "Sigtermans 2009, Pain 145:304: in doubt in week 12"
        ),
        "review_to_day": Origin("Last day of the review window", "The same"),
        "review_window_days": Origin("Days of the mean that is compared with the best", _HOUSE),
        "review_answers_min": Origin("Answers that this mean needs", _HOUSE),
        "review_rise_nrs": Origin(
            "Points above the best that make a review", "Half the least important change"
        ),
        "step_days": Origin("Answers in a row that make an abrupt rise", "BMC Musculoskelet Disord 12:220"),
        "step_within_days": Origin("Days within which those answers lie", _HOUSE),
        "step_before_answers": Origin("Answers before it that it is held against", _HOUSE),
        "step_rise_nrs": Origin(
            "Points of the rise", "Flares rise by 2.8 on average (BMC Musculoskelet Disord)"
        ),
    },
    "Asked besides the score": {
        "asked_items": Origin(
            "What the phone asks besides the score; each has its schedule, and all can be skipped",
            "Clinicians and patients rank worst pain first (PMC7956922); extra medicine lowers the score it "
            "is taken for; the trial found less pain without better function (Sigtermans 2009)",
        ),
    },
    "Alerts": {
        "unattended_hours": Origin(
            "Hours after which an acknowledged alert without a next step returns", _HOUSE
        ),
        "climb_hours": Origin("Working hours until an alert that nobody took goes to more people", _HOUSE),
        "climb_red_flag_hours": Origin("The same for a red flag", _HOUSE),
        "absence_nights": Origin("Nights without its state before a closed kind opens again", "Two windows"),
    },
    "The forecast": {
        "forecast_answers_min": Origin("Answers in 14 days that it needs", _HOUSE),
        "watch_probability": Origin("Chance of loss within the lead time that rings watch", _COHORTS),
        "likely_lost_probability": Origin("Chance of loss that rings likely lost", _COHORTS),
        "recovered_probability": Origin("Chance under which a watch ends", _HOUSE),
        "loss_probability_min": Origin("Chance under which a loss is told as no response", _COHORTS),
    },
}
ORIGINS: Final[Mapping[str, Origin]] = {
    name: origin for group in GROUPS.values() for name, origin in group.items()
}
