"""The forecast's week: are its nights coming true, and what would the clinic's own courses have it believe?

Once a week, after Sunday's night, as of that night's cut-off. A prior that was learned waits in the shadow:
each week it is scored beside the one in force, on nights since, and only then takes over or is dropped. A
forecast that has drifted switches itself off. What a week comes to is written in one transaction together
with the week's own row: killed before, nothing of it stands; done by somebody else meanwhile, nothing is
written twice.
"""

import logging
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from math import isfinite
from typing import Any, Final

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from config.priors import Prior
from diary.domain.relapse.drift import Tally
from diary.domain.relapse.shadow import Compared
from diary.services import audit
from diary.services.diaries_as_of import AsOf
from diary.services.forecast_changes import drop_candidate, switch_off, take_over, unlike_shipped
from diary.services.forecast_scores import beside_candidate, told_and_came
from diary.services.forecasting import Learned, learn
from diary.storage.foretold import in_the_shadow, put_week, reached
from diary.storage.nights import FINISHED, night_run
from diary.storage.protocols import forecast_versions, protocol_at
from diary.storage.tables.clinic import ForecastVersion
from diary.storage.tables.forecast import ForecastCandidate
from diary.storage.unit import SYSTEM, Scope, unit

log = logging.getLogger(__name__)

SUNDAY: Final = 6
# A candidate is not judged before: four weeks of every weekday, and the first forecasts are settled after 39.
SHADOW_NIGHTS_MIN: Final = 28
# One that cannot be judged by then was learned from a clinic that has changed since.
SHADOW_NIGHTS_MAX: Final = 182


@dataclass(frozen=True, slots=True)
class Week:
    """A week of a clinic that nobody has looked at."""

    clinic_id: int
    night: date
    """Its Sunday."""


@dataclass(frozen=True, slots=True)
class Looked:
    """What was found of a week, before anything is written."""

    as_of: AsOf
    version: ForecastVersion
    candidate: ForecastCandidate | None
    tallies: Sequence[Tally]
    compared: Compared | None
    """The candidate beside the prior in force; None without one."""
    learned: Learned | None
    """None where a candidate waits, learning is off, or there is too little to learn from."""
    unlearnable: str | None
    """Why the courses could not be learned from."""


def weeks_due(engine: Engine) -> list[Week]:
    """Of each clinic the newest week that is over, if nobody looked at it: after an outage one, not each."""
    with unit(engine, SYSTEM, write=False) as session:
        found = reached(session)
    weeks = []
    for clinic in found:
        if clinic.last_night is None:
            continue
        sunday = clinic.last_night - timedelta(days=(clinic.last_night.weekday() - SUNDAY) % 7)
        done = clinic.last_week is not None and clinic.last_week >= sunday
        if sunday >= clinic.first_night and not done:
            weeks.append(Week(clinic.clinic_id, sunday))
    return weeks


def run_week(engine: Engine, week: Week, *, now: datetime) -> str | None:
    """Look at a week and do what follows from it; what was done, or None where somebody else did it."""
    scope = Scope(week.clinic_id, "system")
    with unit(engine, scope, write=False) as session:
        looked = _look(session, week)
    if looked is None:
        return None
    with unit(engine, scope, write=True) as session:
        newest = forecast_versions(session)[-1]
        if newest.id != looked.version.id:
            return None  # a person has changed the forecast meanwhile: the next tick looks again
        # A night that is made up later takes the version of its cut-off: this week's own night is past.
        at = max(now, looked.as_of.cutoff_at + timedelta(seconds=1))
        if not put_week(session, _row(looked, at)):
            return None
        return _act(session, looked, at)


