"""A note in a real Chromium: shown by the service worker in words that say nothing, and reported as shown.

Subscribing needs the push service of the browser's maker, which loopback does not have: the browser's own
tools hand the worker the note instead, as that service would, after decryption.
"""

import json
import time
from typing import TYPE_CHECKING

from config.notes import note_for
from diary.services import outbox
from diary.storage.tables.outbox import Message
from diary.storage.unit import own
from tests.phone.phone_clinic import TODAY, PhoneClinic, at
from tests.phone.phones import smart_phone

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ASKED = "navigator.serviceWorker.ready.then((ready) => ready.getNotifications())"


def test_the_worker_shows_a_note_and_says_that_it_did(whole_chromium: "Browser", sqlite_clinic: PhoneClinic):
    with sqlite_clinic.served() as base, smart_phone(whole_chromium, sqlite_clinic, base=base) as phone:
        patient_id = sqlite_clinic.admit()
        phone.settle_in(patient_id)
        with sqlite_clinic.unit(write=True) as session:
            outbox.enqueue(session, outbox.Letter("reminder", "r", patient_id=patient_id), now=at(TODAY))
            uid = session.scalars(own(session, Message)).one().uid
        words, language = note_for("reminder", "en")
        note = {"title": words.title, "body": words.body, "lang": language, "dir": "ltr"}
        note |= {"url": "/app/", "tag": "reminder", "id": uid}
        phone.page.context.grant_permissions(["notifications"], origin=base)
        phone.page.evaluate("navigator.serviceWorker.ready.then(() => 1)")
        tools = phone.page.context.new_cdp_session(phone.page)
        registered: list[str] = []
        tools.on(
            "ServiceWorker.workerRegistrationUpdated",
            lambda told: registered.extend(one["registrationId"] for one in told["registrations"]),
        )
        tools.send("ServiceWorker.enable")
        assert phone.page.evaluate(f"{ASKED}.then((all) => all.length)") == 0
        asked = {"origin": base, "registrationId": registered[0], "data": json.dumps(note)}
        tools.send("ServiceWorker.deliverPushMessage", asked)
        phone.until(f"(await {ASKED})[0]?.title === {json.dumps(words.title)}")
        ends_s = time.monotonic() + 20
        while not is_shown(sqlite_clinic) and time.monotonic() < ends_s:
            phone.page.evaluate(ASKED)
        assert is_shown(sqlite_clinic)


def is_shown(clinic: PhoneClinic) -> bool:
    (message,) = clinic.rows(Message)
    return message.shown_at is not None
