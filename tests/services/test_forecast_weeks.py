"""Each week: a prior learned from the clinic's own courses waits in the shadow, and is tried there."""

import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Barrier

import numpy as np
import pytest
from sqlalchemy import Engine, select

from config.priors import SHIPPED
from config.protocol import DEFAULT
from diary.domain.days import night_due
from diary.domain.simulation.cohorts import COHORTS, A
from diary.services.diaries_as_of import AsOf
from diary.services.forecast_changes import choose_mode, switch_learning
from diary.services.forecast_story import Story, story
from diary.services.forecast_weeks import Week, run_week, weeks_due
from diary.services.forecasting import Learned, learn
from diary.storage.engine import make_engine
from diary.storage.foretold import candidates, last_week
from diary.storage.nights import night_run
from diary.storage.protocols import foresight_at
from diary.storage.tables.audit import Audit
from diary.storage.tables.forecast import ForecastCandidate
from diary.storage.unit import own
from tests.little_clinic import ALWAYS_HERE, LittleClinic, found, join
from tests.services.simulated_clinic import (
    HOUR,
    SUNDAY,
    after,
    cohort,
    every,
    fill,
    look_at_week,
    nights,
)

ROOT = Path(__file__).parents[2]
LATE_LOSSES = COHORTS["midpoint-90"].parameters
EARLY_LOSSES = replace(A, midpoint_days=20.0)
VERY_LATE = replace(A, midpoint_days=150.0)
# Ten weeks on, what was told in the three weeks after the first of them is settled.
TOLD = after(SUNDAY, 7, 20)
JUDGED = SUNDAY + timedelta(days=70)


def treat(clinic: LittleClinic, old, new) -> None:
    """A hundred courses that are over or nearly, and fifty that begin around the first Sunday."""
    fill(clinic, cohort(100, old, seed=3), every(1.0, 100, until=SUNDAY - timedelta(days=100)))
    fill(clinic, cohort(50, new, seed=4), every(0.3, 50, until=SUNDAY + timedelta(days=12)))


def tried(clinic: LittleClinic) -> list[ForecastCandidate]:
    with clinic.unit() as session:
        return candidates(session)


def audited(clinic: LittleClinic) -> list[str]:
    with clinic.unit() as session:
        rows = session.scalars(own(session, Audit).where(Audit.object == "forecast").order_by(Audit.id))
        return [row.action for row in rows]


def learned_as_of(clinic: LittleClinic) -> Learned | None:
    with clinic.unit() as session:
        return learn(session, AsOf(SUNDAY, night_due(SUNDAY, ALWAYS_HERE), DEFAULT))


def seen(clinic: LittleClinic) -> Story:
    with clinic.unit() as session:
        return story(session)


def test_a_clinic_unlike_the_literature_takes_over_what_it_learned_after_its_time_in_the_shadow(clinic):
    treat(clinic, LATE_LOSSES, LATE_LOSSES)
    assert look_at_week(clinic, SUNDAY) == "learned"
    (candidate,) = tried(clinic)
    assert candidate.prior["midpoint_median_days"] > 60
    nights(clinic, TOLD)
    assert look_at_week(clinic, SUNDAY + timedelta(days=28)) == "stays in the shadow"
    assert look_at_week(clinic, JUDGED) == "took over"

    (candidate,) = tried(clinic)
    assert (candidate.state, candidate.courses) == ("took_over", 106)
    assert candidate.scores["brier"] <= candidate.scores["brier_in_force"] + candidate.scores["brier_error"]
    told = {chapter.prior: chapter for chapter in seen(clinic).chapters}
    assert told["clinic 2"].state == "in force"
    assert told["shipped"].state.startswith("replaced on 2026-08-17")
    assert told["learned"].state == "took over on 2026-08-17"
    assert told["learned"].why.startswith(
        "learned from 106 courses up to 2026-06-07; 70 nights in the shadow"
    )
    assert audited(clinic) == ["forecast.learn", "forecast.learned"]

    before, next_night = JUDGED - timedelta(days=1), JUDGED + timedelta(days=1)
    nights(clinic, [next_night, before])
    with clinic.unit() as session:
        used = [night_run(session, night).prior_version for night in (before, JUDGED, next_night)]
        believed = foresight_at(session, night_due(next_night, ALWAYS_HERE)).prior
    names = [name.rpartition(" ")[0] for name in used]
    assert names == ["shipped", "shipped", "clinic 2"], "a night made up later uses the one of its cut-off"
    assert believed.midpoint_log_sd >= 0.5, "it never becomes sure of one kind of patient"


