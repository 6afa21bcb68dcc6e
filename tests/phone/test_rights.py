"""Every address of the phone says who may use it, and nobody else gets anything."""

import re

import pytest

from diary.phone.pages import SENT, SHOWN
from diary.phone.rights import PHONE
from diary.web.rights import ANYONE
from tests.phone.phone_clinic import TODAY, Phone, PhoneClinic

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
    page = Phone(sqlite_clinic.client()).get("/app/join").text
    addresses = re.findall(r'href="(/app/static/[^"]+)"', page)

    assert len(addresses) == 2
    for address in addresses:
        assert "?v=" in address
        file = Phone(sqlite_clinic.client()).get(address)
        assert (file.status_code, file.headers["Cache-Control"]) == (200, "public, max-age=31536000")
        file.close()


def test_no_page_allows_a_script_a_style_or_a_request_from_elsewhere(sqlite_clinic: PhoneClinic):
    page = sqlite_clinic.phone(sqlite_clinic.admit()).get("/app/")
    policy = page.headers["Content-Security-Policy"]

    assert "default-src 'none'" in policy
    assert "unsafe-inline" not in policy
    assert "<script" not in page.text
    assert "<style" not in page.text
    assert ' style="' not in page.text
