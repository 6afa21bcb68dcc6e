"""What a phone remembers of how its pages look: cookies that hold one word of a closed list."""

from datetime import timedelta
from typing import Final

from flask import Response, request

from diary.phone.cookies import put_cookie
from diary.phone.languages.language import Language
from diary.phone.speaking import LANGUAGE_COOKIE

KEPT_FOR: Final = timedelta(days=400)
LAYOUT_COOKIE: Final = "__Host-layout"
CHART_COOKIE: Final = "__Host-chart"
TEXT_COOKIE: Final = "__Host-text"
COLOURS_COOKIE: Final = "__Host-colours"
KEPT_COOKIE: Final = "__Host-kept"
"""How many answers wait on this phone. Scripts write it, and read it where the phone lost what it kept."""
KEPT_MAX_DIGITS: Final = 4

# The first is the one before anything was chosen. Each answer is stored with the layout it was given in.
LAYOUTS: Final = ("grid4", "list1", "row11")
CHART: Final = ("shown", "hidden")
SIZES: Final = ("normal", "large", "larger")
COLOURS: Final = ("device", "light", "dark")


def layout() -> str:
    """How the numbers are laid out on this phone."""
    return _of(request.cookies.get(LAYOUT_COOKIE), LAYOUTS)


def layout_of_a_form() -> str:
    """What a form without scripts can say of it: not whether eleven in a row found room on the screen."""
    chosen = layout()
    return "form" if chosen == "row11" else chosen


def text_size() -> str:
    """How large the text is on this phone, beside what its browser was set to."""
    return _of(request.cookies.get(TEXT_COOKIE), SIZES)


def colours() -> str:
    """Whether the pages are light or dark; "device" leaves it to how the phone is set."""
    return _of(request.cookies.get(COLOURS_COOKIE), COLOURS)


def chart_is_hidden() -> bool:
    """Whether the patient does not want to see the chart."""
    return _of(request.cookies.get(CHART_COOKIE), CHART) == "hidden"


def keep_layout(response: Response, chosen: str) -> None:
    """Remember a layout; an unknown one counts as the first."""
    put_cookie(response, LAYOUT_COOKIE, _of(chosen, LAYOUTS), max_age=KEPT_FOR)


def keep_text_size(response: Response, chosen: str) -> None:
    """Remember how large the text is; an unknown size counts as the first."""
    put_cookie(response, TEXT_COOKIE, _of(chosen, SIZES), max_age=KEPT_FOR)


def keep_colours(response: Response, chosen: str) -> None:
    """Remember light or dark; an unknown word counts as the first."""
    put_cookie(response, COLOURS_COOKIE, _of(chosen, COLOURS), max_age=KEPT_FOR)


def keep_language(response: Response, chosen: Language) -> None:
    """Remember the language of this phone's pages."""
    put_cookie(response, LANGUAGE_COOKIE, chosen.tag, max_age=KEPT_FOR)


def keep_chart(response: Response, chosen: str) -> None:
    """Remember whether the chart is shown."""
    put_cookie(response, CHART_COOKIE, _of(chosen, CHART), max_age=KEPT_FOR)


def keep_what_is_kept(response: Response) -> None:
    """Give the count of waiting answers a longer life: browsers soon forget a cookie that a script wrote."""
    count = request.cookies.get(KEPT_COOKIE, "")
    if count.isascii() and count.isdigit() and len(count) <= KEPT_MAX_DIGITS:
        response.set_cookie(KEPT_COOKIE, count, max_age=KEPT_FOR, secure=True, samesite="Lax")


def _of(word: str | None, words: tuple[str, ...]) -> str:
    return word if word in words else words[0]
