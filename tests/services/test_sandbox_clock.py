"""The sandbox clock, moved by two processes at once: it only goes forward."""

from datetime import timedelta

from diary.services.sandbox import ask_to_advance, installation, move_clock
from diary.storage.engine import make_engine
from diary.storage.unit import SYSTEM, unit
from tests.little_clinic import found


def test_a_clock_that_another_process_moved_further_stays_there(database_url):
    engine = make_engine(database_url)
    found(engine)
    with unit(engine, SYSTEM, write=True) as session:
        began_at = installation(session).clock_at
        ask_to_advance(session, to=began_at + timedelta(days=3))
    for days, moves in ((2, True), (1, False), (2, True), (3, True)):
        with unit(engine, SYSTEM, write=True) as session:
            assert move_clock(session, to=began_at + timedelta(days=days)) is moves
    with unit(engine, SYSTEM, write=False) as session:
        here = installation(session)
    assert (here.clock_at, here.target_at) == (began_at + timedelta(days=3), None)
    engine.dispose()
