"""The sentence that says why: from an alert's stored facts, in words a nurse can check by hand."""

from collections.abc import Mapping
from typing import Any

KIND_TITLES = {
    "loss": "May be losing relief: review",
    "step": "Abrupt rise: call, may not be relapse",
    "review": "Weeks 10-14: review",
    "no_response": "No response so far: review",
    "silence": "Silent",
    "red_flag": "Red flag",
    "call_me": "Asks to be called",
    "not_assessed": "Not assessed",
}


def title(kind: str) -> str:
    """What an alert of this kind is called.

    >>> title("loss")
    'May be losing relief: review'
    """
    return KIND_TITLES[kind]


def why(kind: str, level: str | None, facts: Mapping[str, Any]) -> str:
    """One sentence from the facts stored with the alert; a fact that is missing is left out.

    >>> why("silence", None, {"days_since_answer": 8})
    'No answer for 8 days.'
    """
    return _SENTENCES[kind](level, facts)


def _loss(level: str | None, facts: Mapping[str, Any]) -> str:
    opening = {
        "confirmed": "Relief is under 30 % in two weeks running",
        "likely_lost": "Relief is probably lost, or will be within two weeks",
        "watch": "Relief is likely to fall under 30 % within the lead time",
    }[level or "confirmed"]
    numbers = [
        _number("mean of 7 days", facts.get("mean_7d")),
        _number("baseline", facts.get("baseline_nrs")),
        _number("best", facts.get("best_14d")),
    ]
    told = ", ".join(number for number in numbers if number)
    since = facts.get("below_since")
    tail = f" Below the line since day {since}." if since else ""
    return f"{opening}: {told}." + tail if told else f"{opening}." + tail


def _step(_level: str | None, facts: Mapping[str, Any]) -> str:
    before, now = facts.get("step_before"), facts.get("step_now")
    if before is None or now is None:
        return "The last 3 answers are each 3 points or more above the 7 before them."
    return f"The last 3 answers are {_list(now)}; the mean of the 7 before them was {before:.1f}."


def _review(_level: str | None, facts: Mapping[str, Any]) -> str:
    told = [_number("mean of 14 days", facts.get("mean_14d")), _number("best", facts.get("best_14d"))]
    relief = facts.get("relief_7d")
    told.append(f"relief now {_percent(relief)}" if relief is not None else "")
    return "Pain stands 1 point or more above its best: " + ", ".join(part for part in told if part) + "."


def _no_response(_level: str | None, facts: Mapping[str, Any]) -> str:
    relief = facts.get("early_relief")
    if relief is None:
        return "Relief in days 3-14 stayed under 30 %."
    return f"Mean relief of days 3-14 was {_percent(relief)}, under 30 %."


def _silence(_level: str | None, facts: Mapping[str, Any]) -> str:
    days = facts.get("days_since_answer")
    return f"No answer for {days} days." if days else "No answer for a week or more."


def _red_flag(_level: str | None, facts: Mapping[str, Any]) -> str:
    told = facts.get("items") or []
    return f"Marked: {', '.join(told)}." if told else "A red-flag symptom was marked."


def _call_me(_level: str | None, facts: Mapping[str, Any]) -> str:
    return {
        "treatment": "Please call me about my treatment.",
        "symptom": "Please call me about a symptom.",
        "diary": "Please call me about the diary.",
    }.get(facts.get("wants", "treatment"), "Please call me.")


def _not_assessed(_level: str | None, facts: Mapping[str, Any]) -> str:
    return f"Last night could not judge this course: {facts.get('problem', 'its record could not be read')}."


def _number(name: str, value: float | None) -> str:
    return "" if value is None else f"{name} {value:.1f}"


def _percent(share: float) -> str:
    return f"{round(100 * share)} %"


def _list(values: list[int]) -> str:
    return ", ".join(str(value) for value in values)


_SENTENCES = {
    "loss": _loss,
    "step": _step,
    "review": _review,
    "no_response": _no_response,
    "silence": _silence,
    "red_flag": _red_flag,
    "call_me": _call_me,
    "not_assessed": _not_assessed,
}
