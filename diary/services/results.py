"""Computes what a clinic's diaries tell, once a week, and keeps it for the pages to show."""

from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from math import isnan
from typing import Any, Final

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from diary.domain.errors import Refusal
from diary.domain.trials.fading import Fading, fading_of
from diary.services.clinics import the_clinic
from diary.services.diaries_as_of import AsOf
from diary.services.durability import durability
from diary.services.study_figures import (
    SIMULATED_SEED,
    StudyFigures,
    pooled_figures,
    study_figures,
    trials_like,
)
from diary.services.study_words import StudyTold, told_by_arm, told_pooled
from diary.storage.nights import FINISHED, last_finished, night_run
from diary.storage.protocols import protocol_at
from diary.storage.results import how_far, put_result
from diary.storage.studies import studies
from diary.storage.tables.study import Study
from diary.storage.unit import SYSTEM, Scope, unit

SUNDAY: Final = 6
# As many as tell a share to 4 in 100: 0.7 s for 30 patients an arm. `study report` draws more.
TRIALS: Final = 200


@dataclass(frozen=True, slots=True)
class Due:
    """A clinic whose week is over, and its Sunday."""

    clinic_id: int
    night: date


def results_due(engine: Engine) -> list[Due]:
    """Clinics whose results are of an earlier week than their nights: after an outage one, not each."""
    with unit(engine, SYSTEM, write=False) as session:
        clinics = how_far(session)
    due = []
    for one in clinics:
        if one.last_night is None:
            continue
        sunday = one.last_night - timedelta(days=(one.last_night.weekday() - SUNDAY) % 7)
        if sunday >= one.first_night and (one.last_result is None or one.last_result < sunday):
            due.append(Due(one.clinic_id, sunday))
    return due


def find(engine: Engine, due: Due, *, now: datetime) -> None:
    """Compute all results of a clinic as of its Sunday, and keep them together."""
    scope = Scope(due.clinic_id, "system")
    with unit(engine, scope, write=False) as session:
        run = night_run(session, due.night)
        if run is None or run.state not in FINISHED:
            return
        found = compute(session, night=due.night, cutoff_at=run.cutoff_at)
    with unit(engine, scope, write=True) as session:
        keep(session, found, night=due.night, now=now)


def compute(session: Session, *, night: date, cutoff_at: datetime) -> dict[tuple[str, str], dict[str, Any]]:
    """By kind and subject: the clinic's durability, and each of its studies."""
    _, protocol = protocol_at(session, cutoff_at)
    as_of = AsOf(night, cutoff_at, protocol)
    found = {("durability", the_clinic(session).uid): durability(session, as_of).to_values()}
    for study in studies(session):
        found["study", study.uid] = asdict(_of_study(session, study, as_of))
    return found


def newest(session: Session) -> tuple[date, datetime] | None:
    """The last finished night and its cut-off: what can be computed on demand."""
    last = last_finished(session)
    return None if last is None else (last.night, last.cutoff_at)


def keep(
    session: Session, found: dict[tuple[str, str], dict[str, Any]], *, night: date, now: datetime
) -> None:
    """Put results in place of those before them."""
    for (kind, subject), values in found.items():
        put_result(session, kind, subject, night=night, found=values, now=now)


def _of_study(session: Session, study: Study, as_of: AsOf) -> StudyTold:
    """By arm where it was unblinded and can be; else the arms together."""
    try:
        figures = study_figures(session, study, as_of)
    except Refusal:
        return told_pooled(pooled_figures(session, study, as_of), masked=study.unblinded_at is None)
    return told_by_arm(figures, _fading(figures))


def _fading(figures: StudyFigures) -> Fading:
    drawn = list(trials_like(figures, TRIALS, seed=SIMULATED_SEED))
    return fading_of(drawn, patients_per_arm=figures.smaller_arm)


def plain(value: Any) -> Any:
    """Ready for JSON, which knows no NaN, no array and no date."""
    if isinstance(value, dict):
        return {name: plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    if hasattr(value, "tolist"):
        return plain(value.tolist())
    if isinstance(value, float) and isnan(value):
        return None
    return value if isinstance(value, str | int | float | type(None)) else str(value)
