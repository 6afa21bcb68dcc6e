"""A pause is read in one way: from the patient's own day on which it was set, to its last day."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from config.protocol import Protocol
from diary.services import own_diary, patients
from diary.services.asked_days import is_within, unfollowed
from diary.services.night_shard import NightFrame, read_shard
from diary.services.patient_page import patient_page
from diary.services.zones import note_zone
from diary.storage.engine import make_engine
from diary.storage.follow import Followed
from diary.storage.patients import patient_by_id
from diary.storage.shards import stretches
from tests.little_clinic import SHOWN, ZONE, LittleClinic, at, day_number, found

DAY = timedelta(days=1)


@pytest.fixture
def clinic(database_url: str) -> Iterator[LittleClinic]:
    engine = make_engine(database_url)
    yield found(engine)
    engine.dispose()


def followed(state: str, number: int, until: int | None = None) -> Followed:
    until_day = None if until is None else day_number(until)
    return Followed(1, state, at(day_number(number)), until_day, None, None, "staff", ZONE.key)


def test_a_pause_lasts_to_its_end_or_to_the_day_before_the_next_word():
    words = [followed("paused", 3, until=9), followed("followed", 6), followed("stopped", 20)]

    assert list(unfollowed(words)) == [
        ("paused", day_number(3), day_number(5)),
        ("stopped", day_number(20), None),
    ]


def test_of_two_words_on_one_day_the_last_one_counts():
    (first, second) = unfollowed([followed("paused", 3), followed("paused", 3, until=4)])

    assert not is_within(day_number(3), *first[1:])
    assert [is_within(day_number(day), *second[1:]) for day in (2, 3, 4, 5)] == [False, True, True, False]


def test_the_chart_and_the_phone_agree_on_a_pause_set_in_the_evening_far_west_of_greenwich(clinic):
    patient_id = clinic.treated("P-1", "2 " * 10)
    evening = datetime(2026, 1, 25, 2, tzinfo=UTC)  # 18:00 on the 24th in Los Angeles
    with clinic.unit(write=True) as session:
        patient = patient_by_id(session, patient_id, lock=True)
        note_zone(session, patient, "America/Los_Angeles", since_at=evening - DAY)
        patients.pause(session, patient, until=None, note=None, now=evening)
    with clinic.unit(write=True) as session:
        patient = patient_by_id(session, patient_id)
        now = evening + 4 * DAY
        page = patient_page(session, patient, reader_id=0, names=False, whole=False, now=now)
        diary = own_diary.own_diary(session, patient, locale="en", now=now)
        shown = own_diary.own_days(session, patient, diary, last=diary.today, days=10)

    begins = shown[-1].day
    missed_in_the_chart = [one.day for one in page.chart.days if one.nrs is None and one.day >= begins]
    missed_on_the_phone = [one.day for one in reversed(shown) if one.reply == "none"]
    assert missed_in_the_chart == missed_on_the_phone
    assert missed_in_the_chart[-1] == evening.date() - 2 * DAY, "the 24th itself is paused"


@pytest.mark.parametrize(
    ("zone", "paused_at"),
    [
        ("Pacific/Auckland", datetime(2026, 1, 25, 16, tzinfo=UTC)),  # 05:00 on the 26th there
        ("Pacific/Honolulu", datetime(2026, 1, 27, 6, tzinfo=UTC)),  # 20:00 on the 26th there
        ("Pacific/Auckland", datetime(2026, 1, 26, 12, tzinfo=UTC)),  # 01:00 on the 27th: the 26th is open
        ("Pacific/Honolulu", datetime(2026, 1, 27, 11, tzinfo=UTC)),  # 01:00 on the 27th: the 26th is open
    ],
)
def test_the_night_expects_nothing_from_the_patients_own_day_on(clinic, zone, paused_at):
    """The last answer is of 20 January: five days were asked for in vain, the 21st to the 25th."""
    patient_id = clinic.treated("P-1", "2 " * 11)
    assert day_number(12).isoformat() == "2026-01-21"
    with clinic.unit(write=True) as session:
        patient = patient_by_id(session, patient_id, lock=True)
        note_zone(session, patient, zone, since_at=paused_at - DAY)
        patients.pause(session, patient, until=None, note=None, now=paused_at)
    assert asked_days(clinic) == [21, 22, 23, 24, 25]


def test_a_pause_keeps_its_days_when_the_patient_flies_on(clinic):
    """Paused at 20:00 on the 26th in Honolulu, where in Auckland it is the 27th; the patient lands there."""
    patient_id = clinic.treated("P-1", "2 " * 11)
    paused_at = datetime(2026, 1, 27, 6, tzinfo=UTC)
    with clinic.unit(write=True) as session:
        patient = patient_by_id(session, patient_id, lock=True)
        note_zone(session, patient, "Pacific/Honolulu", since_at=paused_at - DAY)
        patients.pause(session, patient, until=None, note=None, now=paused_at)
        note_zone(session, patient, "Pacific/Auckland", since_at=paused_at + DAY)
    with clinic.unit(write=True) as session:
        patient = patient_by_id(session, patient_id)
        assert patient.zone == "Pacific/Auckland"
        page = patient_page(session, patient, reader_id=0, names=False, whole=False, now=paused_at + 4 * DAY)
    assert asked_days(clinic) == [21, 22, 23, 24, 25]
    assert max(one.day for one in page.chart.days if one.nrs is None).day == 25


def asked_days(clinic: LittleClinic) -> list[int]:
    """The days of January without an answer that the night of course day 40 expected one of."""
    now = at(day_number(41))
    frame = NightFrame(
        clinic_id=clinic.clinic_id,
        night=day_number(40),
        cutoff_at=now,
        run_id=0,
        protocol_id=0,
        protocol=Protocol(),
        foresight=SHOWN,
        now=now,
        late=False,
    )
    with clinic.unit() as session:
        (stretch,) = stretches(session, most=10)
        (one,) = read_shard(session, frame, stretch).courses
    asked = [day for day in range(12, 41) if day not in one.unasked_days]
    return [day_number(day).day for day in asked]
