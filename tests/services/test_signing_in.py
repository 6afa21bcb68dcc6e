"""Signing in: who gets a session, who does not and is told no more than that, and when a session ends."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from diary.domain.errors import Refusal
from diary.services import accounts, staff
from diary.services.secrets import token_digest
from diary.services.staff import (
    PASSWORD_LENGTH_MAX,
    PASSWORD_LENGTH_MIN,
    SESSION_IDLE,
    SESSION_LIFE,
    SESSIONS_MAX,
    SignedIn,
)
from diary.storage.staff import session_presented
from diary.storage.tables.audit import Audit
from diary.storage.tables.staff import Staff, StaffSession
from diary.storage.unit import Scope, enter, own, present, unit
from tests.little_clinic import LittleClinic, join
from tests.refusals import refused

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
ANNA = "Anna@Clinic.example"
PASSWORD = "four plain words together"
LONG = "seven wet umbrellas stand in the corner of a yellow room " * 4
STRANGER = Scope(None, "staff")


def add(clinic: LittleClinic, email: str = ANNA, *, password: str = PASSWORD) -> Staff:
    with clinic.unit(write=True) as session:
        return staff.add_staff(session, email=email, name="Anna", role="nurse", password=password, now=NOON)


def sign_in(clinic: LittleClinic, email: str = ANNA, password: str = PASSWORD) -> SignedIn:
    with unit(clinic.engine, STRANGER, write=True) as session:
        return staff.sign_in(session, email=email, password=password, now=NOON)


def enter_as(clinic: LittleClinic, person: Staff, *, now: datetime = NOON) -> SignedIn:
    """A session of a person whose password was right."""
    with unit(clinic.engine, STRANGER, write=True) as session:
        return staff.open_session(session, person, now=now)


def refusal_of(clinic: LittleClinic, email: str, password: str) -> str:
    with pytest.raises(Refusal) as caught:
        sign_in(clinic, email, password)
    assert caught.value.code == "sign_in_failed"
    return caught.value.message


def is_open(clinic: LittleClinic, signed_in: SignedIn, *, now: datetime, seen_at: datetime = NOON) -> bool:
    """Whether a request with this session's token is let in, when the last one came at `seen_at`."""
    with unit(clinic.engine, STRANGER, write=True) as session:
        present(session, token_digest(signed_in.token))
        found = session_presented(session, token_digest(signed_in.token))
        assert found is not None
        enter(session, Scope(found.clinic_id, "staff", found.staff_id))
        found.last_seen_at = seen_at
        person = session.scalars(own(session, Staff).where(Staff.id == found.staff_id)).one()
        return staff.still_open(found, person, now=now)


def test_the_right_name_and_password_open_a_session_of_the_persons_own_clinic(clinic):
    join(clinic.engine)
    anna = add(clinic)
    signed_in = sign_in(clinic)
    assert (signed_in.staff.id, signed_in.staff.clinic_id) == (anna.id, clinic.clinic_id)
    assert signed_in.expires_at == NOON + timedelta(hours=12)
    with clinic.unit() as session:
        (row,) = session.scalars(own(session, StaffSession)).all()
        (trace,) = session.scalars(own(session, Audit).where(Audit.action == "session.open")).all()
    assert (row.staff_id, row.expires_at) == (anna.id, signed_in.expires_at)
    assert (trace.actor_id, trace.object_uid) == (anna.id, anna.uid)
    assert is_open(clinic, signed_in, now=NOON)


def test_neither_the_password_nor_the_token_is_stored(clinic):
    anna = add(clinic)
    token = sign_in(clinic).token
    with clinic.unit() as session:
        (row,) = session.scalars(own(session, StaffSession)).all()
    assert anna.password_hash is not None
    assert anna.password_hash.startswith("$argon2id$")
    assert PASSWORD not in anna.password_hash
    assert row.token_hash == token_digest(token)
    assert token.removeprefix("ss_") not in row.token_hash


def test_a_name_is_one_however_it_is_capitalised_and_a_password_is_not(clinic):
    add(clinic)
    sign_in(clinic, "ANNA@clinic.EXAMPLE")
    refusal_of(clinic, ANNA, PASSWORD.upper())
    with refused("email_taken"):
        add(clinic, "anna@clinic.example")


def test_a_sign_in_name_is_one_person_over_all_clinics(clinic):
    add(clinic)
    with refused("email_taken"):
        add(join(clinic.engine))


def test_a_wrong_name_and_a_wrong_password_are_refused_in_the_same_words(clinic):
    add(clinic)
    wrong_password = refusal_of(clinic, ANNA, "other plain words together")
    wrong_name = refusal_of(clinic, "nobody@clinic.example", PASSWORD)
    assert wrong_password == wrong_name
    assert "anna" not in wrong_name.lower()


def test_a_wrong_name_takes_as_much_work_as_a_wrong_password(clinic):
    """Processor time, the least of three: without the hash a wrong name would take a hundredth of it."""
    add(clinic)
    known, unknown = (
        min(work_of(clinic, email) for _ in range(3)) for email in (ANNA, "nobody@clinic.example")
    )
    assert known / 2 < unknown < known * 2


def work_of(clinic: LittleClinic, email: str) -> float:
    began = time.thread_time()
    refusal_of(clinic, email, "other plain words together")
    return time.thread_time() - began


def test_a_disabled_person_is_out_at_once_and_looks_like_a_wrong_password(clinic):
    anna = add(clinic)
    signed_in = sign_in(clinic)
    with clinic.unit(write=True) as session:
        accounts.disable(session, session.merge(anna), now=NOON)
    assert not is_open(clinic, signed_in, now=NOON)
    assert refusal_of(clinic, ANNA, PASSWORD) == refusal_of(clinic, ANNA, "other plain words together")


