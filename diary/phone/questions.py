"""The questions beside the score, each in two taps: numbers, choices, and what is ticked or left."""

from collections.abc import Mapping
from typing import Final

from flask import Response, request
from flask.typing import ResponseReturnValue

from config.scales import ITEMS, TICK
from diary.phone.door import diary_of, phone_work, show, show_packed
from diary.phone.forms import chosen_number, chosen_word, hidden_id, ticked
from diary.phone.preferences import layout
from diary.services.items import StoredItems, record_items
from diary.services.own_diary import OwnDiary
from diary.services.own_questions import Asked, questions
from diary.storage.ids import new_uid
from diary.web.work import Work

# Of doses no phone offers more than five: that one says "or more".
DOSES_MAX: Final = 5
# Numbers to tap, and answers with words of their own, in the order in which they are asked.
GRIDS: Final = ("worst_pain", "sleep", "activity")
CHOICES: Final = {
    "extra_medicine": range(DOSES_MAX + 1),
    "pgic": range(ITEMS["pgic"].scale.low, ITEMS["pgic"].scale.high + 1),
}
VALUES: Final = CHOICES | {code: range(ITEMS[code].scale.low, ITEMS[code].scale.high + 1) for code in GRIDS}
TICKS: Final = tuple(code for code, item in ITEMS.items() if item.scale == TICK and item.asked != "never")
# What is ticked is asked on one screen, under this name.
TOGETHER: Final = "ticks"
SCREENS: Final = ("worst_pain", "sleep", "extra_medicine", TOGETHER, "activity", "pgic")


def ask_more() -> ResponseReturnValue:
    """The first question that is asked today; once all are answered, thanks."""
    with phone_work(write=False) as unit:
        diary = diary_of(unit)
        known = _questions(unit, diary)
    return _page(unit, diary, known)


def answer_question() -> ResponseReturnValue:
    """Keep one answer, and ask what is left. What may be serious says at once whom to call."""
    screen = chosen_word("item", SCREENS)
    answers = _answers(screen)
    with phone_work(write=bool(answers)) as unit:
        diary = diary_of(unit)
        if not answers:
            return _page(unit, diary, _questions(unit, diary), view=screen, error=screen), 422
        stored = _keep(unit, diary, answers)
        known = _questions(unit, diary)
    return _page(unit, diary, known, view="serious" if stored.red_flags else None)


def asked_today(unit: Work, diary: OwnDiary) -> list[str]:
    """The codes of what is asked today."""
    return _due(_questions(unit, diary), diary)


def _questions(unit: Work, diary: OwnDiary) -> Mapping[str, Asked]:
    return questions(unit.session, unit.patient, today=diary.today, now=unit.now)


def _due(known: Mapping[str, Asked], diary: OwnDiary) -> list[str]:
    return [code for code, asked in known.items() if asked.from_day <= diary.today]


def _answers(screen: str) -> dict[str, int]:
    """What was chosen, by code. Of ticks, one that was shown and left is a no; none else is an answer."""
    if screen != TOGETHER:
        value = chosen_number("value", VALUES[screen])
        return {} if value is None else {screen: value}
    yes = ticked("tick", TICKS)
    return {code: TICK.high if code in yes else TICK.low for code in ticked("asked", TICKS)}


def _keep(unit: Work, diary: OwnDiary, answers: dict[str, int]) -> StoredItems:
    return record_items(
        unit.session,
        unit.patient,
        client_id=hidden_id("id") or new_uid(unit.now),
        day=diary.today,
        items=answers,
        answered_at=unit.now,
        sent_at=unit.now,
        now=unit.now,
    )


def _page(
    unit: Work,
    diary: OwnDiary,
    known: Mapping[str, Asked],
    *,
    view: str | None = None,
    error: str | None = None,
) -> Response | str:
    """The page with all that is asked some day: a phone that keeps it asks each when its day has come."""
    asked = _due(known, diary)
    waiting = [screen for screen in SCREENS if _is_asked(screen, asked)]
    # What is read again packs nothing that a request said.
    shown = show_packed if request.method == "GET" else show
    return shown(
        "questions.html",
        unit,
        diary=diary,
        values=VALUES,
        choices=CHOICES,
        ticks=[(code, ITEMS[code].red_flag) for code in asked if code in TICKS],
        screens=[screen for screen in SCREENS if _is_asked(screen, [*known]) or screen == view],
        view=view or (waiting[0] if waiting else "plain"),
        client_ids={screen: new_uid(unit.now) for screen in SCREENS},
        layout=layout(),
        error=error,
    )


def _is_asked(screen: str, asked: list[str]) -> bool:
    return any(code in TICKS for code in asked) if screen == TOGETHER else screen in asked
