"""The questions of the week: how far pain gets in the way, and how it is since before the treatment."""

from typing import Final

from flask.typing import ResponseReturnValue

from config.scales import ITEMS
from diary.phone.door import diary_of, phone_work, show
from diary.phone.forms import chosen_number, chosen_word, hidden_id
from diary.phone.preferences import layout
from diary.services.items import record_items
from diary.services.own_diary import OwnDiary
from diary.services.own_week import WEEKLY, asked_from
from diary.storage.ids import new_uid
from diary.web.work import Work

NUMBERS: Final = {code: range(ITEMS[code].scale.low, ITEMS[code].scale.high + 1) for code in WEEKLY}


def week() -> ResponseReturnValue:
    """The first question that is asked this week; once all are answered, thanks."""
    with phone_work(write=False) as unit:
        diary = diary_of(unit)
        asked = questions_of_week(unit, diary)
    return _page(unit, diary, asked)


def tell_week() -> ResponseReturnValue:
    """Keep one answer, and ask what is left."""
    code = chosen_word("item", WEEKLY)
    value = chosen_number("value", NUMBERS[code])
    with phone_work(write=value is not None) as unit:
        diary = diary_of(unit)
        if value is not None:
            record_items(
                unit.session,
                unit.patient,
                client_id=hidden_id("id") or new_uid(unit.now),
                day=diary.today,
                items={code: value},
                answered_at=unit.now,
                sent_at=unit.now,
                now=unit.now,
            )
        asked = questions_of_week(unit, diary)
    if value is None:
        return _page(unit, diary, [code], error=code), 422
    return _page(unit, diary, asked)


def questions_of_week(unit: Work, diary: OwnDiary) -> list[str]:
    """The codes of what is asked today."""
    asked = asked_from(unit.session, unit.patient, today=diary.today)
    return [code for code in WEEKLY if code in asked and asked[code] <= diary.today]


def _page(unit: Work, diary: OwnDiary, asked: list[str], *, error: str | None = None) -> str:
    return show(
        "week.html",
        unit,
        diary=diary,
        numbers=NUMBERS,
        view=asked[0] if asked else "plain",
        client_ids={code: new_uid(unit.now) for code in WEEKLY},
        layout=layout(),
        error=error,
    )
