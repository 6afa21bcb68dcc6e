"""Works an alert's verdict out again, from the copy of its inputs that was written with it alone."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from config.priors import Prior, digest_of
from config.protocol import Protocol
from diary.domain import packed
from diary.domain.policy import KIND_OF, LEVEL_OF
from diary.domain.relapse.assess import assess
from diary.domain.relapse.baselines import baselines_of
from diary.domain.relapse.states import STATES
from diary.domain.relapse.version import DETECTOR_VERSION
from diary.services.alert_check import Outcome
from diary.storage.entries import scores_of_versions
from diary.storage.protocols import protocol_by_id
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
    """Compare a copy with what it names, and its verdict with what the detector makes of the copy alone."""

    def checked(outcome: Outcome, says: str) -> Checked:
        return Checked(alert.uid, alert.kind, copy.level, copy.night, outcome, says)

    changed = _changed(session, alert, copy)
    if changed:
        return checked("inputs_changed", f"the copied {changed}")
    if copy.detector_version != DETECTOR_VERSION:
        says = f"needs a release with the detector {copy.detector_version}; here is {DETECTOR_VERSION}"
        return checked("needs_release", says)
    if alert.kind == "not_assessed":
        return checked("not_judged", "its night could not judge it")
    told = (alert.kind, copy.level)
    try:
        found = found_again(copy)
    except ValueError as unknown:
        return checked("needs_release", f"needs the release that wrote it: {unknown}")
    return checked(
        "agrees" if told in found else "differs", ", ".join(_name(*one) for one in sorted(found, key=str))
    )


def _changed(session: Session, alert: Alert, copy: AlertInput) -> str | None:
    """What of a copy is not what it names; None where all of it is."""
    scores = scores_of_versions(session, alert.patient_id, copy.entry_ids)
    if packed.pack(copy.anchor_day, scores) != copy.days.rstrip(bytes([packed.NO_ANSWER])):
        return "days are not those of the entries that it names"
    if copy.protocol is not None:
        version = protocol_by_id(session, copy.protocol_version_id)  # values that came later are not in it
        if version != {name: copy.protocol.get(name) for name in version}:
            return "protocol is not the version that it names"
    if copy.prior is not None and copy.prior_version is not None:
        *_, digest = copy.prior_version.split()
        if digest_of(copy.prior) != digest:
            return f"prior is not {copy.prior_version}, which it names"
    return None


def found_again(copy: AlertInput) -> set[tuple[str, str | None]]:
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
        protocol=Protocol.from_values(copy.protocol or {}),
        prior=None if copy.prior is None else Prior.from_values(copy.prior),
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


def _name(kind: str, level: str | None) -> str:
    return kind if level is None else f"{kind}, {level.replace('_', ' ')}"
