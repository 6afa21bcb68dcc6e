"""Reads what the phone's forms send: each value is one of those the page offered, or it is none."""

from collections.abc import Collection
from datetime import date
from typing import Final

import marshmallow as ma
from flask import request

from config.scales import NRS
from config.words import SHARE_CODE_LENGTH
from diary.domain.errors import Refusal
from diary.web.body import Invalid
from schemas.fields import Code, Day, Fault, Uuid, Zone

NUMBERS: Final = range(NRS.low, NRS.high + 1)
# What is kept is said in the language of the desk, whichever the phone speaks.
CHANGE_REASONS: Final = {
    "slip": "Tapped the wrong number",
    "memory": "Remembered it better",
    "other": "Another reason",
}

_DAY: Final = Day(description="A diary day in an address.")
_CODE: Final = Code(description="An enrolment code as it was typed.")
_UUID: Final = Uuid(description="An id that the page carried.")
_ZONE: Final = Zone(description="A time zone, from the list of places.")


class _ShareCode(Code):
    """The code of a shared link, forgiven as much."""

    length = SHARE_CODE_LENGTH


_SHARE_CODE: Final = _ShareCode(description="The code of a shared link as it was typed.")


class FormFault(Exception):
    """Something to mend in a form: `key` names the sentence that says what, as in texts "error.<key>"."""

    def __init__(self, key: str, *, status: int = 422) -> None:
        super().__init__(key)
        self.key = key
        self.status = status


def day_in_address(text: str) -> date:
    """The day that an address names.

    Raises:
        Refusal: not_found, for anything but a day.
    """
    try:
        return _DAY.read(text)
    except ma.ValidationError:
        raise Refusal("not_found", "There is no such day.") from None


def chosen_nrs() -> int | None:
    """The number that was chosen; None when none was."""
    return chosen_number("nrs", NUMBERS)


def chosen_number(name: str, offered: Collection[int]) -> int | None:
    """The radio that was chosen, of those that the page offered; None when none was."""
    return {str(number): number for number in offered}.get(request.form.get(name, ""))


def typed_code() -> str:
    """The enrolment code that was typed, tidied.

    Raises:
        FormFault: it cannot be one.
    """
    try:
        return _CODE.read(request.form.get("code", ""))
    except ma.ValidationError:
        raise FormFault("code") from None


def typed_share_code() -> str:
    """The code of a shared link, tidied.

    Raises:
        FormFault: it cannot be one.
    """
    try:
        return _SHARE_CODE.read(request.form.get("code", ""))
    except ma.ValidationError:
        raise FormFault("share_code") from None


def chosen_zone() -> str:
    """The zone of the place that was chosen; places are shown with spaces, zones have none.

    Raises:
        FormFault: there is no such zone.
    """
    try:
        return _ZONE.read(request.form.get("place", "").replace(" ", "_"))
    except ma.ValidationError:
        raise FormFault("zone") from None


def hidden_id(name: str) -> str | None:
    """An id that the page carried; None where it carried none.

    Raises:
        Invalid: the field holds something else, which no page of ours sends.
    """
    text = request.form.get(name, "")
    try:
        return _UUID.read(text) if text else None
    except ma.ValidationError as error:
        raise Invalid({name: error.messages}, location="form") from None


def chosen_word(name: str, offered: Collection[str]) -> str:
    """The word of the button or option that was pressed.

    Raises:
        Invalid: the page offered no such word.
    """
    [word] = _offered_words(name, [request.form.get(name, "")], offered)
    return word


def chosen_reason() -> str | None:
    """Why an answer is changed, in the words that are kept of it; None when that was skipped.

    Raises:
        Invalid: the page offered no such reason.
    """
    return chosen_word("reason", ("", *CHANGE_REASONS.values())) or None


def ticked(name: str, offered: Collection[str]) -> list[str]:
    """Which boxes were ticked; none is an answer, too.

    Raises:
        Invalid: the page had no such box.
    """
    return _offered_words(name, request.form.getlist(name), offered)


def _offered_words(name: str, words: list[str], offered: Collection[str]) -> list[str]:
    if any(word not in offered for word in words):
        raise Invalid({name: [Fault(f"Choose among: {', '.join(offered)}.")]}, location="form")
    return words
