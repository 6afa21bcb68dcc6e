"""The demo's trial in a database of its own, as `make demo` founds it; two seconds, so modules share one."""

from datetime import UTC, date, datetime
from pathlib import Path

from sqlalchemy import Engine

from diary.services import clinics
from diary.services.demo_story import DemoPlan
from diary.services.demo_trial import found_trial
from diary.storage.engine import make_engine
from diary.storage.migrate import upgrade
from diary.storage.unit import Scope, unit

FROZEN_ON = date(2026, 9, 7)
NOW = datetime(2026, 9, 7, 6, tzinfo=UTC)
PASSWORD = "four plain words here"


def trial_in(folder: Path) -> tuple[str, Engine]:
    """The address of a fresh database with the trial in it, and its engine."""
    url = f"sqlite:///{folder / 'trial.db'}"
    upgrade(url)
    engine = make_engine(url)
    with unit(engine, Scope(None, "operator"), write=True) as session:
        clinics.found_installation(session, kind="sandbox", clock_at=NOW, now=NOW)
    found_trial(engine, DemoPlan(frozen_on=FROZEN_ON), password=PASSWORD)
    return url, engine
