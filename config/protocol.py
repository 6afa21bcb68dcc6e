"""The protocol: thresholds and windows that a clinic's nights are judged by. Sources: config/origins.py."""

from collections.abc import Mapping
from dataclasses import Field, dataclass, field, fields
from typing import Any, Final, Self

from config.scales import CHOOSABLE

# A diary day closes at 03:00 on the patient's clock, so that "tonight" at 01:00 is still yesterday's; a night
# runs at 04:00 on the clinic's. Both are part of what a diary day means, so no clinic sets them.
DIARY_CLOSES_AT_HOUR: Final = 3
NIGHT_HOUR: Final = 4


def _between(low: float, high: float, *, default: float) -> Any:
    return field(default=default, metadata={"low": low, "high": high, "or_none": False})


def _unset_or_between(low: float, high: float) -> Any:
    return field(default=None, metadata={"low": low, "high": high, "or_none": True})


def _some_of(words: tuple[str, ...]) -> Any:
    return field(default=words, metadata={"among": words})


@dataclass(frozen=True, slots=True, kw_only=True)
class Protocol:
    """One clinic's thresholds and windows. Versions are stored as JSON and never change.

    Raises:
        ValueError: a value of the wrong type or out of its range, naming the field and the range.
    """

    # Time from an alert to a bed: payer authorisation plus waiting. The clinic's or payer's own figure.
    lead_days: int = _between(7, 84, default=28)

    # Recall beyond a day or two is inflated (Stone, PMC2617790): a patient may answer today and yesterday.
    backdate_days: int = _between(0, 3, default=1)

    # Baseline: the mean of 7 daily scores before treatment (Farrar 2014, PMID 24831421); at least 4 of 7 is
    # the usual floor. Collected over 14 days so that gaps do not cost it.
    baseline_window_days: int = _between(7, 14, default=14)
    baseline_answers_max: int = _between(4, 14, default=7)
    baseline_weak_under_answers: int = _between(1, 7, default=4)

    # Before an infusion within a week, fewer answers than this are a work item for staff.
    preparing_days: int = _between(1, 14, default=7)
    preparing_answers_min: int = _between(1, 7, default=4)

    # A fall of 30 % is the clinically important one and is stable across baselines, unlike points (Farrar
    # 2001, Pain 94:149); under 30 % twice running is the published loss of therapeutic response (FREEDOM).
    relief_line: float = _between(0.1, 0.5, default=0.30)

    # Days 1 and 2 still carry the infusion itself; by day 14 a response has shown or has not.
    response_from_day: int = _between(1, 7, default=3)
    response_to_day: int = _between(7, 28, default=14)
    response_answers_min: int = _between(2, 14, default=4)

    # The window that is judged each night, and the answers it needs.
    window_days: int = _between(5, 14, default=7)
    window_answers_min: int = _between(2, 14, default=4)

    # From this day a holding patient may go to 2-3 answer days a week; a week then cannot hold 4 answers, so
    # windows twice as long are judged.
    thin_from_day: int = _between(28, 365, default=84)
    thin_answer_days_max: int = _between(1, 4, default=3)
    thin_window_days: int = _between(14, 28, default=14)

    # Weeks 10-14: the trial's own week of doubt was 12 (Sigtermans 2009, Pain 145:304-311). One NRS point is
    # half of the least important change in points (Farrar 2001).
    review_from_day: int = _between(15, 365, default=64)
    review_to_day: int = _between(15, 365, default=98)
    review_window_days: int = _between(7, 28, default=14)
    review_answers_min: int = _between(3, 28, default=7)
    review_rise_nrs: float = _between(0.5, 5, default=1.0)

    # An abrupt rise. Flares rise by 2.8 points on average but three in four last under a day (BMC
    # Musculoskelet Disord 12:220): three answers running, each 3 points up, are seldom one.
    step_days: int = _between(2, 7, default=3)
    step_within_days: int = _between(2, 14, default=5)
    step_before_answers: int = _between(3, 14, default=7)
    step_rise_nrs: float = _between(1, 8, default=3.0)

    # Silence is an event of its own, never a loss; counted in answers expected and not given.
    silence_reminder_answers: int = _between(1, 14, default=4)
    silence_item_answers: int = _between(2, 28, default=7)

    # OKAPI followed 256 patients for a year and had 39 % left (Corriger 2022, PMID 34252909).
    follow_up_days: int = _between(84, 730, default=365)

    # An acknowledged alert without a next step comes back after three days.
    unattended_hours: int = _between(4, 336, default=72)

    # The kind of an alert that a person closed opens again once its state was away this long: two windows.
    absence_nights: int = _between(1, 60, default=14)

    # Nobody took an alert for so many working hours: colleagues are told, then the admins, then a red banner
    # stays. A day's work for most; an hour for a red flag (PagerDuty's own example climbs after 30 minutes).
    climb_hours: int = _between(1, 40, default=8)
    climb_red_flag_hours: int = _between(1, 8, default=1)

    # A drawer of old diaries must not ring: states show, one summary tells them, alerts wait.
    quiet_nights_after_import: int = _between(0, 60, default=14)

    # No source gives a safe interval; two infusions 16 days apart injured livers in 3 of 6 (Noppers 2011,
    # Pain 152:2173). So there is no default: until a physician sets one, every booking warns.
    minimum_interval_days: int | None = _unset_or_between(7, 365)

    # Read only where a forecast stands beside the plain rule. It sees through gaps that the rule's windows do
    # not, down to so few answers in 14 days.
    forecast_answers_min: int = _between(1, 14, default=4)
    # Loss within the lead time, and within the fortnight that the rule needs to confirm it, with at most 0.1
    # false alerts a patient-month on simulated calibration cohorts (docs/explanation/detector_results.md).
    watch_probability: float = _between(0.05, 0.99, default=0.5)
    likely_lost_probability: float = _between(0.05, 0.99, default=0.7)
    # A watch ends well under where it began, so that an alert does not come and go around one number.
    recovered_probability: float = _between(0.01, 0.9, default=0.3)
    # The rule also finds "losses" in those who never responded: half of all its false alerts on simulated
    # cohorts. Under this chance it is told as no response.
    loss_probability_min: float = _between(0.0, 0.5, default=0.2)

    # What the phone asks beside the score, by its schedule; all of it can be skipped. Clinicians miss worst
    # pain; extra medicine lowers the score it is taken for; less pain is not yet better sleep or activity.
    asked_items: tuple[str, ...] = _some_of(CHOOSABLE)

    def __post_init__(self) -> None:
        for spec in fields(self):
            object.__setattr__(self, spec.name, _checked(spec, getattr(self, spec.name)))
        for low, high in _ORDERED:
            if getattr(self, low) > getattr(self, high):
                raise ValueError(
                    f"protocol: {low} is {getattr(self, low)}, over {high}, which is {getattr(self, high)}; "
                    f"give {low} at most the value of {high}"
                )

    @classmethod
    def from_values(cls, values: Mapping[str, Any]) -> Self:
        """Read a stored version. A field it does not hold takes its default.

        Raises:
            ValueError: an unknown field, or a value out of range.

        >>> Protocol.from_values({"lead_days": 3})
        Traceback (most recent call last):
        ValueError: protocol: lead_days is 3; give a whole number from 7 to 84
        """
        known = [spec.name for spec in fields(cls)]
        for name in values:
            if name not in known:
                raise ValueError(f"protocol: there is no field {name!r}; fields are {', '.join(known)}")
        return cls(**values)

    def to_values(self) -> dict[str, Any]:
        """Every field by name, ready for JSON; `from_values` reads it back.

        >>> DEFAULT.to_values()["relief_line"]
        0.3
        """
        values = {spec.name: getattr(self, spec.name) for spec in fields(self)}
        return values | {"asked_items": " ".join(self.asked_items)}


