"""The forecast in the night: shown or in the shadow, as of the cut-off, and by the clinic's own prior."""

import random
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from types import MappingProxyType

import numpy as np
import pytest
from sqlalchemy import select

from diary.domain.packed import NO_ANSWER
from diary.domain.relapse.assess import assess
from diary.domain.sight import unpack
from diary.domain.simulation.cohort import simulate
from diary.services.clinics import ALWAYS, new_forecast
from diary.services.night_judging import judge_shard
from diary.services.night_shard import NightFrame, read_shard
from diary.services.nights import Due, run_night
from diary.storage.courses import courses_of
from diary.storage.nights import assessments
from diary.storage.protocols import protocol_at
from diary.storage.shards import stretches
from diary.storage.tables.alert import Alert
from diary.storage.tables.night import Assessment, AssessmentLog
from diary.storage.unit import own
from tests.little_clinic import SHOWN, LittleClinic, at, day_number

# Relief of three quarters that is lost between days 30 and 55.
FADING = "2 " * 28 + "3 " * 6 + "4 " * 6 + "5 " * 6 + "6 " * 6 + "7 " * 18
NOTHING_OWN: Mapping[str, float] = MappingProxyType({})
CHANCES = ("p_lost", "p_lost_14d", "p_lost_28d", "p_lost_lead")


def show(clinic: LittleClinic, *, mode="on", prior: Mapping[str, float] = NOTHING_OWN, now=ALWAYS) -> None:
    with clinic.unit(write=True) as session:
        new_forecast(session, mode=mode, prior=prior, note="for the test", now=now)


def finding(clinic: LittleClinic, patient_id: int) -> Assessment:
    with clinic.unit() as session:
        (course,) = courses_of(session, patient_id)
        return assessments(session, [course.id])[course.id]


def logged(clinic: LittleClinic) -> list[AssessmentLog]:
    with clinic.unit() as session:
        return list(session.scalars(own(session, AssessmentLog).order_by(AssessmentLog.night)))


def loss_nights(clinic: LittleClinic, patient_id: int) -> list[tuple[str | None, str]]:
    return [(one.level, str(one.night)) for one in clinic.alerts(patient_id) if one.kind == "loss"]


def test_in_the_shadow_the_rule_alone_speaks_and_chances_are_in_the_log_only(clinic):
    patient_id = clinic.treated("P-1", FADING)
    clinic.run_nights(day_number(45))
    assert loss_nights(clinic, patient_id) == []
    found = finding(clinic, patient_id)
    assert found.state == "holding"
    assert found.p_lost_28d > 0.5, "it was foreseen all the same"
    sights = {one.day_number: unpack(one.sight).relief for one in logged(clinic) if one.sight}
    assert list(sights) == [7, 14, 21, 28, 35, 42]
    assert sights[42] < 0.7 < sights[28], "pain of 4 and 5 after 8, and of 2"
    clinic.run_nights(day_number(70), first=day_number(46))
    (alert,) = (one for one in clinic.alerts(patient_id) if one.kind == "loss")
    assert alert.level == "confirmed"
    assert not [name for name in alert.facts if name.startswith(("p_lost", "lost_p"))]


def test_shown_it_speaks_weeks_before_the_rule_and_keeps_what_it_saw(clinic):
    show(clinic)
    patient_id = clinic.treated("P-1", FADING)
    clinic.run_nights(day_number(70))
    (alert,) = (one for one in clinic.alerts(patient_id) if one.kind == "loss")
    assert alert.level == "confirmed", "one alert, raised as it got surer"
    with clinic.unit() as session:
        opened = session.scalars(
            own(session, AssessmentLog).where(AssessmentLog.state == "watch").order_by(AssessmentLog.night)
        ).first()
        confirmed = session.scalars(
            own(session, AssessmentLog).where(AssessmentLog.state == "loss").order_by(AssessmentLog.night)
        ).first()
    assert (confirmed.night - opened.night).days >= 14
    assert opened.p_lost < 0.5 <= opened.p_lost_lead
    assert opened.lost_p10 <= opened.lost_p50 <= opened.lost_p90
    assert alert.facts["p_lost"] > 0.9
    by = {name: alert.facts[name] for name in ("relief_line", "lead_days", "window_days", "best_14d_day")}
    assert by == {"relief_line": 0.3, "lead_days": 28, "window_days": 7, "best_14d_day": 28}


def test_the_mode_of_the_cut_off_counts_and_no_later_one(clinic):
    patient_id = clinic.treated("P-1", FADING)
    show(clinic, now=at(day_number(43), hour=12))
    clinic.run_nights(day_number(42))
    assert finding(clinic, patient_id).state == "holding"
    clinic.run_nights(day_number(43), first=day_number(43))
    assert finding(clinic, patient_id).state in ("watch", "likely_lost")


def test_a_clinics_own_prior_is_the_one_that_counts(clinic):
    patient_id = clinic.treated("P-1", "2 " * 30)
    clinic.run_nights(day_number(29))
    shipped = finding(clinic, patient_id).p_lost_28d
    show(clinic, mode="shadow", prior={"midpoint_median_days": 150.0})
    clinic.run_nights(day_number(30), first=day_number(30))
    assert finding(clinic, patient_id).p_lost_28d < shipped / 2


