"""What opens without a signal: the page that a phone keeps, its scripts, its worker and its manifest."""

import json
from typing import Any, Final

from flask import Response, make_response, request, send_from_directory, url_for
from flask.typing import ResponseReturnValue

from config.scales import NRS
from diary.phone import texts
from diary.phone.door import (
    SCRIPTS,
    SCRIPTS_VERSION,
    YEAR_S,
    file_address,
    keep_signed_in,
    own_csrf,
    phone_work,
    script_address,
    show,
)
from diary.phone.offering import offered_days
from diary.phone.preferences import keep_what_is_kept, layout
from diary.services.own_diary import OwnDiary, own_diary
from diary.web.asking import DEVICE_COOKIE
from diary.web.work import Work, roof

# What the kept page loads. The worker and its stand-in are fetched by the browser itself.
LOADED: Final = tuple(
    path.name for path in sorted(SCRIPTS.iterdir()) if path.name not in ("join.js", "worker.js", "retired.js")
)

# The sentences that scripts put together; all others stand in the page.
SAID_BY_SCRIPTS: Final = ("app.", "conflict.", "day.", "offer.link", "problem.", "question.", "saved.")


def offline() -> ResponseReturnValue:
    """The question as a phone keeps it, without a day: the phone puts in the day that it is there."""
    with phone_work(write=False) as unit:
        diary = own_diary(unit.session, unit.patient, now=unit.now)
        told = _told(unit, diary)
    numbers = range(NRS.low, NRS.high + 1)
    page = show("offline.html", unit, diary=diary, told=json.dumps(told), layout=layout(), numbers=numbers)
    response = make_response(page)
    if DEVICE_COOKIE in request.cookies:
        keep_signed_in(response, request.cookies[DEVICE_COOKIE])
    keep_what_is_kept(response)
    return response


def script(version: str, name: str) -> ResponseReturnValue:
    """One script. An address names the version of all, so that a page never mixes two."""
    response = send_from_directory(SCRIPTS, name)
    lasting = version == SCRIPTS_VERSION
    response.headers["Cache-Control"] = f"public, max-age={YEAR_S}, immutable" if lasting else "no-store"
    return response


def worker() -> ResponseReturnValue:
    """The worker, or the one that retires it: docs/runbook/phone-worker.md."""
    name = "worker.js" if roof().settings.phone_offline else "retired.js"
    response = send_from_directory(SCRIPTS, name)
    response.headers["Cache-Control"] = "no-cache"
    return response


def manifest() -> ResponseReturnValue:
    """What a home screen asks of an app."""
    facts = {
        "id": "/app/",
        "name": texts.say("app"),
        "short_name": texts.say("app"),
        "start_url": "/app/",
        "scope": "/app/",
        "display": "standalone",
        "background_color": "#f7f5f0",
        "theme_color": "#0b4a63",
        "icons": [
            {"src": file_address("icon.svg"), "sizes": "any", "type": "image/svg+xml"},
            {"src": file_address("icon-192.png"), "sizes": "192x192", "type": "image/png"},
            {"src": file_address("icon-512.png"), "sizes": "512x512", "type": "image/png"},
        ],
    }
    return Response(json.dumps(facts), content_type="application/manifest+json")


def _told(unit: Work, diary: OwnDiary) -> dict[str, Any]:
    """The facts that the scripts work with."""
    return {
        "patient": unit.patient.uid,
        "csrf": own_csrf(),
        "files": [
            file_address("phone.css"),
            file_address("icon.svg"),
            url_for("phone.manifest"),
            *(script_address(name) for name in LOADED),
        ],
        "locale": diary.question.locale,
        "layout": layout(),
        "zone": diary.zone.key,
        "question": diary.question.about_today,
        "question_for_day": diary.question.about_day,
        "backdate_days": len(diary.open_days) - 1,
        "first_day": diary.first_day.isoformat(),
        "follow_state": diary.follow_state,
        "offer": offered_days(unit),
        "weekdays": [*texts.WEEKDAYS[-1:], *texts.WEEKDAYS[:-1]],
        "months": texts.MONTHS,
        "words": {key: text for key, text in texts.ENGLISH.items() if key.startswith(SAID_BY_SCRIPTS)},
    }
