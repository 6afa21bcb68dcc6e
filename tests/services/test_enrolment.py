"""Pairing a phone: a code is good once, for 72 hours, for one patient of one clinic."""

from datetime import datetime, timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy.exc import IntegrityError, NoResultFound

from config.words import ENROLMENT_CODE_ALPHABET
from diary.domain.errors import Refusal
from diary.services import enrolment, patients
from diary.services.enrolment import DEVICES_MAX, Enrolled, Phone
from diary.services.invitation import Invitation, invitation
from diary.services.secrets import token_digest
from diary.storage.patients import device_presented, devices_of, patient_by_id
from diary.storage.tables.audit import Audit
from diary.storage.tables.patient import Consent, EnrolmentCode
from diary.storage.unit import Scope, own, present, unit
from tests.little_clinic import FIRST_DAY, LittleClinic, at, join
from tests.refusals import refused

SECRET = "for tests only: kT8wZq3nYv6rLx1mPb9sVd4HcJ7gRfAe"
NOW = at(FIRST_DAY - timedelta(days=10))
STRANGER = Scope(None, "patient")
HERS = Phone(zone="Europe/Amsterdam", locale="en", consent_version="2026-1", label="her phone")


def make_code(clinic: LittleClinic, patient_id: int, *, now: datetime = NOW) -> str:
    with clinic.unit(write=True) as session:
        patient = patient_by_id(session, patient_id, lock=True)
        code, ends_at = enrolment.make_code(session, patient, secret_key=SECRET, now=now)
    assert ends_at == now + timedelta(hours=72)
    return code


def redeem(
    clinic: LittleClinic, code: str, *, now: datetime = NOW, phone: Phone = HERS, secret_key: str = SECRET
) -> Enrolled:
    with unit(clinic.engine, STRANGER, write=True) as session:
        return enrolment.redeem(session, code, phone, secret_keys=[secret_key], now=now)


def look_at(clinic: LittleClinic, code: str, *, now: datetime = NOW) -> Invitation:
    """What the page before the consent shows."""
    with unit(clinic.engine, STRANGER, write=False) as session:
        return invitation(session, code, secret_keys=[SECRET], now=now)


def stop(clinic: LittleClinic, patient_id: int) -> None:
    with clinic.unit(write=True) as session:
        patient = patient_by_id(session, patient_id, lock=True)
        patients.stop(session, patient, reason="withdrew", note=None, now=NOW)


def phones(clinic: LittleClinic, patient_id: int) -> int:
    """How many can sign in."""
    with clinic.unit() as session:
        return len([phone for phone in devices_of(session, patient_id) if phone.revoked_at is None])


def test_a_code_pairs_a_phone_with_its_patient_and_keeps_the_consent(clinic):
    patient_id = clinic.admit("P-1")
    enrolled = redeem(clinic, make_code(clinic, patient_id), now=NOW + timedelta(hours=1))
    assert enrolled.patient.id == enrolled.device.patient_id == patient_id
    with clinic.unit() as session:
        (consent,) = session.scalars(own(session, Consent)).all()
        trail = own(session, Audit).where(Audit.action.startswith("enrolment.")).order_by(Audit.id)
        steps = session.scalars(trail).all()
    assert (consent.patient_id, consent.text_version, consent.locale) == (patient_id, "2026-1", "en")
    assert consent.given_at == NOW + timedelta(hours=1)
    assert [(step.action, step.actor_kind) for step in steps] == [
        ("enrolment.code", "operator"),
        ("enrolment.redeem", "patient"),
    ]


def test_neither_the_code_nor_the_token_is_stored(clinic):
    patient_id = clinic.admit("P-1")
    code = make_code(clinic, patient_id)
    token = redeem(clinic, code).token
    with clinic.unit() as session:
        (row,) = session.scalars(own(session, EnrolmentCode)).all()
        (device,) = devices_of(session, patient_id)
    assert code not in row.code_hash
    assert device.token_hash == token_digest(token)
    with refused("code_wrong"):
        redeem(clinic, make_code(clinic, patient_id), secret_key=SECRET[::-1])


def test_a_code_made_under_an_earlier_secret_opens_as_long_as_that_one_is_accepted(clinic):
    code = make_code(clinic, clinic.admit("P-1"))
    newer = SECRET[::-1]
    with clinic.unit() as session:
        assert invitation(session, code, secret_keys=[newer, SECRET], now=NOW).clinic == "Little clinic"
    with refused("code_wrong"):
        redeem(clinic, code, secret_key=newer)
    redeem(clinic, code)


def test_a_code_has_eight_characters_that_a_tired_reader_can_tell_apart(clinic):
    patient_id = clinic.admit("P-1")
    codes = {make_code(clinic, patient_id) for _ in range(5)}
    assert len(codes) == 5
    assert all(len(code) == 8 and set(code) <= set(ENROLMENT_CODE_ALPHABET) for code in codes)


def test_a_code_is_good_for_72_hours_to_the_second(clinic):
    patient_id = clinic.admit("P-1")
    ends_at = NOW + timedelta(hours=72)
    code = make_code(clinic, patient_id)
    with refused("code_expired"):
        redeem(clinic, code, now=ends_at)
    with refused("code_expired"):
        look_at(clinic, code, now=ends_at)
    redeem(clinic, code, now=ends_at - timedelta(seconds=1))


