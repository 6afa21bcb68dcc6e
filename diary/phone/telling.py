"""Telling more than the score: what was felt besides, and whom to call at once when it may be serious."""

from typing import Final

from flask.typing import ResponseReturnValue

from config.scales import ITEMS, TICK
from diary.phone.door import diary_of, phone_work, show, show_packed
from diary.phone.forms import hidden_id, ticked
from diary.services.items import record_items
from diary.storage.ids import new_uid
from diary.storage.protocols import protocol_at

# What is ticked or left, in the order shown: what may be serious first, where no screen ends before it.
TICKS: Final = tuple(
    sorted(
        (code for code, item in ITEMS.items() if item.scale == TICK),
        key=lambda code: not ITEMS[code].red_flag,
    )
)


def more() -> ResponseReturnValue:
    """Ask whether there is anything else today; nothing is ticked, and it can be skipped."""
    with phone_work(write=False) as unit:
        diary = diary_of(unit)
        chosen = protocol_at(unit.session, unit.now)[1].asked_items
    return show_packed(
        "more.html",
        unit,
        diary=diary,
        ticks=[(code, ITEMS[code].red_flag) for code in TICKS if _stands(code, chosen)],
        client_id=new_uid(unit.now),
        told=None,
    )


def tell() -> ResponseReturnValue:
    """Keep what was ticked. The page says at once whom to call; its address says nothing of it."""
    told_items = dict.fromkeys(ticked("item", TICKS), TICK.high)
    with phone_work(write=True) as unit:
        diary = diary_of(unit)
        serious = False
        if told_items:
            stored = record_items(
                unit.session,
                unit.patient,
                client_id=hidden_id("id") or new_uid(unit.now),
                day=diary.today,
                items=told_items,
                answered_at=unit.now,
                sent_at=unit.now,
                now=unit.now,
            )
            serious = bool(stored.red_flags)
    return show(
        "more.html", unit, diary=diary, ticks=(), client_id="", told="serious" if serious else "plain"
    )


def _stands(code: str, chosen: tuple[str, ...]) -> bool:
    """What may be serious can always be told, and "something else"; the rest where the clinic asks it."""
    return ITEMS[code].red_flag or ITEMS[code].asked == "never" or code in chosen
