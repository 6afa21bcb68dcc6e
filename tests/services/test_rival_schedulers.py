"""Five schedulers at once on one database: every night is run once, by one of them."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier

import pytest

from diary.services.nights import nights_due, run_due
from diary.storage.engine import make_engine
from diary.storage.nights import nights_page
from diary.storage.tables.alert import Alert
from diary.storage.unit import own
from tests.little_clinic import FIRST_DAY, LittleClinic, at, found, join

SCHEDULERS = 5
DIARIES = ("2 " * 30 + "8 " * 30, "2 " * 20, "8 " * 60)


def until_done(url: str, owner: str, *, now: datetime, together: Barrier) -> list[tuple[int, str]]:
    """One scheduler: tick after tick, until no night is due; the nights that were its own."""
    engine = make_engine(url)
    ran: list[tuple[int, str]] = []
    together.wait()
    while nights_due(engine, now=now):
        done = run_due(engine, now=now, wall=lambda: now, owner=owner)
        ran += [(due.clinic_id, due.night.isoformat()) for due, _ in done]
    engine.dispose()
    return ran


def alerts_of(clinic: LittleClinic) -> list[tuple[object, ...]]:
    with clinic.unit() as session:
        alerts = session.scalars(own(session, Alert)).all()
    return sorted((one.kind, str(one.night), one.status, str(one.facts)) for one in alerts)


@pytest.mark.parametrize(
    "nights", [pytest.param(60), pytest.param(200, marks=[pytest.mark.soak, pytest.mark.timeout(1200)])]
)
def test_every_night_is_run_by_exactly_one(database_url, nights):
    engine = make_engine(database_url)
    clinics = [found(engine), join(engine)]
    for clinic in clinics:
        for number, diary in enumerate(DIARIES):
            clinic.treated(f"P-{number}", diary)
    now = at(FIRST_DAY + timedelta(days=nights))
    together = Barrier(SCHEDULERS)

    with ThreadPoolExecutor(SCHEDULERS) as schedulers:
        ran = list(
            schedulers.map(
                lambda owner: until_done(database_url, owner, now=now, together=together),
                [f"scheduler {number}" for number in range(SCHEDULERS)],
            )
        )

    counted = Counter(one for of_one in ran for one in of_one)
    assert set(counted.values()) == {1}
    assert len(counted) == nights * len(clinics)
    assert sum(1 for of_one in ran if of_one) > 1, "only one of them ever ran a night"
    for clinic in clinics:
        with clinic.unit() as session:
            runs = nights_page(session, before=None, limit=nights + 1)
        assert [(run.state, run.term) for run in runs] == [("done", 1)] * nights
    assert alerts_of(clinics[0]) == alerts_of(clinics[1]) != []
    engine.dispose()
