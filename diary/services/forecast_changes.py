"""Changes to a clinic's forecast: who sees it, what it believes, whether it learns. Each is a version."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from config.priors import SHIPPED, Prior
from diary.services import audit
from diary.services.clinics import new_forecast
from diary.storage.foretold import in_the_shadow
from diary.storage.protocols import forecast_versions
from diary.storage.tables.clinic import ForecastVersion
from diary.storage.tables.forecast import ForecastCandidate


def choose_mode(session: Session, mode: str, *, note: str, now: datetime) -> ForecastVersion:
    """From now on staff see the forecast, or it is logged only; what it believes stays."""
    return _change(session, "mode", {"mode": mode}, note=note, now=now)


def keep_prior(session: Session, prior: Prior, *, note: str, now: datetime) -> ForecastVersion:
    """From now on nights believe this prior; a candidate was tried beside another one, and ends."""
    drop_candidate(session, "another prior was kept by hand", now=now)
    return _change(session, "prior", {"prior": unlike_shipped(prior)}, note=note, now=now)


def switch_learning(session: Session, *, on: bool, note: str, now: datetime) -> ForecastVersion:
    """From now on the forecast learns by itself each week, or no longer."""
    if not on:
        drop_candidate(session, "learning was switched off", now=now)
    return _change(session, "learning", {"learns": on}, note=note, now=now)


def take_over(session: Session, candidate: ForecastCandidate, *, note: str, now: datetime) -> ForecastVersion:
    """The candidate has stood its time in the shadow: from now on nights believe it."""
    version = _change(session, "learned", {"prior": candidate.prior}, note=note, now=now)
    candidate.state, candidate.ended_at, candidate.reason = "took_over", now, note
    candidate.forecast_version_id = version.id
    session.flush()
    return version


def switch_off(session: Session, *, note: str, now: datetime) -> ForecastVersion:
    """The forecast hides itself: it is logged only. The plain rule goes on; only a person shows it again."""
    return _change(session, "drift", {"mode": "shadow"}, note=note, now=now)


def drop_candidate(session: Session, reason: str, *, now: datetime) -> None:
    """The candidate in the shadow, if there is one, will not take over."""
    candidate = in_the_shadow(session)
    if candidate is None:
        return
    candidate.state, candidate.ended_at, candidate.reason = "dropped", now, reason
    session.flush()
    audit.note(
        session, "forecast.drop", now=now, object="forecast", detail={"learned": candidate.night.isoformat()}
    )


def unlike_shipped(prior: Prior) -> dict[str, float]:
    """The numbers of a prior that are not as shipped, as a version keeps them."""
    return {name: value for name, value in prior.to_values().items() if value != getattr(SHIPPED, name)}


def _change(
    session: Session, cause: str, changed: dict[str, Any], *, note: str, now: datetime
) -> ForecastVersion:
    """The newest version once more, but for what changed."""
    newest = forecast_versions(session)[-1]
    values: dict[str, Any] = {"mode": newest.mode, "prior": newest.prior, "learns": newest.learns, **changed}
    version = new_forecast(session, **values, note=note, cause=cause, now=now)
    audit.note(
        session,
        f"forecast.{cause}",
        now=now,
        object="forecast",
        detail={"n": version.n, "mode": version.mode, "learns": version.learns},
    )
    return version
