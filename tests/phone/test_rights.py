"""Every address of the phone says who may use it, and nobody else gets anything."""

import re

import pytest

from config.settings import Settings
from diary.phone.pages import SENT, SHOWN
from diary.phone.rights import PHONE
from diary.web.rights import ANYONE
from tests.apps import app_of
from tests.phone.phone_clinic import SECRET, TODAY, Phone, PhoneClinic

OWN = [key.split(" phone.") for key, roles in PHONE.items() if ANYONE not in roles]


def test_every_address_has_a_row_and_every_row_an_address():
    shown = {f"GET phone.{view.__name__}" for view in SHOWN.values()}
    sent = {f"POST phone.{view.__name__}" for view in SENT.values()}

    assert shown | sent | {"GET phone.static"} == set(PHONE)


@pytest.mark.parametrize(("method", "endpoint"), OWN)
def test_without_a_phones_own_cookie_nothing_is_shown_and_nothing_done(
    sqlite_clinic: PhoneClinic, method: str, endpoint: str
):
    with sqlite_clinic.app.test_request_context():
        adapter = sqlite_clinic.app.url_map.bind("diary.example.org", url_scheme="https")
        needs_day = endpoint in ("one_day", "change", "save")
        path = adapter.build(f"phone.{endpoint}", {"day": str(TODAY)} if needs_day else {}, method=method)
    phone = Phone(sqlite_clinic.client())

    answer = phone.get(path) if method == "GET" else phone.post(path, {"nrs": "5"})

    assert (answer.status_code, answer.location) == ((303, "/app/join") if method == "GET" else (401, None))


@pytest.mark.parametrize("path", ["/app/nowhere", "/app/days/2026-11-21/delete", "/app/settings/x"])
def test_an_address_that_does_not_exist_is_a_page_in_plain_words(sqlite_clinic: PhoneClinic, path: str):
    page = Phone(sqlite_clinic.client()).get(path)

    assert page.status_code == 404
    assert "There is no such page" in page.text


def test_a_phone_fetches_each_version_of_a_file_once(sqlite_clinic: PhoneClinic):
    page = sqlite_clinic.phone(sqlite_clinic.admit()).get("/app/").text
    addresses = re.findall(r'"(/app/(?:static|code)/[^"]+)"', page)

    assert len(addresses) == 5
    for address in addresses:
        assert re.search(r"\?v=\w{12}|/code/\w{12}/", address)
        file = Phone(sqlite_clinic.client()).get(address)
        assert (file.status_code, file.headers["Cache-Control"][:24]) == (200, "public, max-age=31536000")
        file.close()


def test_a_script_of_another_version_is_never_kept_under_that_name(sqlite_clinic: PhoneClinic):
    file = Phone(sqlite_clinic.client()).get("/app/code/000000000000/app.js")

    assert (file.status_code, file.headers["Cache-Control"]) == (200, "no-store")
    file.close()


def test_the_worker_is_retired_by_a_setting(sqlite_clinic: PhoneClinic):
    settings = Settings.from_env({"DIARY_SECRET_KEY": SECRET, "DIARY_PHONE_OFFLINE": "off"})
    retired = app_of(settings, sqlite_clinic.clock, engine=sqlite_clinic.engine)

    for app, does in ((sqlite_clinic.app, "respondWith"), (retired, "registration.unregister")):
        worker = app.test_client().get("/app/worker.js")
        assert does in worker.text
        assert worker.headers["Cache-Control"] == "no-cache"


def test_no_page_allows_a_script_a_style_or_a_request_from_elsewhere(sqlite_clinic: PhoneClinic):
    page = sqlite_clinic.phone(sqlite_clinic.admit()).get("/app/")
    policy = page.headers["Content-Security-Policy"]

    assert "default-src 'none'" in policy
    assert "unsafe-inline" not in policy
    scripts = re.findall("<script[^>]*>[^<]*</script>", page.text)
    assert scripts
    assert all(re.search(r' src="/app/code/[^"]+"[^>]*></script>', script) for script in scripts)
    assert "<style" not in page.text
    assert ' style="' not in page.text