def test_a_code_is_good_once(clinic):
    patient_id = clinic.admit("P-1")
    code = make_code(clinic, patient_id)
    redeem(clinic, code)
    with refused("code_used"):
        redeem(clinic, code)
    with refused("code_used"):
        look_at(clinic, code)
    assert phones(clinic, patient_id) == 1


def test_a_new_code_ends_the_one_before(clinic):
    patient_id = clinic.admit("P-1")
    first, second = make_code(clinic, patient_id), make_code(clinic, patient_id)
    with refused("code_expired"):
        redeem(clinic, first)
    redeem(clinic, second)


def test_two_phones_at_once_and_one_is_paired(clinic):
    patient_id = clinic.admit("P-1")
    code = make_code(clinic, patient_id)
    told: list[str] = []
    barrier = Barrier(2)

    def race() -> None:
        barrier.wait()
        try:
            told.append(redeem(clinic, code).token[:3])
        except Refusal as refusal:
            told.append(refusal.code)

    threads = [Thread(target=race) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told) == ["code_used", "dv_"]
    assert phones(clinic, patient_id) == 1


def test_a_patient_has_at_most_five_phones_and_a_removed_one_makes_room(clinic):
    patient_id = clinic.admit("P-1")
    paired = [redeem(clinic, make_code(clinic, patient_id)).device for _ in range(DEVICES_MAX)]
    code = make_code(clinic, patient_id)
    with refused("too_many_devices"):
        redeem(clinic, code)
    assert phones(clinic, patient_id) == DEVICES_MAX == 5
    with clinic.unit(write=True) as session:
        enrolment.revoke_device(session, paired[0].id, now=NOW)
    redeem(clinic, code)
    assert phones(clinic, patient_id) == DEVICES_MAX


def test_a_removed_phone_is_out_at_once_for_good_and_the_others_stay(clinic):
    patient_id = clinic.admit("P-1")
    lost, kept = (redeem(clinic, make_code(clinic, patient_id)) for _ in range(2))
    for now in (NOW, NOW + timedelta(days=1)):
        with clinic.unit(write=True) as session:
            enrolment.revoke_device(session, lost.device.id, now=now)
    assert [revoked_at(clinic, phone) for phone in (lost, kept)] == [NOW, None]


def revoked_at(clinic: LittleClinic, phone: Enrolled) -> datetime | None:
    """What signing in with this phone's token looks at."""
    with unit(clinic.engine, STRANGER, write=False) as session:
        present(session, token_digest(phone.token))
        found = device_presented(session, token_digest(phone.token))
        assert found is not None
        return found.revoked_at


def test_a_patient_no_longer_followed_gets_no_code_and_has_none_left(clinic):
    patient_id = clinic.admit("P-1")
    code = make_code(clinic, patient_id)
    stop(clinic, patient_id)
    with refused("patient_not_followed"):
        make_code(clinic, patient_id)
    with refused("code_expired"):
        look_at(clinic, code)
    with refused("code_expired"):
        redeem(clinic, code)
    assert phones(clinic, patient_id) == 0


def test_followed_again_a_patient_gets_a_new_code_and_the_old_one_stays_ended(clinic):
    patient_id = clinic.admit("P-1")
    code = make_code(clinic, patient_id)
    stop(clinic, patient_id)
    with clinic.unit(write=True) as session:
        patients.follow(session, patient_by_id(session, patient_id, lock=True), now=NOW)
    with refused("code_expired"):
        redeem(clinic, code)
    redeem(clinic, make_code(clinic, patient_id))


def test_a_code_opens_its_own_clinic_and_another_clinic_sees_nothing_of_it(clinic):
    other = join(clinic.engine)
    patient_id = clinic.admit("P-1")
    other.admit("P-1")
    enrolled = redeem(clinic, make_code(clinic, patient_id))
    assert (enrolled.device.clinic_id, enrolled.patient.clinic_id) == (clinic.clinic_id, clinic.clinic_id)
    with other.unit(write=True) as session:
        assert session.scalars(own(session, EnrolmentCode)).all() == []
        assert devices_of(session, patient_id) == []
        with pytest.raises(NoResultFound):
            enrolment.revoke_device(session, enrolled.device.id, now=NOW)
    assert phones(clinic, patient_id) == 1


def test_no_code_is_made_for_another_clinics_patient(clinic):
    other = join(clinic.engine)
    with clinic.unit() as session:
        patient = patient_by_id(session, clinic.admit("P-1"))
    with pytest.raises(IntegrityError), other.unit(write=True) as session:
        enrolment.make_code(session, patient, secret_key=SECRET, now=NOW)


def test_looking_at_a_code_tells_the_clinic_and_uses_nothing_up(clinic):
    patient_id = clinic.admit("P-1")
    code = make_code(clinic, patient_id)
    assert look_at(clinic, code) == Invitation("Little clinic", "Europe/Amsterdam")
    redeem(clinic, code)


def test_a_code_that_nobody_made_opens_nothing(clinic):
    make_code(clinic, clinic.admit("P-1"))
    for code in ("", "ABCDEFGH", "' OR 1=1 --"):
        with refused("code_wrong"):
            redeem(clinic, code)
        with refused("code_wrong"):
            look_at(clinic, code)


def test_a_phone_tells_where_it_is_and_in_which_language(clinic):
    patient_id = clinic.admit("P-1")
    there = Phone(zone="America/New_York", locale="nl", consent_version="2026-1")
    redeem(clinic, make_code(clinic, patient_id), phone=there)
    with clinic.unit() as session:
        patient = patient_by_id(session, patient_id)
    assert (patient.zone, patient.locale) == ("America/New_York", "nl")
