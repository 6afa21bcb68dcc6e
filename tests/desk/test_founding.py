"""The first run in the browser: one form founds the clinic, once, for whoever reads the terminal."""

import socket
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from aiosmtpd.controller import Controller
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from config.settings import Settings
from diary.app import create_app
from diary.storage.chairs import chairs_in_use
from diary.storage.courses import regimens
from diary.storage.engine import make_engine
from diary.storage.protocols import foresight_at, protocol_at
from diary.storage.staff import staff_of_clinic
from diary.storage.tables.clinic import Clinic, Installation
from diary.storage.unit import SYSTEM, Scope, enter, unit
from tests.desk.house import SECRET, words_of

CODE = SECRET[::-1]
NOW = datetime(2026, 8, 3, 9, tzinfo=UTC)
FILLED = {
    "setup_code": CODE,
    "admin_name": "Ada Willow",
    "email": "Ada@clinic.example",
    "password": "four plain words would do",
    "password_again": "four plain words would do",
    "kind": "live",
    "name": "Hand clinic",
    "zone": "Europe/Amsterdam",
    "locale": "nl",
    "phone": "020 555 0000",
    "opening_hours": "weekdays 9 to 17",
    "emergency_text": "Call 112.",
    "beds": "2",
    "chairs": "1",
    "weekdays": ["mon", "tue"],
    "lead_days": "35",
    "forecast": "shadow",
}
REGIMEN = {
    "regimen.name": "Five days",
    "regimen.agent": "racemic",
    "regimen.setting": "inpatient",
    "regimen.infusion_days": "5",
    "regimen.hours_a_day": "4",
    "regimen.dose_as_written": "100 mg",
    "regimen.series_gap_max_days": "0",
}


class Post(Controller):
    """A mail server that takes letters, or refuses them."""

    def __init__(self) -> None:
        self.refuses = False
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        super().__init__(self, "127.0.0.1", port)

    async def handle_DATA(self, *_: object) -> str:  # noqa: N802 - aiosmtpd's name
        return "554 no thanks" if self.refuses else "250 taken"


@pytest.fixture
def post() -> Iterator[Post]:
    post = Post()
    post.start()
    yield post
    post.stop()


Browse = Callable[..., FlaskClient]


@pytest.fixture
def browser() -> Iterator[Browse]:
    """Opens the app on a database, with the terminal's code and whatever else is set."""
    apps: list[Flask] = []

    def browse(url: str, **settings: str) -> FlaskClient:
        environ = {"DIARY_SECRET_KEY": SECRET, "DIARY_SETUP_CODE": CODE, "DIARY_DATABASE_URL": url}
        apps.append(create_app(Settings.from_env({**environ, **settings}), lambda: NOW))
        return apps[-1].test_client()

    yield browse
    for app in apps:
        app.extensions["diary.engine"].dispose()


def send(client: FlaskClient, **changes: object) -> TestResponse:
    return client.post("/setup", data={**FILLED, **changes})


def test_one_form_founds_the_clinic_its_admin_its_beds_and_its_regimen(browser, database_url):
    client = browser(database_url)
    assert client.get("/setup").status_code == 200

    sent = send(client, **REGIMEN)
    assert (sent.status_code, sent.location) == (303, "/desk/sign-in?done=founded")

    engine = make_engine(database_url)
    with unit(engine, SYSTEM, write=False) as session:
        clinic = session.scalars(select(Clinic)).one()
        assert session.scalars(select(Installation)).one().kind == "live"
        enter(session, Scope(clinic.id, "operator"))
        assert (clinic.name, clinic.locale, clinic.phone) == ("Hand clinic", "nl", "020 555 0000")
        assert [(chair.name, chair.weekdays) for chair in chairs_in_use(session)] == [
            ("Bed 1", ["mon", "tue"]),
            ("Bed 2", ["mon", "tue"]),
            ("Chair 1", ["mon", "tue"]),
        ]
        assert [regimen.name for regimen in regimens(session)] == ["Five days"]
        (admin,) = staff_of_clinic(session)
        assert (admin.role, admin.email) == ("admin", "ada@clinic.example")
        assert protocol_at(session, NOW)[1].lead_days == 35
        assert protocol_at(session, NOW)[1].minimum_interval_days is None
        assert not foresight_at(session, NOW).shown
    engine.dispose()
    signed_in = client.post("/desk/sign-in", data={"email": FILLED["email"], "password": FILLED["password"]})
    assert signed_in.status_code == 303