def test_a_prior_that_foresees_worse_is_dropped_and_says_why(clinic):
    """The clinic has changed: its old courses, which it learned from, lasted; the new ones do not."""
    treat(clinic, VERY_LATE, EARLY_LOSSES)
    look_at_week(clinic, SUNDAY)
    nights(clinic, TOLD)
    assert look_at_week(clinic, JUDGED) == "dropped"
    (candidate,) = tried(clinic)
    assert candidate.state == "dropped"
    assert "squared error was" in candidate.reason
    with clinic.unit() as session:
        assert foresight_at(session, night_due(JUDGED, ALWAYS_HERE) + 2 * HOUR).prior == SHIPPED
    assert audited(clinic) == ["forecast.learn", "forecast.drop"]


def test_what_cannot_be_judged_within_half_a_year_is_dropped(clinic):
    fill(clinic, cohort(60, A, seed=3), every(1.0, 60, until=SUNDAY - timedelta(days=60)))
    look_at_week(clinic, SUNDAY)
    assert look_at_week(clinic, SUNDAY + timedelta(days=175)) == "stays in the shadow"
    assert look_at_week(clinic, SUNDAY + timedelta(days=182)) == "dropped"
    assert tried(clinic)[0].reason == "too few outcomes in 182 nights to judge it by"


def test_few_courses_teach_nothing(clinic):
    fill(clinic, cohort(29, A, seed=3), every(1.0, 29, until=SUNDAY - timedelta(days=60)))
    assert look_at_week(clinic, SUNDAY) == "nothing to do"
    assert tried(clinic) == []


class TestSwitchedOff:
    def test_nothing_is_learned_where_learning_was_switched_off(self, clinic):
        fill(clinic, cohort(60, A, seed=3), every(1.0, 60, until=SUNDAY - timedelta(days=60)))
        with clinic.unit(write=True) as session:
            switch_learning(
                session, on=False, note="a trial is under way", now=night_due(SUNDAY, ALWAYS_HERE)
            )
        assert look_at_week(clinic, SUNDAY) == "nothing to do"

    def test_what_waits_in_the_shadow_ends_with_it(self, clinic):
        fill(clinic, cohort(60, A, seed=3), every(1.0, 60, until=SUNDAY - timedelta(days=60)))
        look_at_week(clinic, SUNDAY)
        now = night_due(SUNDAY, ALWAYS_HERE) + timedelta(days=3)
        with clinic.unit(write=True) as session:
            switch_learning(session, on=False, note="a trial is under way", now=now)
        (candidate,) = tried(clinic)
        assert (candidate.state, candidate.reason) == ("dropped", "learning was switched off")
        assert look_at_week(clinic, SUNDAY + timedelta(days=7)) == "nothing to do"
        assert audited(clinic) == ["forecast.learn", "forecast.drop", "forecast.learning"]


