"""Passkeys, in a real browser with an authenticator of its own: made, used, named, removed, and forged."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

import pytest
from playwright.sync_api import Browser, CDPSession, Page, expect
from sqlalchemy import text

from diary.services.passkeys import PASSKEYS_MAX
from diary.storage.engine import make_engine
from diary.storage.tables.signing import Passkey
from diary.storage.tables.staff import StaffSession
from diary.storage.unit import own
from tests.desk.house import PASSWORD, Desk, desk_on, email_of, free_port, serving


@dataclass
class Held:
    """A browser at the desk with an authenticator that has a finger on it."""

    page: Page
    base: str
    cdp: CDPSession
    authenticator: str
    console: list[str]

    def credentials(self) -> list[dict[str, Any]]:
        """What the authenticator keeps."""
        return list(
            self.cdp.send("WebAuthn.getCredentials", {"authenticatorId": self.authenticator})["credentials"]
        )

    def password(self) -> None:
        """Sign in by password."""
        self.page.goto(f"{self.base}/desk/sign-in")
        self.page.get_by_label("E-mail address").fill(email_of("nurse"))
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.get_by_role("button", name="Sign in", exact=True).click()

    def add(self, name: str) -> None:
        """Make a passkey under My account."""
        self.page.goto(f"{self.base}/desk/account")
        self.page.get_by_label("Name of a new one").fill(name)
        self.page.get_by_role("button", name="Add a passkey").click()

    def passkey(self) -> None:
        """Sign in by passkey."""
        self.page.goto(f"{self.base}/desk/sign-in")
        self.page.get_by_role("button", name="Sign in with a passkey").click()


@pytest.fixture
def here(sqlite_url: str) -> Iterator[tuple[Desk, int]]:
    """A desk that knows its own address, and its port."""
    engine, port = make_engine(sqlite_url), free_port()
    yield desk_on(engine, DIARY_PUBLIC_URL=f"http://localhost:{port}"), port
    engine.dispose()


@contextmanager
def held(browser: Browser, desk: Desk, port: int) -> Iterator[Held]:
    """A nurse's browser; the authenticator is Chromium's own virtual one."""
    desk.admit_person("nurse")
    context = browser.new_context()
    try:
        page = context.new_page()
        console: list[str] = []
        page.on("console", lambda message: console.append(message.text))
        cdp = context.new_cdp_session(page)
        cdp.send("WebAuthn.enable")
        options = {
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": True,
            "automaticPresenceSimulation": True,
        }
        made = cdp.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        with serving(desk.app, port=port) as base:
            yield Held(page, base, cdp, made["authenticatorId"], console)
    finally:
        context.close()


def kept(desk: Desk) -> list[Passkey]:
    with desk.reading() as session:
        return list(session.scalars(own(session, Passkey).order_by(Passkey.id)))


def ways(desk: Desk) -> list[str]:
    with desk.reading() as session:
        return [found.way for found in session.scalars(own(session, StaffSession).order_by(StaffSession.id))]


def test_a_passkey_is_made_signs_in_without_a_password_is_named_and_removed(here, chromium):
    desk, port = here
    with held(chromium, desk, port) as nurse:
        nurse.password()
        nurse.add("Ward tablet")
        expect(nurse.page.get_by_role("heading", level=1)).to_have_text("Your recovery codes")
        assert nurse.page.locator(".recovery li").count() == 10
        assert [one.name for one in kept(desk)] == ["Ward tablet"]
        assert nurse.credentials()[0]["rpId"] == "localhost"

        nurse.page.get_by_role("link", name="I have kept them").click()
        nurse.page.get_by_role("button", name="Sign out").last.click()
        nurse.passkey()
        expect(nurse.page.get_by_role("heading", level=1)).to_have_text("Nobody needs a decision now")
        assert ways(desk)[-1] == "passkey"
        assert kept(desk)[0].last_used_at is not None
        assert kept(desk)[0].sign_count > 0

        nurse.page.goto(f"{nurse.base}/desk/account")
        nurse.page.get_by_label("Name of passkey 1").fill("Own phone")
        nurse.page.get_by_role("button", name="Rename").click()
        expect(nurse.page.get_by_label("Name of passkey 1")).to_have_value("Own phone")

        nurse.add("A second")
        expect(nurse.page.get_by_text("This device has a passkey of yours already.")).to_be_visible()

        nurse.page.get_by_role("button", name="Remove").click()
        expect(nurse.page.get_by_role("status").first).to_contain_text("opens nothing any more")
        nurse.page.get_by_role("button", name="Sign out").last.click()
        nurse.passkey()
        expect(nurse.page.get_by_role("alert")).to_contain_text("This passkey was not accepted")
        assert [line for line in nurse.console if "Content Security" in line or "Refused" in line] == []
    assert len(desk.audited("staff.passkey")) == len(desk.audited("staff.passkey_remove")) == 1


def test_a_recorded_answer_a_copied_key_and_a_false_address_open_nothing(here, chromium):
    """The browser's own answer, kept by somebody in between and changed in one place each time."""
    desk, port = here
    with held(chromium, desk, port) as nurse:
        nurse.password()
        nurse.add("Ward tablet")
        expect(nurse.page.get_by_role("heading", level=1)).to_have_text("Your recovery codes")

        seen: list[dict[str, str]] = []
        nurse.page.on(
            "request",
            lambda request: (
                seen.append(form_of(request.post_data or ""))
                if request.url.endswith("/desk/passkey")
                else None
            ),
        )
        nurse.page.context.clear_cookies()
        nurse.passkey()
        expect(nurse.page.get_by_role("heading", level=1)).to_have_text("Nobody needs a decision now")
        (recorded,) = seen

        client = desk.app.test_client()
        again = client.post("/desk/passkey", data=recorded)
        assert again.location.startswith("/desk/sign-in"), "each question is answered once"

        credential = json.loads(recorded["credential"])
        for wrong in forged(credential):
            step = client.post("/desk/passkey/options").json["step"]
            sent = client.post("/desk/passkey", data={"step": step, "credential": json.dumps(wrong)})
            assert sent.status_code == 422, wrong
            assert "Set-Cookie" not in sent.headers
        assert len(ways(desk)) == 2

        # A copy of the key knows a smaller count than the key itself.
        with desk.engine.begin() as connection:
            connection.execute(text("UPDATE passkey SET sign_count = 1000"))
        nurse.page.context.clear_cookies()
        nurse.passkey()
        expect(nurse.page.get_by_role("alert")).to_contain_text("This passkey was not accepted")