# A window cannot be asked for more answers than it has days, and spans run forwards.
_ORDERED: Final = (
    ("baseline_answers_max", "baseline_window_days"),
    ("baseline_weak_under_answers", "baseline_answers_max"),
    ("response_from_day", "response_to_day"),
    ("response_answers_min", "response_to_day"),
    ("window_answers_min", "window_days"),
    ("window_days", "thin_window_days"),
    ("thin_answer_days_max", "window_days"),
    ("review_from_day", "review_to_day"),
    ("review_answers_min", "review_window_days"),
    ("step_days", "step_within_days"),
    ("silence_reminder_answers", "silence_item_answers"),
    ("recovered_probability", "watch_probability"),
)


def _checked(spec: Field[Any], value: Any) -> int | float | tuple[str, ...] | None:
    if "among" in spec.metadata:
        return _chosen(spec, value)
    low, high, whole = spec.metadata["low"], spec.metadata["high"], spec.type in (int, int | None)
    if value is None and spec.metadata["or_none"]:
        return None
    number = isinstance(value, int if whole else (int, float)) and not isinstance(value, bool)
    if not number or not low <= value <= high:  # NaN is within no range
        kind = "a whole number" if whole else "a number"
        unset = ", or null" if spec.metadata["or_none"] else ""
        raise ValueError(f"protocol: {spec.name} is {value!r}; give {kind} from {low} to {high}{unset}")
    return int(value) if whole else float(value)


def _chosen(spec: Field[Any], value: Any) -> tuple[str, ...]:
    """Some of the words, each once, in their own order."""
    words: tuple[str, ...] = spec.metadata["among"]
    if isinstance(value, str):  # as it is stored: one text, so that every stored value is a plain one
        value = tuple(value.split())
    if not isinstance(value, list | tuple) or not set(map(str, value)) <= set(words):
        raise ValueError(f"protocol: {spec.name} is {value!r}; give some of {', '.join(words)}")
    return tuple(word for word in words if word in value)


DEFAULT: Final = Protocol()
