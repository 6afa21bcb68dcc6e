"""A sandbox's play, performed by the real scheduler against the real web process."""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from diary.services import enrolment
from diary.services.play import (
    Cue,
    Request,
    filled,
    read_play,
    read_state,
    state_path,
    tokens_path,
    write_play,
)
from diary.services.sandbox import ask_to_advance, installation
from diary.services.staff import add_staff, sign_in
from diary.storage.courses import courses_of
from diary.storage.engine import make_engine
from diary.storage.entries import versions_of
from diary.storage.patients import patient_by_id
from diary.storage.unit import SYSTEM, Scope, unit
from tests.jobs.processes import SECRET, environment, running, until
from tests.little_clinic import FIRST_DAY, ZONE, LittleClinic, at, found

PASSWORD = "four plain words would do"
EVENING = at(FIRST_DAY, hour=21)


@pytest.fixture
def clinic(sqlite_url: str) -> Iterator[LittleClinic]:
    engine = make_engine(sqlite_url)
    yield found(engine)
    engine.dispose()


def tokens(clinic: LittleClinic, patient_id: int) -> dict[str, str]:
    """A phone's and a nurse's."""
    now = at(FIRST_DAY)
    with clinic.unit(write=True) as session:
        code, _ = enrolment.make_code(session, patient_by_id(session, patient_id), secret_key=SECRET, now=now)
        add_staff(session, email="n@clinic.example", name="Noor", role="nurse", password=PASSWORD, now=now)
    with unit(clinic.engine, Scope(None, "patient"), write=True) as session:
        phone = enrolment.Phone(ZONE.key, "en", "1")
        paired = enrolment.redeem(session, code, phone, secret_keys=[SECRET], now=now)
    with unit(clinic.engine, Scope(None, "staff"), write=True) as session:
        signed_in = sign_in(session, email="n@clinic.example", password=PASSWORD, now=datetime.now(UTC))
    return {"P-1": paired.token, "nurse": signed_in.token}


def entry(n: int, nrs: int, *, day=FIRST_DAY, moment=EVENING) -> dict:
    return {
        "id": f"00000000-0000-4000-8000-{n:012}",
        "day": str(day),
        "nrs": nrs,
        "answered_at": moment.isoformat(),
        "sent_at": moment.isoformat(),
        "zone": ZONE.key,
    }


@contextmanager
def serving(
    clinic: LittleClinic, url: str, play: Path, *, days: int = 1, goal: Callable[[], bool] | None = None
) -> Iterator[None]:
    """The web process and the scheduler, until the clock stands so many days on, or the goal is reached."""
    with unit(clinic.engine, SYSTEM, write=True) as session:
        ask_to_advance(session, to=at(FIRST_DAY + timedelta(days=days)))
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        port = trial.getsockname()[1]
    env = environment(
        database_url=url,
        port=str(port),
        web_workers="1",
        tick_s="0.05",
        sandbox_play=str(play),
        log_level="ERROR",
    )
    log = play.with_name("serve.log")
    with running("-m", "diary", "serve", env=env, log=log) as process:
        until(goal or (lambda: stands(clinic)), process=process, log=log)
        yield


def stands(clinic: LittleClinic) -> bool:
    with unit(clinic.engine, SYSTEM, write=False) as session:
        return installation(session).target_at is None


