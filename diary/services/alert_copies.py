"""Works an alert's verdict out again, from the copy of its inputs that was written with it alone."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from config.priors import Prior
from config.protocol import Protocol
from diary.domain import packed
from diary.domain.policy import KIND_OF, LEVEL_OF
from diary.domain.relapse.assess import assess
from diary.domain.relapse.baselines import baselines_of
from diary.domain.relapse.states import STATES
from diary.services.alert_check import Outcome
from diary.services.night_judging import DETECTOR_VERSION
from diary.storage.entries import scores_of_versions
from diary.storage.protocols import prior_named, protocol_by_id
from diary.storage.tables.alert import Alert, AlertInput
from diary.storage.unit import clinic_of


@dataclass(frozen=True, slots=True)
class Checked:
    """One verdict of an alert: what was told on that night, and what its inputs say now."""

    alert_uid: str
    kind: str
    level: str | None
    night: date
    outcome: Outcome
    says: str
    """What the copy gives, or why it gives nothing."""

    @property
    def holds(self) -> bool:
        """Nothing speaks against the alert."""
        return self.outcome not in ("differs", "inputs_changed")


def check_alerts(session: Session, *, uid: str | None = None) -> Iterator[Checked]:
    """Check every verdict of the clinic's alerts, or of one alert, oldest first."""
    statement = (
        select(Alert, AlertInput)
        .join(AlertInput, AlertInput.alert_id == Alert.id)
        .where(Alert.clinic_id == clinic_of(session))
        .order_by(AlertInput.night, AlertInput.id)
    )
    if uid is not None:
        statement = statement.where(Alert.uid == uid)
    for alert, copy in session.execute(statement):
        yield check(session, alert, copy)


def check(session: Session, alert: Alert, copy: AlertInput) -> Checked:
    """Compare a copy with the entries that it names, and its verdict with what the detector makes of it."""

    def checked(outcome: Outcome, says: str) -> Checked:
        return Checked(alert.uid, alert.kind, copy.level, copy.night, outcome, says)

    scores = scores_of_versions(session, alert.patient_id, copy.entry_ids)
    if packed.pack(copy.anchor_day, scores) != copy.days.rstrip(bytes([packed.NO_ANSWER])):
        return checked("inputs_changed", "the copied days are not those of the entries that it names")
    if copy.detector_version != DETECTOR_VERSION:
        says = f"needs a release with the detector {copy.detector_version}; here is {DETECTOR_VERSION}"
        return checked("needs_release", says)
    if alert.kind == "not_assessed":
        return checked("not_judged", "its night could not judge it")
    told = (alert.kind, copy.level)
    found = found_again(session, copy)
    return checked(
        "agrees" if told in found else "differs", ", ".join(_name(*one) for one in sorted(found, key=str))
    )


def found_again(session: Session, copy: AlertInput) -> set[tuple[str, str | None]]:
    """The kinds of alert, with their levels, that the copy's inputs give on its night."""
    nights = (copy.night - copy.last_infusion_day).days
    series_days = (copy.last_infusion_day - copy.first_infusion_day).days + 1
    scores = np.full((1, nights), packed.NO_ANSWER, dtype=np.uint8)
    for place, nrs in enumerate(packed.follow_up_days(copy.days, series_days)):
        if nrs is not None:
            scores[0, place] = nrs
    expected = np.ones(scores.shape, dtype=np.bool_)
    expected[0, [day - 1 for day in copy.unasked_days or ()]] = False
    boosters = np.zeros(scores.shape, dtype=np.bool_)
    given = [(date.fromisoformat(day) - copy.last_infusion_day).days for day in copy.booster_days]
    boosters[0, [day - 1 for day in given if 1 <= day <= nights]] = True
    before = copy.days[: packed.DAYS_BEFORE].ljust(packed.DAYS_BEFORE, bytes([packed.NO_ANSWER]))
    assessed = assess(
        scores,
        baselines_of([copy.baseline_kind], [copy.baseline_nrs], np.frombuffer(before, dtype=np.uint8)[None]),
        protocol=_protocol(tuple(protocol_by_id(session, copy.protocol_version_id).items())),
        prior=_prior(session, copy),
        boosters=boosters if boosters.any() else None,
        expected=expected,
        only=np.array([nights]),
    )
    state = STATES[assessed.states[0, -1]]
    found: set[tuple[str, str | None]] = set()
    if state in LEVEL_OF:
        found.add(("loss", LEVEL_OF[state]))
    if state in KIND_OF:
        found.add((KIND_OF[state], None))
    if assessed.nights.review[0, -1]:
        found.add(("review", None))
    return found


def _prior(session: Session, copy: AlertInput) -> Prior | None:
    """The prior that took part in the verdict; None where the forecast was in the shadow."""
    return None if copy.prior_version is None else prior_named(session, copy.prior_version)


@lru_cache(maxsize=64)
def _protocol(values: tuple[tuple[str, object], ...]) -> Protocol:
    return Protocol.from_values(dict(values))


def _name(kind: str, level: str | None) -> str:
    return kind if level is None else f"{kind}, {level.replace('_', ' ')}"
