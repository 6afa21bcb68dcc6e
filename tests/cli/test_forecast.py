"""`forecast`: look at what is believed, learn it from the clinic's own courses, show or hide it."""

import json
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from config.priors import SHIPPED
from diary.domain import packed
from diary.domain.relapse.shadow import NOTHING
from diary.domain.simulation.cohort import simulate
from diary.domain.simulation.cohorts import COHORTS
from diary.services.clinics import ALWAYS, new_forecast
from diary.services.forecasting import Learned, Tried
from diary.services.sandbox import move_clock
from diary.storage.courses import courses_of
from diary.storage.engine import make_engine
from diary.storage.protocols import foresight_at
from diary.storage.tables.entry import CourseDays
from diary.storage.unit import SYSTEM, own, unit
from tests.cli.terminal import Terminal
from tests.little_clinic import LittleClinic, at, day_number, found

COURSES = 120
NIGHTS = 120
AFTER = at(day_number(NIGHTS + 2))


@pytest.fixture
def clinic(shell: Terminal) -> Iterator[LittleClinic]:
    engine = make_engine(shell.url)
    yield found(engine)
    engine.dispose()


def fill(clinic: LittleClinic) -> None:
    """Courses of a clinic where relief lasts longer: their packed days, which is what is read."""
    parameters = COHORTS["midpoint-90"].parameters
    cohort = simulate(COURSES, rng=np.random.default_rng(5), parameters=parameters, days=NIGHTS)
    infusion = bytes([packed.NO_ANSWER]) * 5
    for row in range(COURSES):
        patient_id = clinic.treated(f"P-{row}", "2")
        with clinic.unit(write=True) as session:
            (course,) = courses_of(session, patient_id)
            days = session.scalars(own(session, CourseDays).where(CourseDays.course_id == course.id)).one()
            days.days = cohort.before[row].tobytes() + infusion + cohort.scores[row].tobytes()
    with unit(clinic.engine, SYSTEM, write=True) as session:
        move_clock(session, to=at(day_number(NIGHTS + 1)))


def test_every_number_is_shown_with_its_source(shell, clinic):
    rows = json.loads(shell.run("forecast", "prior", "--json").output)
    assert {row["number"] for row in rows} == set(SHIPPED.to_values())
    assert all(row["source"] and row["mark"] in ("published", "derived", "assumed") for row in rows)


def test_a_prior_is_learned_tried_and_kept_from_the_next_night_on(lite):
    shell, clinic = lite, found(make_engine(lite.url))
    fill(clinic)
    looked = shell.run("forecast", "learn", "--json")
    assert looked.exit_code == 0
    learned = {row["number"]: row["learned"] for row in json.loads(looked.stdout)}
    assert learned["midpoint_median_days"] > SHIPPED.midpoint_median_days
    with clinic.unit() as session:
        assert foresight_at(session, AFTER).prior == SHIPPED, "looking changes nothing"
    kept = shell.run("forecast", "learn", "--keep", "a year of our own")
    assert kept.exit_code == 0, kept.output
    with clinic.unit() as session:
        foresight = foresight_at(session, AFTER)
    assert foresight.prior.midpoint_median_days == pytest.approx(learned["midpoint_median_days"], abs=1e-3)
    assert (foresight.prior_version[:9], foresight.shown) == ("clinic 2 ", False)


def test_too_few_courses_are_said_so(shell, clinic):
    clinic.treated("P-1", "2 " * 20)
    said = shell.run("forecast", "learn")
    assert said.exit_code == 1
    assert "too few courses" in said.stderr


def test_the_forecast_is_shown_and_hidden_again(shell, clinic):
    assert shell.run("forecast", "mode", "on", "--note", "we tried it for a year").exit_code == 0
    assert "on: staff see it" in shell.run("forecast", "show").output
    shell.run("forecast", "mode", "shadow", "--note", "it rang too often")
    assert "in the shadow" in shell.run("forecast", "show").output


def test_the_record_says_how_long_before_the_rule_it_spoke(shell, clinic):
    assert "confirmed no loss so far" in shell.run("forecast", "record").output
    with clinic.unit(write=True) as session:
        new_forecast(session, mode="on", prior={}, note="for the test", now=ALWAYS)
    clinic.treated("P-1", "2 " * 28 + "3 " * 6 + "4 " * 6 + "5 " * 6 + "6 " * 6 + "7 " * 18)
    clinic.run_nights(day_number(68), first=day_number(30))
    (record,) = json.loads(shell.run("forecast", "record", "--json").output)
    (lead_days,) = record["lead_days"]
    assert lead_days >= 14
    assert (record["not_foreseen"], record["unconfirmed"]) == (0, 0)


def test_a_prior_that_foresees_worse_than_chance_gives_is_worse():
    compared = replace(NOTHING, forecasts=90, brier_in_force=0.140, brier=0.150, brier_error=0.004)
    tried = Tried(Learned(200, SHIPPED), compared)
    assert tried.worse
    assert not replace(tried, compared=replace(compared, brier_error=0.02)).worse
    assert replace(tried, compared=NOTHING).worse, "nobody can say"


def test_a_clinic_stops_the_learning_and_starts_it_again_and_says_why(shell, clinic):
    assert "It learns each week by itself." in shell.run("forecast", "show").output
    refused = shell.run("forecast", "learn", "--auto", "off")
    assert refused.exit_code != 0
    assert "--note" in refused.output
    assert shell.run("forecast", "learn", "--auto", "off", "--note", "a study runs").exit_code == 0
    told = shell.run("forecast", "show").output
    assert "It does not learn by itself." in told
    assert "a study runs" in told
    shell.run("forecast", "learn", "--auto", "on", "--note", "it is over")
    assert "It learns each week by itself." in shell.run("forecast", "show").output
