"""Through a year with failing ways: who must hear hears, or it stands red; nobody hears too much."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from diary.storage.engine import make_engine
from diary.storage.tables.outbox import Message
from diary.storage.unit import own
from tests.little_clinic import LittleClinic
from tests.services.simulated_messages import Year, moment_after, peopled

YEARS = 10_000
# One test of `make soak` lives so many; workers share the tests.
YEARS_A_TEST = 20


def check(clinic: LittleClinic, *, seed: int, days: int, people: int) -> Year:
    year = Year(clinic, seed, days, people)
    year.live()
    assert year.broken == [], f"seed {seed}: {year.broken[:5]}"
    year.now = moment_after(year)
    year.settle_all()
    with clinic.unit() as session:
        stuck = own(session, Message).where(Message.state == "new", Message.next_try_at < year.now)
        assert session.scalars(stuck).all() == []
        keys = session.scalars(select(Message.dedupe_key)).all()
        assert len(keys) == len(set(keys))
    assert sum(year.sent.values()) - len(year.sent) <= year.deaths
    return year


def check_years(template: Path, place: Path, *, seeds: range, days: int = 365, people: int = 50) -> None:
    """Each in a copy of one clinic's database."""
    peopled_at = shutil.copyfile(template, place / "peopled.db")
    engine = make_engine(f"sqlite:///{peopled_at}")
    clinic = peopled(engine, people)
    engine.dispose()
    for seed in seeds:
        copy = shutil.copyfile(peopled_at, place / "year.db")
        engine = make_engine(f"sqlite:///{copy}")
        check(replace(clinic, engine=engine), seed=seed, days=days, people=people)
        engine.dispose()
        copy.unlink()


def test_nobody_hears_too_much_and_no_alert_is_lost(sqlite_url):
    engine = make_engine(sqlite_url)
    year = check(peopled(engine, 10), seed=3, days=10, people=10)
    engine.dispose()
    assert year.sent
    assert year.mails


@pytest.mark.soak
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("first_seed", range(0, YEARS, YEARS_A_TEST))
def test_nor_in_ten_thousand_years_of_fifty_patients(sqlite_template, tmp_path, first_seed):
    check_years(sqlite_template, tmp_path, seeds=range(first_seed, first_seed + YEARS_A_TEST))
