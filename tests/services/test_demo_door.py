"""The demo's signed-in link opens sandboxes only."""

import pytest

from config.protocol import Protocol
from diary.domain.errors import Refusal
from diary.services import clinics, staff
from diary.services.demo_door import DEMO_EMAILS, enter_demo
from diary.storage.engine import make_engine
from diary.storage.unit import Scope, unit
from tests.little_clinic import FIRST_DAY, ZONE, at

KEY = "a key that the demo made"
NOW = at(FIRST_DAY)


def opened(url: str, *, kind: str):
    """A database of a kind, with a clinic and the demo's nurse."""
    engine = make_engine(url)
    with unit(engine, Scope(None, "operator"), write=True) as session:
        clock_at = NOW if kind == "sandbox" else None
        clinics.found_installation(session, kind=kind, clock_at=clock_at, now=NOW)
        clinics.found_clinic(
            session,
            name="Clinic",
            zone=ZONE.key,
            phone="020 000 00 00",
            opening_hours="Monday to Friday",
            emergency_text="In an emergency call 112.",
            forecast_mode="shadow",
            protocol=Protocol(),
            now=NOW,
        )
        password = "four plain words here"
        staff.add_staff(
            session, email=DEMO_EMAILS["nurse"], name="N", role="nurse", password=password, now=NOW
        )
    return engine


def enter(engine, *, key: str = KEY, expected_key: str | None = KEY):
    with unit(engine, Scope(None, "system"), write=True) as session:
        return enter_demo(session, who="nurse", key=key, expected_key=expected_key, now=NOW)


def test_a_sandbox_opens_with_its_key(database_url):
    engine = opened(database_url, kind="sandbox")
    assert enter(engine).staff.email == DEMO_EMAILS["nurse"]
    engine.dispose()


def test_a_live_database_never_opens(database_url):
    engine = opened(database_url, kind="live")
    with pytest.raises(Refusal, match="no such page"):
        enter(engine)
    engine.dispose()


@pytest.mark.parametrize(("key", "expected"), [("", None), ("", ""), ("guess", KEY), (KEY, None)])
def test_without_a_key_of_its_own_a_sandbox_does_not_open(sqlite_url, key, expected):
    engine = opened(sqlite_url, kind="sandbox")
    with pytest.raises(Refusal, match="no such page"):
        enter(engine, key=key, expected_key=expected)
    engine.dispose()
