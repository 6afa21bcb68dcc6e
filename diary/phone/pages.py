"""The addresses of the phone, each with the page behind it."""

from collections.abc import Callable, Mapping
from typing import Final

from flask import Flask
from flask.typing import ResponseReturnValue

from diary.phone import (
    answering,
    joining,
    looking_back,
    offering,
    offline,
    other_phone,
    own_data,
    questions,
    reaching,
    reminding,
    setting,
    sharing,
    taking_part,
    telling,
)
from diary.phone.door import DOOR, phone
from diary.web.doors import add_door

Views = Mapping[str, Callable[..., ResponseReturnValue]]

SHOWN: Final[Views] = {
    "/join": joining.join,
    "/ready": joining.ready,
    "/practice": joining.practice,
    "/": answering.today,
    "/days/<day>": answering.one_day,
    "/days/<day>/change": answering.change,
    "/days": looking_back.days,
    "/help": reaching.help_page,
    "/call": reaching.call,
    "/more": telling.more,
    "/questions": questions.ask_more,
    "/offer": offering.offer,
    "/settings": setting.settings,
    "/reminders": reminding.remind,
    "/calendar/<token>": reminding.calendar,
    "/place": setting.place,
    "/share": sharing.share,
    "/shared": sharing.shared,
    "/download": own_data.download,
    "/download/diary.csv": own_data.download_table,
    "/download/diary.json": own_data.download_record,
    "/readers": own_data.readers,
    "/pause": taking_part.pause,
    "/stop": taking_part.stop,
    "/another": other_phone.another,
    "/phones": other_phone.phones,
    "/leave": setting.leave,
    "/left": setting.left,
    "/offline": offline.offline,
    "/worker.js": offline.worker,
    "/manifest.webmanifest": offline.manifest,
    "/code/<version>/<name>": offline.script,
}

SENT: Final[Views] = {
    "/join": joining.consent,
    "/join/agree": joining.agree,
    "/practice": joining.practise,
    "/days/<day>": answering.save,
    "/chart": looking_back.show_chart,
    "/call": reaching.ask,
    "/more": telling.tell,
    "/questions": questions.answer_question,
    "/offer": offering.answer_offer,
    "/settings": setting.keep_settings,
    "/reminders": reminding.keep_reminder,
    "/push": reminding.keep_push,
    "/push/end": reminding.end_push,
    "/calendar": reminding.make_calendar,
    "/reminders/calendar/end": reminding.end_calendar,
    "/shown/<uid:uid>": reminding.note_shown,
    "/place": setting.keep_place,
    "/share": sharing.make_share,
    "/share/end": sharing.end_share,
    "/shared": sharing.open_shared,
    "/pause": taking_part.keep_pause,
    "/stop": taking_part.stop_now,
    "/another": other_phone.make_code,
    "/phones": other_phone.lock_phone,
    "/leave": setting.sign_out,
}

for method, views in (("GET", SHOWN), ("POST", SENT)):
    for rule, view in views.items():
        phone.add_url_rule(rule, view_func=view, methods=[method])


def open_phone(app: Flask) -> None:
    """Put the phone's pages and its door on the app."""
    app.register_blueprint(phone)
    add_door(app, DOOR)
