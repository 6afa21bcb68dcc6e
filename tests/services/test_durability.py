"""How long relief lasts in a small clinic, and how a job keeps it for the desk."""

from datetime import timedelta

import pytest

from config.protocol import DEFAULT
from diary.services.diaries_as_of import as_of_now
from diary.services.durability import durability
from diary.services.results import find, results_due
from diary.services.safety import safety_of
from diary.storage.engine import make_engine
from diary.storage.foretold import courses_between, newest_courses
from diary.storage.patients import patient_by_id
from diary.storage.results import result
from diary.storage.tables.clinic import Clinic
from tests import little_clinic
from tests.little_clinic import FIRST_DAY, at, day_number


@pytest.fixture
def clinic(database_url):
    engine = make_engine(database_url)
    yield little_clinic.found(engine)
    engine.dispose()


@pytest.fixture
def sqlite_clinic(sqlite_url):
    engine = make_engine(sqlite_url)
    yield little_clinic.found(engine)
    engine.dispose()


def of(clinic, day):
    with clinic.unit() as session:
        return durability(session, as_of_now(session, at(day)))


def test_a_clinic_without_courses_has_nothing_to_show(sqlite_clinic):
    found = of(sqlite_clinic, FIRST_DAY)
    assert (found.courses, found.factors) == (0, ())


def test_courses_are_grouped_by_what_was_given_and_read_by_the_plain_rule(clinic):
    clinic.treated("P-1", "2 " * 30 + "7 " * 20)
    clinic.treated("P-2", "2 " * 50)
    clinic.treated("P-3", "8 " * 50)
    found = of(clinic, day_number(50))
    assert (found.courses, found.patients, found.weak) == (3, 3, 0)
    agent = next(factor for factor in found.factors if factor.name == "agent")
    (group,) = agent.groups
    assert group.name == "s_ketamine"
    assert (group.responders, group.no_response, group.lost) == (2, 1, 1)
    assert not group.drawn


def test_a_placebo_and_a_drug_that_nobody_knows_are_no_ketamine(sqlite_clinic):
    for name, agent in (("P-1", "s_ketamine"), ("P-2", "placebo"), ("P-3", "study_drug")):
        sqlite_clinic.rename_drug(sqlite_clinic.treated(name, "2 " * 50), agent)
    found = of(sqlite_clinic, day_number(50))
    assert (found.courses, found.patients) == (1, 1)
    with sqlite_clinic.unit() as session:
        learned_from = newest_courses(session, ended_by=day_number(50), most=10)
        ended = courses_between(session, FIRST_DAY, day_number(50))
        days = [
            safety_of(session, patient_by_id(session, one), today=day_number(50), protocol=DEFAULT)
            for one in (1, 2, 3)
        ]
    assert learned_from == ended == [1]
    assert [one.infusion_days_12_months for one in days] == [5, 0, 5], "what may be ketamine counts as it"


def test_a_booster_and_the_next_course_end_the_watch(sqlite_clinic):
    boosted = sqlite_clinic.treated("P-1", "2 " * 30)
    sqlite_clinic.infuse(boosted, first_day=day_number(31), classified_as="booster")
    again = sqlite_clinic.treated("P-2", "2 " * 40)
    sqlite_clinic.infuse(again, first_day=day_number(41))
    found = of(sqlite_clinic, day_number(60))
    course = {
        group.name: group for factor in found.factors if factor.name == "course" for group in factor.groups
    }
    assert course["first"].treated_again == 1
    assert course["first"].lost == 0
    assert course["second"].unknown == 1, "nobody answered since"


def test_a_later_course_is_held_against_the_one_before_in_the_same_patient(sqlite_clinic):
    patient = sqlite_clinic.treated("P-1", "2 " * 50 + "8 " * 20)
    second = day_number(71)
    sqlite_clinic.infuse(patient, first_day=second)
    sqlite_clinic.write(patient, day_number(1, first_day=second), "2 " * 20 + "8 " * 20)
    found = of(sqlite_clinic, day_number(40, first_day=second))
    (pair,) = found.repeats.pairs
    assert (pair.patient, pair.before.lost, pair.after.lost) == ("P-1", True, True)
    assert pair.shorter is True
    assert found.to_values()["repeats"]["told"].startswith("Of 1 times")


def test_course_without_baseline_is_in_no_figure(sqlite_clinic):
    patient = sqlite_clinic.admit("P-1")
    sqlite_clinic.infuse(patient)
    sqlite_clinic.write(patient, day_number(1), "2 " * 30)
    found = of(sqlite_clinic, day_number(30))
    assert (found.courses, found.weak) == (0, 1)


def test_findings_are_computed_once_a_week_and_replace_the_last(clinic):
    clinic.treated("P-1", "2 " * 40)
    sunday = FIRST_DAY + timedelta(days=13)
    assert results_due(clinic.engine) == []
    clinic.run_nights(sunday, first=sunday - timedelta(days=1))
    (due,) = results_due(clinic.engine)
    assert due.night == sunday
    find(clinic.engine, due, now=at(sunday + timedelta(days=1)))
    assert results_due(clinic.engine) == []
    with clinic.unit() as session:
        kept = result(session, "durability", session.get(Clinic, clinic.clinic_id).uid)
        assert (kept.night, kept.found["courses"]) == (sunday, 1)
    clinic.run_nights(sunday + timedelta(days=7))
    (due,) = results_due(clinic.engine)
    find(clinic.engine, due, now=at(due.night + timedelta(days=1)))
    with clinic.unit() as session:
        assert result(session, "durability", session.get(Clinic, clinic.clinic_id).uid).night == due.night
