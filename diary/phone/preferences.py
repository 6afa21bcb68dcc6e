"""What a phone remembers of how its pages look: cookies that hold one word of a closed list."""

from datetime import timedelta
from typing import Final

from flask import Response, request

from diary.phone.door import put_cookie

KEPT_FOR: Final = timedelta(days=400)
LAYOUT_COOKIE: Final = "__Host-layout"
CHART_COOKIE: Final = "__Host-chart"

# The first is the one before anything was chosen. Each answer is stored with the layout it was given in.
LAYOUTS: Final = ("grid4", "list1", "row11")
CHART: Final = ("shown", "hidden")


def layout() -> str:
    """How the numbers are laid out on this phone."""
    return _of(request.cookies.get(LAYOUT_COOKIE), LAYOUTS)


def chart_is_hidden() -> bool:
    """Whether the patient does not want to see the chart."""
    return _of(request.cookies.get(CHART_COOKIE), CHART) == "hidden"


def keep_layout(response: Response, chosen: str) -> None:
    """Remember a layout; an unknown one counts as the first."""
    put_cookie(response, LAYOUT_COOKIE, _of(chosen, LAYOUTS), max_age=KEPT_FOR)


def keep_chart(response: Response, chosen: str) -> None:
    """Remember whether the chart is shown."""
    put_cookie(response, CHART_COOKIE, _of(chosen, CHART), max_age=KEPT_FOR)


def _of(word: str | None, words: tuple[str, ...]) -> str:
    return word if word in words else words[0]