def form_of(body: str) -> dict[str, str]:
    """A form as it left the browser."""
    return dict(parse_qsl(body))


def forged(credential: dict[str, Any]) -> list[Any]:
    """Answers to another question, and what is no answer."""
    response = credential["response"]
    deep = json.loads("[" * 15 + "]" * 15)
    return [
        credential,
        {**credential, "id": "AAAA", "rawId": "AAAA"},
        {**credential, "response": {**response, "authenticatorData": "AAAA"}},
        {**credential, "response": {**response, "signature": "AAAA"}},
        {**credential, "response": {**response, "clientDataJSON": "e30"}},
        {**credential, "response": deep},
        {**credential, "response": None},
        {**credential, "id": 5},
        {},
    ]


def test_a_device_that_checks_neither_finger_nor_pin_is_not_enough(here, chromium):
    desk, port = here
    with held(chromium, desk, port) as nurse:
        nurse.cdp.send(
            "WebAuthn.setUserVerified", {"authenticatorId": nurse.authenticator, "isUserVerified": False}
        )
        nurse.password()
        nurse.add("Found on the bus")
        expect(nurse.page.get_by_text("Nothing was done.")).to_be_visible(timeout=15_000)
    assert kept(desk) == []


def test_without_javascript_the_password_is_there_and_no_button_that_does_nothing(here, chromium):
    desk, port = here
    desk.admit_person("nurse")
    context = chromium.new_context(java_script_enabled=False)
    with serving(desk.app, port=port) as base:
        page = context.new_page()
        page.goto(f"{base}/desk/sign-in")
        assert not page.get_by_role("button", name="Sign in with a passkey").is_visible()
        assert page.get_by_label("Password").is_visible()
    context.close()


def test_a_step_of_somebody_else_makes_no_passkey(desk):
    nurse, physician = desk.sign_in(), desk.sign_in("physician")
    step = nurse.post("/desk/account/passkeys/options").json["step"]
    sent = physician.post("/desk/account/passkeys", step=step, credential="{}", name="Mine")
    assert sent.status_code == 422
    assert kept(desk) == []


def test_a_person_has_at_most_ten(desk):
    nurse = desk.sign_in()
    with desk.engine.begin() as connection:
        for number in range(PASSKEYS_MAX):
            connection.execute(
                text(
                    "INSERT INTO passkey (clinic_id, staff_id, uid, credential_id, public_key, sign_count, "
                    "name, synced, created_at) SELECT clinic_id, id, :n, :n, 'k', 0, :n, false, created_at "
                    "FROM staff"
                ),
                {"n": f"passkey-{number}"},
            )
    assert nurse.post("/desk/account/passkeys/options").status_code == 409


def test_a_passkey_of_a_colleague_is_not_mine_to_name_or_remove(desk):
    nurse, physician = desk.sign_in(), desk.sign_in("physician")
    with desk.engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO passkey (clinic_id, staff_id, uid, credential_id, public_key, sign_count, name, "
                "synced, created_at) SELECT clinic_id, id, '0193b5c2-7d1e-7a40-9c55-3f0e6a1b2c4d', 'c', 'k', "
                "0, 'Tablet', false, created_at FROM staff WHERE role = 'physician'"
            )
        )
    page = physician.get("/desk/account")
    (uid,) = re.findall(r"/passkeys/([0-9a-f-]{36})/remove", page)
    assert nurse.post(f"/desk/account/passkeys/{uid}/remove").status_code == 404
    assert nurse.post(f"/desk/account/passkeys/{uid}/name", name="Mine").status_code == 404
    # Whoever has a passkey and no app does not get past it by password.
    given = {"email": email_of("physician"), "password": PASSWORD}
    assert desk.app.test_client().post("/desk/sign-in", data=given).status_code == 200
