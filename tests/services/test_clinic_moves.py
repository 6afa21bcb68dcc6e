"""A clinic that changes its zone, even over the date line: its ledger holds each night once, in order."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Engine

from diary.services.clinics import the_clinic
from diary.services.nights import run_due
from diary.storage.engine import make_engine
from diary.storage.nights import nights_page
from diary.storage.tables.clinic import ClinicZone
from tests.little_clinic import LittleClinic, found

START = date(2026, 3, 20)
TICK = timedelta(minutes=30)


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = make_engine(database_url)
    yield engine
    engine.dispose()


def move(clinic: LittleClinic, zone: str, at: datetime) -> None:
    with clinic.unit(write=True) as session:
        session.add(ClinicZone(clinic_id=clinic.clinic_id, zone=zone, since_at=at))


@pytest.mark.parametrize(
    "moves",
    [
        # to the other side of the date line and back, just before and just after nights fell due
        [("Pacific/Apia", "2026-03-22T02:59"), ("Pacific/Pago_Pago", "2026-03-25T15:01")],
        [("Pacific/Pago_Pago", "2026-03-22T03:01"), ("Pacific/Kiritimati", "2026-03-24T14:59")],
        # over the change of the clocks of 29 March, to half an hour, and to where it is later
        [("Australia/Lord_Howe", "2026-03-28T12:00"), ("America/Santiago", "2026-04-04T16:00")],
        # three zones in one day
        [
            ("Asia/Kathmandu", "2026-03-23T00:30"),
            ("America/Nuuk", "2026-03-23T09:00"),
            ("Europe/Amsterdam", "2026-03-23T20:00"),
        ],
    ],
    ids=lambda moves: "-".join(zone.rpartition("/")[2] for zone, _ in moves),
)
def test_every_night_is_run_once_and_none_is_left_out(engine, moves):
    clinic = found(engine)
    with clinic.unit(write=True) as session:
        the_clinic(session).first_night = START
    waiting = [(zone, datetime.fromisoformat(at).replace(tzinfo=UTC)) for zone, at in moves]
    ran: list[date] = []
    now, last = datetime(2026, 3, 20, tzinfo=UTC), datetime(2026, 4, 8, tzinfo=UTC)
    while now < last:
        while waiting and waiting[0][1] <= now:
            move(clinic, *waiting.pop(0))
        ran += [due.night for due, _ in run_due(engine, now=now, wall=lambda at=now: at, owner="me")]
        now += TICK
    assert ran == [START + timedelta(days=n) for n in range(len(ran))]
    assert len(ran) in (17, 18, 19)  # a day more or less, by the side of the date line where it ends
    with clinic.unit() as session:
        runs = nights_page(session, before=None, limit=100)
    assert [run.night for run in reversed(runs)] == ran
    assert {(run.state, run.term) for run in runs} == {("done", 1)}
