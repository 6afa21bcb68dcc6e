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
    reaching,
    setting,
    telling,
    weekly,
)
from diary.phone.door import DOOR, phone
from diary.web.doors import add_door

Views = Mapping[str, Callable[..., ResponseReturnValue]]

SHOWN: Final[Views] = {
    "/join": joining.join,
    "/ready": joining.ready,
    "/": answering.today,
    "/days/<day>": answering.one_day,
    "/days/<day>/change": answering.change,
    "/days": looking_back.days,
    "/help": reaching.help_page,
    "/call": reaching.call,
    "/more": telling.more,
    "/week": weekly.week,
    "/offer": offering.offer,
    "/settings": setting.settings,
    "/place": setting.place,
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
    "/days/<day>": answering.save,
    "/chart": looking_back.show_chart,
    "/call": reaching.ask,
    "/more": telling.tell,
    "/week": weekly.tell_week,
    "/offer": offering.answer_offer,
    "/settings": setting.keep_settings,
    "/place": setting.keep_place,
    "/leave": setting.sign_out,
}

for method, views in (("GET", SHOWN), ("POST", SENT)):
    for rule, view in views.items():
        phone.add_url_rule(rule, view_func=view, methods=[method])


def open_phone(app: Flask) -> None:
    """Put the phone's pages and its door on the app."""
    app.register_blueprint(phone)
    add_door(app, DOOR)
