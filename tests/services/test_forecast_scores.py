"""What a prior would have told on nights of long ago, from the days as they stood then."""

from datetime import timedelta

import numpy as np
import pytest

from config.priors import SHIPPED
from config.protocol import DEFAULT
from diary.domain.days import night_due
from diary.services import courses
from diary.services.diaries_as_of import AsOf, Diaries, read_diaries
from diary.services.entries import Answer, record
from diary.services.forecast_scores import LOGGED_DAYS, retold, told_by
from diary.storage.foretold import foretold
from diary.storage.ids import new_uid
from diary.storage.patients import patient_by_id
from tests.little_clinic import ALWAYS_HERE, FIRST_DAY, ZONE, LittleClinic, at, day_number

FADING = "2 " * 20 + "3 " * 6 + "4 " * 6 + "5 " * 6 + "6 " * 6
LAST_NIGHT = day_number(44)


def as_of(night) -> AsOf:
    return AsOf(night, night_due(night, ALWAYS_HERE), DEFAULT)


def diaries(clinic: LittleClinic, night=LAST_NIGHT) -> Diaries:
    with clinic.unit() as session:
        rows = foretold(session, range(1, 100), on_days=LOGGED_DAYS, after=FIRST_DAY, until=night)
        return read_diaries(session, sorted({row.course_id for row in rows}), as_of(night))


def answer_late(clinic: LittleClinic, patient_id: int, number: int, nrs: int, *, received: int) -> None:
    """Answered in time by a phone that was offline, and received days later."""
    day = day_number(number)
    answered_at = at(day, hour=20)
    received_at = at(day_number(received), hour=12)
    answer = Answer(new_uid(answered_at), day, nrs, answered_at, received_at, ZONE.key)
    with clinic.phone(patient_id) as session:
        record(session, patient_by_id(session, patient_id, lock=True), answer, now=received_at)


@pytest.fixture
def followed(clinic: LittleClinic) -> LittleClinic:
    """Three diaries; in the second the answers of two weeks come late, each after it would have mattered."""
    clinic.treated("P-1", FADING)
    held_back = clinic.treated("P-2", "2 " * 20 + ". " * 14 + "7 " * 10)
    clinic.treated("P-3", "2 3 " * 22, before="5 " * 14)
    clinic.run_nights(day_number(36))
    for number in range(21, 35):
        answer_late(clinic, held_back, number, 8, received=37)
    clinic.run_nights(LAST_NIGHT)
    return clinic


def test_the_same_prior_tells_again_what_the_nights_told(followed):
    found = diaries(followed)
    with followed.unit() as session:
        rows = foretold(session, range(1, 100), on_days=LOGGED_DAYS, after=FIRST_DAY, until=LAST_NIGHT)
        place = {one.course.id: one for one in found.courses}
        again = retold(session, [place[row.course_id] for row in rows], rows, SHIPPED, as_of(LAST_NIGHT))
    told = told_by(rows)
    assert len(rows) == 3 * 6
    for name in ("p_lost_28d", "lost_p10", "lost_p90"):
        np.testing.assert_allclose(getattr(again, name), getattr(told, name), atol=1e-4)


def test_what_came_late_is_known_today_and_was_not_then(followed):
    """Else the test above would hold of any days."""
    now, then = diaries(followed), diaries(followed, day_number(35))
    answered = [(one.arrays.scores[:, :35] != 255).sum(axis=1).tolist() for one in (now, then)]
    assert answered == [[35, 35, 35], [35, 21, 35]]


def test_a_course_ends_where_the_next_begins_and_its_truth_with_it(clinic):
    patient_id = clinic.treated("P-1", "2 " * 40)
    next_day = day_number(41)
    with clinic.unit(write=True) as session:
        courses.plan_course(
            session,
            patient_by_id(session, patient_id, lock=True),
            regimen=None,
            planned_first_day=next_day,
            treated_area=None,
            now=at(day_number(40)),
        )
    clinic.infuse(patient_id, first_day=next_day)
    clinic.write(patient_id, next_day + timedelta(days=5), "1 " * 30)
    with clinic.unit() as session:
        both = read_diaries(session, range(1, 10), as_of(next_day + timedelta(days=34)))
    first, second = both.seen().nights
    assert (first, second) == (40, 30)
    truth = both.truth(DEFAULT)
    assert truth.known_until.tolist() == [29, 19]


def test_a_booster_ends_what_is_known_of_the_curve(clinic):
    patient_id = clinic.treated("P-1", "2 " * 60)
    clinic.infuse(patient_id, first_day=day_number(30), classified_as="booster")
    with clinic.unit() as session:
        found = read_diaries(session, range(1, 10), as_of(day_number(60)))
    assert found.seen().nights.tolist() == [29]
    assert found.truth(DEFAULT).known_until.tolist() == [18]
