"""The second factor: codes that cannot be used twice, by whoever sends them; and what is kept of them."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from diary.domain.errors import Refusal
from diary.domain.totp import STEP_S, code_of, step_at
from diary.services import second_factor as factor
from diary.services import sign_ins
from diary.services.sealing import seal, unseal
from diary.services.second_factor import RECOVERY_CODES
from diary.services.sign_in_steps import STEP_LIFE, Begun
from diary.services.staff import SignedIn
from diary.storage.signing import authenticator_of
from diary.storage.staff import staff_by_id
from diary.storage.tables.staff import Staff, StaffSession
from diary.storage.unit import Scope, own, unit
from tests.little_clinic import LittleClinic
from tests.refusals import refused

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
KEY, OLD_KEY = "k" * 43, "o" * 43
KEYS = (KEY, OLD_KEY)
NEXT = timedelta(seconds=STEP_S)


def set_up(clinic: LittleClinic, name: str = "Anna", *, key: str = KEY) -> tuple[Staff, bytes, list[str]]:
    """Somebody with an app, its secret, and their recovery codes; set up a day ago."""
    person = clinic.person(name)
    yesterday = NOON - timedelta(days=1)
    with clinic.unit(write=True) as session:
        secret, sealed = factor.draw_secret(person, secret_key=key)
        code = code_of(secret, step_at(yesterday))
        factor.set_authenticator(session, person, sealed=sealed, code=code, secret_keys=[key], now=yesterday)
        return person, secret, factor.new_recovery_codes(session, person, now=yesterday)


def sign_in(clinic: LittleClinic, person: Staff, code: str | None, *, now: datetime = NOON) -> SignedIn:
    """Past a right password, with this code."""
    with unit(clinic.engine, Scope(None, "staff"), write=True) as session:
        return sign_ins.open_with_code(session, person, code=code, secret_keys=KEYS, now=now, client=None)


def begin(clinic: LittleClinic, person: Staff) -> SignedIn | Begun:
    with unit(clinic.engine, Scope(None, "staff"), write=True) as session:
        return sign_ins.open_or_begin(session, person, now=NOON, client=None)


def finish(clinic: LittleClinic, step: str, code: str, *, now: datetime = NOON) -> SignedIn:
    with unit(clinic.engine, Scope(None, "staff"), write=True) as session:
        return sign_ins.finish(session, step, code=code, secret_keys=KEYS, now=now, client=None)


def shown(secret: bytes, now: datetime = NOON) -> str:
    """What the app shows."""
    return code_of(secret, step_at(now))


def test_without_a_second_factor_the_password_signs_in_and_the_session_says_so(clinic):
    opened = begin(clinic, clinic.person("Joost"))
    assert isinstance(opened, SignedIn)
    with clinic.unit() as session:
        assert [row.way for row in session.scalars(own(session, StaffSession))] == ["password"]


def test_with_one_the_password_only_begins_and_the_code_finishes(clinic):
    anna, secret, _ = set_up(clinic)
    begun = begin(clinic, anna)
    assert isinstance(begun, Begun)
    with clinic.unit() as session:
        assert list(session.scalars(own(session, StaffSession))) == []
    assert finish(clinic, begun.token, shown(secret)).staff.id == anna.id
    with clinic.unit() as session:
        assert [row.way for row in session.scalars(own(session, StaffSession))] == ["password_code"]


def test_a_code_that_somebody_looked_at_cannot_be_used_again(clinic):
    anna, secret, _ = set_up(clinic)
    assert sign_in(clinic, anna, shown(secret))
    for again in (shown(secret), shown(secret, NOON - NEXT)):
        with refused("second_factor_failed"):
            sign_in(clinic, anna, again)
    assert sign_in(clinic, anna, shown(secret, NOON + NEXT), now=NOON + NEXT)


def test_of_eight_who_send_one_code_at_once_one_comes_in(clinic):
    anna, secret, codes = set_up(clinic)

    def attempt(code: str) -> bool:
        try:
            sign_in(clinic, anna, code)
        except Refusal:
            return False
        return True

    for code in (shown(secret), codes[0]):
        with ThreadPoolExecutor(8) as pool:
            assert sum(pool.map(attempt, [code] * 8)) == 1


def test_a_wrong_code_leaves_the_step_and_a_right_one_ends_it(clinic):
    anna, secret, _ = set_up(clinic)
    begun = begin(clinic, anna)
    assert isinstance(begun, Begun)
    with refused("second_factor_failed"):
        finish(clinic, begun.token, "000000")
    assert finish(clinic, begun.token, shown(secret))
    with refused("sign_in_again"):
        finish(clinic, begun.token, shown(secret, NOON + NEXT), now=NOON + NEXT)


def test_a_step_waits_ten_minutes_and_a_made_up_one_not_at_all(clinic):
    anna, secret, _ = set_up(clinic)
    begun = begin(clinic, anna)
    assert isinstance(begun, Begun)
    late = NOON + STEP_LIFE
    for token in (begun.token, "st_made-up"):
        with refused("sign_in_again"):
            finish(clinic, token, shown(secret, late), now=late)


def test_an_account_that_ends_between_the_halves_stays_outside(clinic):
    anna, secret, _ = set_up(clinic)
    begun = begin(clinic, anna)
    assert isinstance(begun, Begun)
    with clinic.unit(write=True) as session:
        staff_by_id(session, anna.id).disabled_at = NOON
    with refused("sign_in_failed"):
        finish(clinic, begun.token, shown(secret))


def test_each_recovery_code_signs_in_once_however_it_is_typed(clinic):
    anna, _, codes = set_up(clinic)
    assert len(set(codes)) == RECOVERY_CODES
    for typed in (codes[0], codes[1].lower().replace("-", " "), codes[2].replace("-", "")):
        assert sign_in(clinic, anna, typed)
        with refused("second_factor_failed"):
            sign_in(clinic, anna, typed)


def test_new_recovery_codes_end_the_earlier_ones(clinic):
    anna, _, codes = set_up(clinic)
    with clinic.unit(write=True) as session:
        fresh = factor.new_recovery_codes(session, anna, now=NOON)
    with refused("second_factor_failed"):
        sign_in(clinic, anna, codes[0])
    assert sign_in(clinic, anna, fresh[0])


def test_a_program_is_told_that_it_must_send_a_code(clinic):
    anna, _, _ = set_up(clinic)
    with refused("second_factor_needed"):
        sign_in(clinic, anna, None)


def test_the_code_of_a_colleague_is_worth_nothing(clinic):
    anna, _, _ = set_up(clinic)
    _, of_joost, codes_of_joost = set_up(clinic, "Joost")
    for code in (shown(of_joost), codes_of_joost[0]):
        with refused("second_factor_failed"):
            sign_in(clinic, anna, code)


def test_whose_factors_are_removed_signs_in_by_password_until_they_set_up_anew(clinic):
    anna, secret, codes = set_up(clinic)
    with clinic.unit(write=True) as session:
        factor.remove_factors(session, anna, now=NOON)
    assert isinstance(begin(clinic, anna), SignedIn)
    with clinic.unit(write=True) as session:
        for code in (shown(secret), codes[0]):
            with refused("second_factor_failed"):
                factor.check_code(session, anna, code, secret_keys=KEYS, now=NOON)


def test_nothing_in_the_database_shows_a_code_to_whoever_holds_a_copy(clinic):
    anna, secret, codes = set_up(clinic)
    with clinic.unit() as session:
        known = authenticator_of(session, anna.id)
        assert known is not None
        rows = str(session.execute(text("SELECT * FROM recovery_code")).all()) + known.sealed_secret
        assert unseal(known.sealed_secret, about=f"authenticator:{anna.uid}", secret_keys=["x" * 43]) is None
    assert secret.hex() not in rows
    assert not any(code in rows or code.replace("-", "") in rows for code in codes)


def test_a_seal_opens_for_its_own_person_alone_and_not_when_it_was_changed(clinic):
    anna = clinic.person("Anna")
    sealed = seal(b"secret", about="authenticator:a", secret_key=KEY)
    assert unseal(sealed, about="authenticator:a", secret_keys=KEYS) == b"secret"
    assert factor.unsealed(anna, sealed, secret_keys=KEYS) is None
    flipped = sealed[:20] + ("A" if sealed[20] != "A" else "B") + sealed[21:]
    for wrong in (flipped, "", "AAAA", "é", sealed[:12]):
        assert unseal(wrong, about="authenticator:a", secret_keys=KEYS) is None


def test_a_new_secret_of_the_service_leaves_every_app_as_it_is(clinic):
    """Sealed under the old secret; read by it, and sealed under the new one as it is used."""
    anna, secret, _ = set_up(clinic, key=OLD_KEY)
    assert sign_in(clinic, anna, shown(secret))
    with clinic.unit() as session:
        known = authenticator_of(session, anna.id)
        assert known is not None
        assert unseal(known.sealed_secret, about=f"authenticator:{anna.uid}", secret_keys=[KEY]) == secret
    _, of_joost, _ = set_up(clinic, "Joost", key=OLD_KEY)
    with clinic.unit(write=True) as session:
        joost = session.scalars(own(session, Staff).where(Staff.name == "Joost")).one()
        assert factor.reseal(session, joost, secret_keys=KEYS)
        known = authenticator_of(session, joost.id)
        assert known is not None
        assert unseal(known.sealed_secret, about=f"authenticator:{joost.uid}", secret_keys=[KEY]) == of_joost


@pytest.mark.parametrize("code", ["000000", "", "abc"])
def test_an_app_is_set_up_only_by_a_code_that_it_shows(clinic, code):
    anna = clinic.person("Anna")
    with refused("second_factor_failed"), clinic.unit(write=True) as session:
        _, sealed = factor.draw_secret(anna, secret_key=KEY)
        factor.set_authenticator(session, anna, sealed=sealed, code=code, secret_keys=KEYS, now=NOON)
    with clinic.unit() as session:
        assert not factor.has_second_factor(session, anna.id)


def test_the_code_that_set_an_app_up_does_not_sign_in_as_well(clinic):
    anna = clinic.person("Anna")
    with clinic.unit(write=True) as session:
        secret, sealed = factor.draw_secret(anna, secret_key=KEY)
        factor.set_authenticator(session, anna, sealed=sealed, code=shown(secret), secret_keys=KEYS, now=NOON)
    with refused("second_factor_failed"):
        sign_in(clinic, anna, shown(secret))
