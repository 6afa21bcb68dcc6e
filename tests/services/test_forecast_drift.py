"""A shown forecast that has drifted hides itself, says so to everybody, and only a person shows it again."""

from dataclasses import replace
from datetime import timedelta

import pytest

from config.duties import JOB_SILENT_MAX
from diary.domain.days import night_due
from diary.domain.simulation.cohorts import A
from diary.services.forecast_changes import choose_mode, keep_prior, switch_learning
from diary.services.forecast_story import story, switched_off
from diary.services.sandbox import move_clock
from diary.services.watch import watch
from diary.services.worklist import View, worklist
from diary.storage.protocols import foresight_at
from diary.storage.tables.audit import Audit
from diary.storage.unit import SYSTEM, own, unit
from diary.storage.watch import put_beat
from tests.little_clinic import ALWAYS_HERE, LittleClinic
from tests.services.simulated_clinic import HOUR, SUNDAY, after, cohort, every, fill, look_at_week, nights

# Half of the relief is gone by day 10; the shipped prior believes in 51.
FAR_OFF = replace(A, midpoint_days=10.0)
# Their infusions ended in one week, so that each was foreseen on its day 7 by one of seven nights.
COURSES = 110
LAST = SUNDAY - timedelta(days=80)
TOLD = after(LAST, 1, 7)


def treat(clinic: LittleClinic, parameters) -> None:
    fill(clinic, cohort(COURSES, parameters, seed=6), every(6 / COURSES, COURSES, until=LAST))


def at_week(sunday=SUNDAY):
    return night_due(sunday, ALWAYS_HERE) + 2 * HOUR


def choose(clinic: LittleClinic, mode: str, *, now=None) -> None:
    with clinic.unit(write=True) as session:
        choose_mode(session, mode, note="we have tried it", now=now or at_week(LAST - timedelta(days=30)))


@pytest.fixture
def learning_off(clinic: LittleClinic) -> LittleClinic:
    """So that a week does nothing but look at what was told."""
    with clinic.unit(write=True) as session:
        switch_learning(session, on=False, note="for the test", now=at_week(LAST - timedelta(days=40)))
    return clinic


def shown(clinic: LittleClinic, sunday=SUNDAY) -> bool:
    with clinic.unit() as session:
        return foresight_at(session, at_week(sunday)).shown


def told_at_desk(clinic: LittleClinic, now) -> str | None:
    with clinic.unit(write=True, role="nurse") as session:
        off = worklist(session, View(tab="all"), names=False, now=now).forecast_off
    return off.why if off is not None else None


def told_to_operator(clinic: LittleClinic, now) -> list[str]:
    with unit(clinic.engine, SYSTEM, write=True) as session:
        move_clock(session, to=now)
        for job in JOB_SILENT_MAX:
            put_beat(session, job, at=now, failure=None)
    with unit(clinic.engine, SYSTEM, write=False) as session:
        return [one.text for one in watch(session, wall_now=now).findings if one.code == "forecast_off"]


def test_a_forecast_that_is_far_off_hides_itself_and_a_person_shows_it_again(learning_off):
    clinic = learning_off
    treat(clinic, FAR_OFF)
    choose(clinic, "on")
    nights(clinic, TOLD)
    assert told_at_desk(clinic, at_week()) is None
    assert look_at_week(clinic, SUNDAY) == "switched off"

    assert not shown(clinic)
    why = told_at_desk(clinic, at_week())
    assert "lost relief before the day that the forecast gave 10 %; it told of" in why
    (told,) = told_to_operator(clinic, at_week())
    assert why in told
    assert "the plain rule goes on" in told
    with clinic.unit() as session:
        actions = [
            row.action for row in session.scalars(own(session, Audit).where(Audit.object == "forecast"))
        ]
        found = story(session)
    assert actions == ["forecast.learning", "forecast.mode", "forecast.drift"]
    assert found.chapters[-1].why == why

    next_sunday = SUNDAY + timedelta(days=7)
    assert look_at_week(clinic, next_sunday) == "nothing to do"
    assert not shown(clinic, next_sunday), "it never switches itself on"

    choose(clinic, "on", now=at_week(next_sunday))
    assert told_at_desk(clinic, at_week(next_sunday)) is None
    assert told_to_operator(clinic, at_week(next_sunday)) == []
    later = SUNDAY + timedelta(days=14)
    assert look_at_week(clinic, later) == "nothing to do", "what spoke against it then has been heard"
    assert shown(clinic, later)


def test_who_confirms_that_it_stays_hidden_is_told_no_more(learning_off):
    clinic = learning_off
    treat(clinic, FAR_OFF)
    choose(clinic, "on")
    nights(clinic, TOLD)
    look_at_week(clinic, SUNDAY)
    choose(clinic, "shadow", now=at_week())
    with clinic.unit() as session:
        assert switched_off(session) is None


def test_a_forecast_that_is_right_stays_shown_and_its_count_can_be_read(learning_off):
    clinic = learning_off
    treat(clinic, A)
    choose(clinic, "on")
    nights(clinic, TOLD)
    assert look_at_week(clinic, SUNDAY) == "nothing to do"
    assert shown(clinic)
    with clinic.unit() as session:
        tallies = {(one["what"], one["courses"]): one for one in story(session).found["tallies"]}
    assert {what for what, _ in tallies} >= {"early", "more", "fewer"}
    assert max(courses for _, courses in tallies) > 90


def test_in_the_shadow_it_is_counted_and_nothing_is_switched(learning_off):
    clinic = learning_off
    treat(clinic, FAR_OFF)
    nights(clinic, TOLD)
    assert look_at_week(clinic, SUNDAY) == "nothing to do"
    with clinic.unit() as session:
        found = story(session)
    assert min(one["chance"] for one in found.found["tallies"]) < 1e-6
    assert [chapter.mode for chapter in found.chapters] == ["shadow", "shadow"]


def test_another_prior_is_not_held_to_what_the_one_before_it_told(learning_off):
    clinic = learning_off
    treat(clinic, FAR_OFF)
    choose(clinic, "on")
    nights(clinic, TOLD)
    with clinic.unit(write=True) as session:
        believed = foresight_at(session, at_week()).prior
        keep_prior(session, replace(believed, midpoint_median_days=20.0), note="ours", now=at_week(TOLD[-1]))
    assert look_at_week(clinic, SUNDAY) == "nothing to do"
    assert shown(clinic)