def test_once_founded_the_page_is_no_more(browser, sqlite_url):
    client = browser(sqlite_url)
    assert send(client).status_code == 303
    assert client.get("/setup").location == "/desk/sign-in"
    for path in ("/setup", "/setup/mail"):
        again = client.post(path, data={**FILLED, "name": "Another clinic"})
        assert again.status_code == 409
        assert "set up already" in again.get_data(as_text=True)


@pytest.mark.parametrize("code", ["", "a guess", CODE[:-1], f"{CODE}x"])
def test_a_stranger_without_the_code_founds_nothing_and_sends_nothing(browser, sqlite_url, code):
    client = browser(sqlite_url, DIARY_SMTP_URL="smtp://127.0.0.1:1")
    refused = send(client, setup_code=code)
    assert refused.status_code in (403, 422)
    assert "Hand clinic" in refused.get_data(as_text=True), "what was typed stays"
    mail = client.post("/setup/mail", data={**FILLED, "setup_code": code})
    assert mail.status_code in (403, 422)
    assert client.get("/setup").status_code == 200


def test_a_service_that_was_given_no_code_lets_nobody_in(browser, sqlite_url):
    assert send(browser(sqlite_url, DIARY_SETUP_CODE="")).status_code == 403


def test_guesses_are_counted(browser, sqlite_url):
    client = browser(sqlite_url)
    for _ in range(30):
        assert send(client, setup_code="a guess").status_code == 403
    assert send(client).status_code == 429


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"forecast": ""}, "This is needed"),
        ({"password_again": "four plain words would not"}, "Type the same password twice"),
        ({"password": "short", "password_again": "short"}, "at least 15"),
        ({"zone": "Europe/Atlantis"}, "name of a time zone"),
        ({"regimen.name": "Five days"}, "This is needed"),
        ({"lead_days": "3"}, "from 7 to 84"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_half_done(browser, sqlite_url, changes, said):
    client = browser(sqlite_url)
    refused = send(client, **changes)
    assert refused.status_code == 422
    page = refused.get_data(as_text=True)
    assert said in page
    assert FILLED["password"] not in page
    assert send(client).status_code == 303


def test_the_mail_server_s_own_answer_is_shown_before_anything_is_kept(browser, sqlite_url, post):
    url = f"smtp://127.0.0.1:{post.port}"
    client = browser(sqlite_url, DIARY_SMTP_URL=url)
    taken = words_of(client.post("/setup/mail", data=FILLED).get_data(as_text=True))
    assert "The mail server took a message to Ada@clinic.example" in taken
    post.refuses = True
    refused = words_of(client.post("/setup/mail", data=FILLED).get_data(as_text=True))
    assert "did not take it: 554 no thanks" in refused
    without = words_of(browser(sqlite_url).post("/setup/mail", data=FILLED).get_data(as_text=True))
    assert "Set DIARY_SMTP_URL" in without
    assert client.get("/setup").status_code == 200


def test_what_was_typed_is_there_again_after_a_break_but_for_the_code_and_the_password(browser, sqlite_url):
    client = browser(sqlite_url)

    def keep(**changes: str) -> TestResponse:
        return client.post("/setup/keep", data={**FILLED, "emergency_text": "Call 112.", **changes})

    assert keep(setup_code="wrong").status_code == 403
    assert keep(emergency_text="".join(chr(0x4E00 + n) for n in range(3_000))).status_code == 422, "too long"
    kept = keep()
    assert (kept.status_code, kept.location) == (303, "/setup?done=kept")
    cookie = kept.headers["Set-Cookie"]
    assert all(word in cookie for word in ("__Host-setup=", "Secure", "HttpOnly", "SameSite=Strict"))

    page = client.get("/setup", base_url="https://localhost").get_data(as_text=True)
    for typed in ('value="Hand clinic"', 'value="ada@clinic.example"', ">Call 112.<", 'value="tue" checked'):
        assert typed.lower() in page.lower(), typed
    assert 'value="wed" checked' not in page, "what was not ticked stays so"
    assert CODE not in page
    assert "four plain words" not in page

    founded = client.post("/setup", data=FILLED, base_url="https://localhost")
    assert "__Host-setup=;" in founded.headers["Set-Cookie"]
