"""Looking back: the patient's days as a list and, unless it is hidden, as a chart."""

from collections.abc import Sequence
from datetime import date, timedelta

from flask import make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from diary.charts.own_days import Words, own_days_chart
from diary.phone.door import diary_of, phone_work, show
from diary.phone.forms import day_in_address
from diary.phone.preferences import chart_is_hidden, keep_chart
from diary.phone.speaking import spoken
from diary.services.own_diary import (
    CHART_DAYS,
    LIST_DAYS,
    Infusion,
    OwnDay,
    OwnDiary,
    infusions_of,
    own_days,
)
from diary.services.own_readers import clinic_last_looked


def days() -> ResponseReturnValue:
    """Four weeks of days, newest first; the chart stands on the first of these pages."""
    before = request.args.get("before")
    with phone_work(write=False) as unit:
        diary = diary_of(unit)
        last = diary.today if before is None else min(day_in_address(before) - timedelta(days=1), diary.today)
        first_page = last == diary.today
        span = CHART_DAYS if first_page else LIST_DAYS
        found = own_days(unit.session, unit.patient, diary, last=last, days=span)
        infusions = _in_the_chart(infusions_of(unit.session, unit.patient), diary) if first_page else []
        looked = clinic_last_looked(unit.session, unit.patient) if first_page else None
    listed = found[:LIST_DAYS]
    hidden = chart_is_hidden()
    oldest = listed[-1].day if listed else diary.first_day
    return show(
        "days.html",
        unit,
        diary=diary,
        days=listed,
        withheld=next((day.day for day in listed if day.withheld), None),
        chart=days_chart(diary, found, infusions) if first_page and not hidden else None,
        hidden=hidden,
        looked=looked,
        treated=infusions,
        first_page=first_page,
        older_than=oldest if oldest > diary.first_day else None,
    )


def show_chart() -> ResponseReturnValue:
    """Remember whether this phone shows the chart."""
    with phone_work(write=False):
        response = make_response(redirect(url_for("phone.days"), 303))
    keep_chart(response, request.form.get("chart", ""))
    return response


def days_chart(diary: OwnDiary, days: Sequence[OwnDay], infusions: Sequence[Infusion]) -> str:
    """The last weeks as SVG. A young diary starts at the left and leaves room for what comes."""
    first_day = max(diary.first_day, diary.today - timedelta(days=CHART_DAYS - 1))
    language = spoken()
    return own_days_chart(
        [(day.day, day.counted_nrs) for day in reversed(days) if _is_drawn(day, diary.today)],
        first_day=first_day,
        last_day=max(diary.today, first_day + timedelta(days=LIST_DAYS - 1)),
        treated=[(block.first_day, block.last_day) for block in infusions],
        words=Words(
            title=language.say("days.chart_title"),
            description=language.say("days.chart"),
            treated=language.say("days.treatment"),
            worse=language.say("days.worse"),
            better=language.say("days.better"),
            months=language.months_short,
        ),
    )


def _in_the_chart(infusions: Sequence[Infusion], diary: OwnDiary) -> list[Infusion]:
    """Those of the chart's weeks: they are told in words, too, where it is hidden or heard."""
    first_day = diary.today - timedelta(days=CHART_DAYS - 1)
    return [block for block in infusions if block.last_day >= first_day]


def _is_drawn(day: OwnDay, today: date) -> bool:
    """Not a withheld or paused day, nor today as long as it can still be answered: those are no gaps."""
    return not (day.withheld or day.reply == "paused" or (day.reply == "none" and day.day == today))
