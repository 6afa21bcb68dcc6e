"""Who is asking: what being asked costs the asker's own session row."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from diary.services.staff import SESSION_IDLE, open_session
from diary.storage.engine import make_engine
from diary.storage.unit import Scope, begin, unit
from diary.web.asking import Caller, who_is_asking
from tests.little_clinic import LittleClinic, a_regimen, found

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


@pytest.fixture
def clinic(database_url: str) -> Iterator[LittleClinic]:
    engine = make_engine(database_url)
    yield found(engine)
    engine.dispose()


@pytest.fixture
def token(clinic: LittleClinic) -> str:
    anna = clinic.person("Anna")
    with unit(clinic.engine, Scope(None, "staff"), write=True) as session:
        return open_session(session, anna, now=NOON).token


def ask(session: Session, token: str, *, now: datetime, write: bool) -> Caller:
    begin(session, write=write)
    return who_is_asking(session, token, wall_now=now, request_id="r-1", lock=write)


def test_a_page_that_only_reads_is_not_refused_when_a_colleague_writes_meanwhile(clinic, token):
    with Session(clinic.engine, expire_on_commit=False, autoflush=False) as reading:
        assert ask(reading, token, now=NOON + timedelta(minutes=2), write=False).role == "nurse"
        with clinic.unit(write=True) as writing:
            a_regimen(writing)
        reading.commit()


def test_whoever_works_is_seen_and_stays_signed_in(clinic, token):
    for minutes in range(20, 121, 20):
        with Session(clinic.engine, expire_on_commit=False, autoflush=False) as session:
            caller = ask(session, token, now=NOON + timedelta(minutes=minutes), write=True)
            session.commit()
    assert caller.session is not None
    assert caller.session.last_seen_at == NOON + timedelta(minutes=120)
    assert caller.session.last_seen_at > NOON + SESSION_IDLE