class TestOnce:
    """By the database: one row a clinic and week."""

    @pytest.fixture
    def clinic(self, clinic):
        fill(clinic, cohort(60, A, seed=3), every(1.0, 60, until=SUNDAY - timedelta(days=60)))
        return clinic

    def test_two_schedulers_at_once_learn_once(self, clinic, database_url):
        nights(clinic, [SUNDAY])
        together, now = Barrier(2), night_due(SUNDAY, ALWAYS_HERE) + HOUR

        def scheduler(_number: int) -> str | None:
            engine = make_engine(database_url)
            together.wait()
            done = run_week(engine, Week(clinic.clinic_id, SUNDAY), now=now)
            engine.dispose()
            return done

        with ThreadPoolExecutor(2) as both:
            done = list(both.map(scheduler, range(2)))
        assert sorted(done, key=str) == [None, "learned"]
        assert len(tried(clinic)) == 1
        assert audited(clinic) == ["forecast.learn"]

    def test_a_machine_that_was_off_for_a_month_looks_at_one_week(self, clinic):
        look_at_week(clinic, SUNDAY)
        nights(clinic, after(SUNDAY, 30, 36))
        (week,) = weeks_due(clinic.engine)
        assert week.night == SUNDAY + timedelta(days=35)
        assert run_week(clinic.engine, week, now=night_due(after(SUNDAY, 36, 36)[0], ALWAYS_HERE))
        assert weeks_due(clinic.engine) == []

    def test_a_week_is_over_with_sundays_night_and_not_before(self, clinic):
        nights(clinic, [SUNDAY - timedelta(days=1)])
        assert [week.night for week in weeks_due(clinic.engine)] == [SUNDAY - timedelta(days=7)]
        nights(clinic, [SUNDAY])
        assert [week.night for week in weeks_due(clinic.engine)] == [SUNDAY]

    def test_a_person_who_changes_the_forecast_meanwhile_is_not_overruled(self, clinic):
        look_at_week(clinic, SUNDAY)
        now = night_due(SUNDAY, ALWAYS_HERE) + HOUR
        with clinic.unit(write=True) as session:
            choose_mode(session, "on", note="we have tried it", now=now)
        assert run_week(clinic.engine, Week(clinic.clinic_id, SUNDAY), now=now) is None

    @pytest.mark.parametrize("table", ["forecast_week", "forecast_candidate", "audit"])
    def test_killed_at_any_write_nothing_of_it_stands_and_the_next_start_does_it_whole(
        self, clinic, database_url, table
    ):
        nights(clinic, [SUNDAY])
        given = (database_url, str(clinic.clinic_id), SUNDAY.isoformat(), table)
        module = "tests.services.week_to_kill"
        killed = subprocess.run([sys.executable, "-m", module, *given], cwd=ROOT, check=False)
        assert killed.returncode == -signal.SIGKILL
        assert tried(clinic) == []
        with clinic.unit() as session:
            assert last_week(session) is None
        expected = learned_as_of(clinic)
        (week,) = weeks_due(clinic.engine)
        assert run_week(clinic.engine, week, now=night_due(SUNDAY, ALWAYS_HERE) + HOUR) == "learned"
        (candidate,) = tried(clinic)
        assert candidate.prior["midpoint_median_days"] == expected.prior.midpoint_median_days


@pytest.fixture
def engine(database_url: str):
    engine = make_engine(database_url)
    yield engine
    engine.dispose()


def test_another_clinics_courses_never_teach_this_one(engine: Engine):
    ours, theirs = found(engine), join(engine)
    fill(ours, cohort(60, A, seed=3), every(1.0, 60, until=SUNDAY - timedelta(days=60)))
    alone = learned_as_of(ours)
    fill(theirs, cohort(60, VERY_LATE, seed=5), every(1.0, 60, until=SUNDAY - timedelta(days=60)))
    assert learned_as_of(ours) == alone
    assert learned_as_of(theirs).prior.midpoint_median_days > alone.prior.midpoint_median_days + 10


def test_what_was_learned_can_be_learned_again_from_the_same_cut_off(clinic):
    """What is answered later, by however many courses, is not looked at."""
    fill(clinic, cohort(60, A, seed=3), every(1.0, 60, until=SUNDAY - timedelta(days=20)))
    look_at_week(clinic, SUNDAY)
    fill(clinic, cohort(40, VERY_LATE, seed=4), every(1.0, 40, until=SUNDAY + timedelta(days=60)))
    nights(clinic, after(SUNDAY, 100, 100))
    with clinic.unit() as session:
        known = session.scalars(select(ForecastCandidate.prior)).one()
    again = learned_as_of(clinic).prior
    assert again.midpoint_median_days != pytest.approx(SHIPPED.midpoint_median_days, abs=0.01)
    assert {name: getattr(again, name) for name in known} == pytest.approx(known)
    assert np.isfinite(again.noise_median_nrs)