def _look(session: Session, week: Week) -> Looked | None:
    run = night_run(session, week.night)
    if run is None or run.state not in FINISHED:
        return None
    _, protocol = protocol_at(session, run.cutoff_at)
    as_of = AsOf(week.night, run.cutoff_at, protocol)
    versions = forecast_versions(session)
    version, candidate = versions[-1], in_the_shadow(session)
    tallies = told_and_came(session, as_of, since=counted_since(versions))
    compared = learned = unlearnable = None
    if candidate is not None:
        prior = Prior.from_values(candidate.prior)
        compared = beside_candidate(session, as_of, prior, after=candidate.night)
    elif version.learns:
        try:
            learned = learn(session, as_of)
        except ValueError as error:
            unlearnable = str(error)
    return Looked(as_of, version, candidate, tallies, compared, learned, unlearnable)


def counted_since(versions: Sequence[ForecastVersion]) -> datetime:
    """From when on forecasts count for or against the one in force.

    Since its prior took force; and since it last switched itself off: what spoke against it then has been
    heard, and a person who shows it again begins anew.
    """
    since = versions[-1].valid_from_at
    for version in reversed(versions):
        if version.prior != versions[-1].prior:
            break
        since = version.valid_from_at
        if version.cause == "drift":
            break
    return since


def _row(looked: Looked, at: datetime) -> dict[str, Any]:
    return {
        "night": looked.as_of.night,
        "cutoff_at": looked.as_of.cutoff_at,
        "finished_at": at,
        "forecast_version_id": looked.version.id,
        "found": {
            "tallies": [tally.to_values() for tally in looked.tallies],
            "unlearnable": looked.unlearnable,
        },
    }


def _act(session: Session, looked: Looked, now: datetime) -> str:
    done = []
    drifted = [tally for tally in looked.tallies if tally.drifted]
    if drifted and looked.version.mode == "on":
        switch_off(session, note=min(drifted, key=lambda tally: tally.chance).words(), now=now)
        done.append("switched off")
    if looked.compared is not None:
        done.append(_judge(session, looked, looked.compared, now))
    if looked.learned is not None:
        _put_into_shadow(session, looked, looked.learned, now)
        done.append("learned")
    if looked.unlearnable is not None:
        done.append("could not learn")
    return ", ".join(done) or "nothing to do"


def _judge(session: Session, looked: Looked, compared: Compared, now: datetime) -> str:
    """What becomes of the candidate; it is read again, since what was read belongs to another unit."""
    candidate = in_the_shadow(session)
    assert candidate is not None, "whoever ends a candidate adds a version, or the week's row"
    candidate.scores = _numbers(compared)
    nights = (looked.as_of.night - candidate.night).days
    if not compared.enough or nights < SHADOW_NIGHTS_MIN:
        if nights < SHADOW_NIGHTS_MAX:
            return "stays in the shadow"
        drop_candidate(session, f"too few outcomes in {nights} nights to judge it by", now=now)
        return "dropped"
    worse = compared.worse
    if worse is not None:
        drop_candidate(session, worse, now=now)
        return "dropped"
    note = (
        f"learned from {candidate.courses} courses up to {candidate.night}; "
        f"{nights} nights in the shadow, {compared.forecasts} forecasts"
    )
    take_over(session, candidate, note=note, now=now)
    return "took over"


def _put_into_shadow(session: Session, looked: Looked, learned: Learned, now: datetime) -> None:
    night = looked.as_of.night
    candidate = ForecastCandidate(
        clinic_id=looked.version.clinic_id,
        night=night,
        cutoff_at=looked.as_of.cutoff_at,
        prior=unlike_shipped(learned.prior),
        courses=learned.courses,
        state="shadow",
        scores={},
    )
    session.add(candidate)
    session.flush()
    detail = {"learned": night.isoformat(), "courses": learned.courses}
    audit.note(session, "forecast.learn", now=now, object="forecast", detail=detail)


def _numbers(compared: Compared) -> dict[str, Any]:
    """Ready for JSON, which knows no NaN."""
    values = asdict(compared)
    return {name: value if isfinite(value) else None for name, value in values.items()}