def test_a_prior_out_of_range_is_refused_before_it_is_kept(clinic):
    with pytest.raises(ValueError, match="responder_share is 2"):
        show(clinic, prior={"responder_share": 2})


def test_a_finding_is_written_anew_when_a_whole_percent_changes_and_since_when_it_stands_is_kept(clinic):
    patient_id = clinic.treated("P-1", FADING)
    clinic.run_nights(day_number(30))
    before = finding(clinic, patient_id)
    clinic.run_nights(day_number(33), first=day_number(31))
    after = finding(clinic, patient_id)
    assert (after.state, after.since_night) == (before.state, before.since_night)
    assert (after.night, round(100 * after.p_lost_lead)) != (before.night, round(100 * before.p_lost_lead))


def test_a_course_without_a_baseline_is_judged_without_a_forecast(clinic):
    show(clinic)
    patient_id = clinic.treated("P-1", "2 " * 30, before=". " * 14)
    clinic.run_nights(day_number(30))
    found = finding(clinic, patient_id)
    assert found.state == "cannot_tell"
    assert [getattr(found, name) for name in CHANCES] == [None] * 4


def blind_to_nines(scores, baselines, **named):
    """A detector whose chances of some diaries are no numbers."""
    assessed = assess(scores, baselines, **named)
    blind = (scores == 9).any(axis=1)[:, None]
    p_lost = np.where(blind, np.nan, assessed.forecast.p_lost)
    forecast = replace(assessed.forecast, p_lost=p_lost)
    return replace(assessed, forecast=forecast)


def test_a_chance_that_is_no_number_leaves_its_course_unjudged_and_the_others_judged(clinic):
    odd, usual = clinic.treated("P-1", "2 9 " * 20), clinic.treated("P-2", "2 " * 40)
    clinic.run_nights(day_number(39))
    night = day_number(40)
    due = Due(clinic.clinic_id, night, at(night + timedelta(days=1), hour=4))
    counts = run_night(
        clinic.engine, due, now=due.cutoff_at, wall=lambda: due.cutoff_at, owner="me", detector=blind_to_nines
    )
    assert (counts.judged, counts.failed) == (1, 1)
    assert "not_assessed" in {alert.kind for alert in clinic.alerts(odd)}
    assert "not_assessed" not in {alert.kind for alert in clinic.alerts(usual)}
    with clinic.unit() as session:
        assert session.scalars(select(Assessment.state).where(Assessment.night == night)).all() != []


@pytest.mark.parametrize("every_nights", [2, pytest.param(1, marks=pytest.mark.soak)])
def test_what_is_done_about_alerts_is_what_every_nights_forecast_would_have_it(sqlite_clinic, every_nights):
    """The night works out few earlier forecasts: as many as matter. No database has a say in it."""
    clinic = sqlite_clinic
    show(clinic)
    cohort = simulate(20, rng=np.random.default_rng(12), days=70)
    for row in range(len(cohort.scores)):
        before, after = (
            " ".join("." if nrs == NO_ANSWER else str(nrs) for nrs in days[row])
            for days in (cohort.before, cohort.scores)
        )
        clinic.treated(f"P-{row}", after, before=before)
    draw, compared = random.Random(4), 0
    clinic.run_nights(day_number(13))
    for number in range(14, 70):
        due = Due(clinic.clinic_id, day_number(number), at(day_number(number + 1), hour=4))
        if number % every_nights == 0:
            compared += compare_acts(clinic, due)
        run_night(clinic.engine, due, now=due.cutoff_at, wall=lambda due=due: due.cutoff_at, owner="me")
        somebody_acts(clinic, draw, now=due.cutoff_at)
    assert compared > 50


def compare_acts(clinic: LittleClinic, due: Due) -> int:
    """How many courses' alerts something is done about; each the same as from a whole history."""
    with clinic.unit() as session:
        protocol_id, protocol = protocol_at(session, due.cutoff_at)
        frame = NightFrame(
            due.clinic_id, due.night, due.cutoff_at, 0, protocol_id, protocol, SHOWN, due.cutoff_at, False
        )
        (stretch,) = stretches(session, most=1000)
        shard = read_shard(session, frame, stretch)

    def whole_history(scores, baselines, *, only, **named):
        return assess(scores, baselines, only=None, **named)

    done = 0
    for quick, slow in zip(
        judge_shard(shard, frame), judge_shard(shard, frame, detector=whole_history), strict=True
    ):
        assert (quick.state, quick.acts) == (slow.state, slow.acts)
        done += bool(quick.acts)
    return done


def somebody_acts(clinic: LittleClinic, draw: random.Random, *, now) -> None:
    """One alert in six is taken, one in six closed."""
    with clinic.unit(write=True) as session:
        for alert in session.scalars(own(session, Alert).where(Alert.status == "open")):
            lot = draw.randrange(6)
            if lot == 0:
                alert.status = "acknowledged"
            elif lot == 1:
                alert.status, alert.ended_at, alert.outcome = "closed", now, "watch_until_visit"