def test_a_person_without_a_password_cannot_sign_in_with_any(clinic):
    email = clinic.person("Joost").email
    for password in ("", PASSWORD, "nobody has this password"):
        refusal_of(clinic, email, password)
    refusal_of(clinic, "nobody@clinic.example", "nobody has this password")


def test_a_long_password_counts_to_its_last_character(clinic):
    long = LONG[: PASSWORD_LENGTH_MAX - 1]
    add(clinic, password=long + "a")
    refusal_of(clinic, ANNA, long + "b")
    refusal_of(clinic, ANNA, long)
    refusal_of(clinic, ANNA, long + "a" + "a")
    assert sign_in(clinic, password=long + "a")


def test_a_password_is_neither_trimmed_nor_cut_at_a_strange_character(clinic):
    password = " weiß\u00a0wie Schnee, 白い \U0001f9e3 "
    add(clinic, password=password)
    assert sign_in(clinic, password=password)
    refusal_of(clinic, ANNA, password.strip())
    refusal_of(clinic, ANNA, password.split("ß")[0] + "ß")


def test_an_accent_is_the_same_whichever_keyboard_composed_it(clinic):
    add(clinic, password="caf\u00e9 au lait le matin")
    assert sign_in(clinic, password="cafe\u0301 au lait le matin")


@pytest.mark.parametrize(
    ("length", "code"),
    [(PASSWORD_LENGTH_MIN - 1, "password_too_short"), (PASSWORD_LENGTH_MAX + 1, "password_too_long")],
)
def test_a_password_that_is_too_short_or_too_long_is_refused_and_changes_nothing(clinic, length, code):
    with refused(code):
        add(clinic, password=LONG[:length])
    anna = add(clinic)
    with refused(code), clinic.unit(write=True) as session:
        accounts.set_password(session, session.merge(anna), LONG[:length], now=NOON)
    assert sign_in(clinic)


def test_a_session_ends_when_nobody_came_for_half_an_hour(clinic):
    add(clinic)
    signed_in = sign_in(clinic)
    assert is_open(clinic, signed_in, now=NOON + SESSION_IDLE - timedelta(seconds=1))
    assert not is_open(clinic, signed_in, now=NOON + SESSION_IDLE)
    later = NOON + timedelta(hours=3)
    assert is_open(clinic, signed_in, seen_at=later, now=later + timedelta(minutes=29))


def test_a_session_ends_after_its_working_day_however_busy_it_was(clinic):
    add(clinic)
    signed_in = sign_in(clinic)
    last = NOON + SESSION_LIFE - timedelta(seconds=1)
    assert is_open(clinic, signed_in, seen_at=last, now=last)
    assert not is_open(clinic, signed_in, seen_at=last, now=NOON + SESSION_LIFE)


def test_signing_out_ends_this_session_and_not_the_one_at_the_other_desk(clinic):
    add(clinic)
    here, there = sign_in(clinic), sign_in(clinic)
    with clinic.unit(write=True) as session:
        found = session.scalars(
            own(session, StaffSession).where(StaffSession.token_hash == token_digest(here.token))
        ).one()
        staff.sign_out(session, found, now=NOON)
    assert not is_open(clinic, here, now=NOON)
    assert is_open(clinic, there, now=NOON)


def test_one_session_too_many_ends_the_persons_oldest_and_says_so_in_the_audit(clinic):
    anna = add(clinic)
    joost = enter_as(clinic, add(clinic, "joost@clinic.example"))
    opened = [enter_as(clinic, anna) for _ in range(SESSIONS_MAX)]
    assert all(is_open(clinic, signed_in, now=NOON) for signed_in in opened)
    opened.append(enter_as(clinic, anna))
    assert [is_open(clinic, signed_in, now=NOON) for signed_in in opened] == [False] + [True] * SESSIONS_MAX
    assert is_open(clinic, joost, now=NOON)
    with clinic.unit() as session:
        (trace,) = session.scalars(own(session, Audit).where(Audit.action == "session.end")).all()
    assert trace.actor_id == anna.id


def test_a_session_that_nobody_uses_any_more_takes_no_ones_place(clinic):
    anna = add(clinic)
    for _ in range(SESSIONS_MAX):
        enter_as(clinic, anna)
    later = NOON + SESSION_IDLE
    opened = [enter_as(clinic, anna, now=later) for _ in range(SESSIONS_MAX)]
    assert all(is_open(clinic, signed_in, seen_at=later, now=later) for signed_in in opened)


def test_sessions_opened_at_the_same_moment_are_not_too_many_either(clinic):
    anna = add(clinic)
    with ThreadPoolExecutor(4) as pool:
        opened = list(pool.map(lambda _: enter_as(clinic, anna), range(SESSIONS_MAX + 6)))
    assert sum(is_open(clinic, signed_in, now=NOON) for signed_in in opened) == SESSIONS_MAX


def test_a_new_password_signs_its_person_out_everywhere_and_nobody_else(clinic):
    anna = add(clinic)
    add(clinic, "joost@clinic.example")
    of_anna, of_joost = [sign_in(clinic), sign_in(clinic)], sign_in(clinic, "joost@clinic.example")
    with clinic.unit(write=True) as session:
        accounts.set_password(session, session.merge(anna), "another four plain words", now=NOON)
    assert [is_open(clinic, signed_in, now=NOON) for signed_in in of_anna] == [False, False]
    assert is_open(clinic, of_joost, now=NOON)
    refusal_of(clinic, ANNA, PASSWORD)
    assert sign_in(clinic, password="another four plain words")