def test_what_is_sent_arrives_on_its_simulated_day_and_what_fails_is_counted(clinic, sqlite_url, tmp_path):
    patient_id = clinic.admit("P-1", first_day=FIRST_DAY + timedelta(days=14))
    play = tmp_path / "play.jsonl"
    noon = at(FIRST_DAY, hour=12)
    with clinic.unit() as session:
        uid = patient_by_id(session, patient_id).uid
    cues = [
        Cue(EVENING, Request("POST", "/v1/entries", "P-1", entry(1, 7))),
        Cue(
            EVENING,
            Request(
                "POST",
                "/v1/calls",
                "P-1",
                {"id": entry(9, 0)["id"]},
            ),
        ),
        Cue(EVENING, Request("POST", "/v1/entries", "P-1", entry(2, 3))),
        Cue(EVENING, Request("POST", "/v1/entries/batch", "P-1", {"entries": [entry(3, 11)]})),
        Cue(noon, Request("GET", f"/v1/patients/{uid}", "nurse", keep={"patient": "uid"})),
        Cue(
            at(FIRST_DAY, hour=22),
            Request(
                "GET",
                "/v1/alerts?status=open&kind=call_me",
                "nurse",
                each=(Request("POST", "/v1/alerts/{uid}/acknowledge", "nurse", {}),),
            ),
        ),
        Cue(at(FIRST_DAY, hour=22), Request("GET", "/v1/patients/{patient}", "nurse")),
        Cue(at(FIRST_DAY, hour=22), Request("GET", "/v1/patients/{nobody}", "nurse")),
    ]
    assert write_play(play, cues, tokens(clinic, patient_id)) == 8
    assert tokens_path(play).stat().st_mode & 0o077 == 0
    with serving(clinic, sqlite_url, play):
        pass
    with clinic.unit() as session:
        (stored,) = versions_of(session, patient_id)
        assert (stored.nrs, stored.received_at, stored.late) == (7, EVENING, False)
        assert len(courses_of(session, patient_id)) == 1
    (call,) = clinic.alerts(patient_id)
    assert (call.kind, call.status, call.opened_at) == ("call_me", "acknowledged", EVENING)
    state = read_state(state_path(play))
    assert (state.sent, state.kept) == (9, {"patient": uid})
    assert state.failed == {
        "POST /v1/entries: 409 day_already_answered": 1,
        "POST /v1/entries/batch: refused validation_failed": 1,
        "GET /v1/patients/{nobody}: KeyError": 1,
    }


def test_a_stop_in_the_middle_of_a_moment_loses_and_doubles_nothing(clinic, sqlite_url, tmp_path):
    """The web process is asked to end at the same time: what it no longer takes waits for the next start."""
    patient_id = clinic.admit("P-1", first_day=FIRST_DAY + timedelta(days=14))
    play, days = tmp_path / "play.jsonl", 200
    cues = []
    for ago in range(days):
        evening = EVENING - timedelta(days=ago)
        body = {
            **entry(ago, 5, day=FIRST_DAY - timedelta(days=ago), moment=evening),
            "sent_at": EVENING.isoformat(),
        }
        cues.append(Cue(EVENING, Request("POST", "/v1/entries", "P-1", body)))
    write_play(play, cues, tokens(clinic, patient_id))

    def stored() -> int:
        with clinic.unit() as session:
            return len(versions_of(session, patient_id))

    with serving(clinic, sqlite_url, play, goal=lambda: stored() >= 10):
        pass
    state = read_state(state_path(play))
    assert 0 < state.sent <= stored() < days
    assert (state.failed, state.moments) == ({}, 0)

    with serving(clinic, sqlite_url, play, days=2):
        pass
    state = read_state(state_path(play))
    assert (stored(), state.sent, state.failed, state.moments) == (days, days, {}, 1)


def test_a_play_is_read_in_the_order_of_its_moments(tmp_path):
    play = tmp_path / "play.jsonl"
    late = Cue(EVENING, Request("POST", "/v1/calls", "P-1", {"id": "1"}, {"call": "id"}))
    early = Cue(at(FIRST_DAY), Request("GET", "/v1/alerts", "nurse", each=(Request("GET", "/v1/me", "P-1"),)))
    write_play(play, [late, early], {})
    assert read_play(play) == [early, late]


@pytest.mark.parametrize(
    "line",
    [
        "not json",
        '{"at": "2026-06-01T10:00:00", "who": "P", "method": "GET", "path": "/"}',
        '{"at": "2026-06-01T10:00:00+00:00", "who": "P", "method": "TRACE", "path": "/"}',
        '{"at": "2026-06-01T10:00:00+00:00", "who": "P", "method": "GET", "path": "http://elsewhere.example/"}',
        '{"at": "2026-06-01T10:00:00+00:00", "who": "P", "method": "GET", "path": "/", "also": 1}',
    ],
)
def test_a_line_that_is_no_request_is_named(tmp_path, line):
    play = tmp_path / "play.jsonl"
    good = '{"at": "2026-06-01T10:00:00+00:00", "who": "P", "method": "GET", "path": "/v1/me"}'
    play.write_text(f"{good}\n{line}\n")
    with pytest.raises(ValueError, match=r"play\.jsonl:2: "):
        read_play(play)


def test_blanks_are_filled_wherever_they_stand():
    body = {"a": ["{x}", 1, None], "b": {"c": "no {y} blank"}}
    assert filled(body, {"x": 5, "y": "more"}) == {"a": ["5", 1, None], "b": {"c": "no more blank"}}
