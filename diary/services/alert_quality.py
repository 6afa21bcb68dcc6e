"""How good a clinic's alerts were: counted afresh from its own rows, and told with how many there were."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from config.words import ALERT_KINDS
from diary.domain.alert_record import (
    AHEAD_DAYS,
    TOLD_ON_DAYS,
    AlertFate,
    AlikeTold,
    KindRecord,
    by_kind,
    calibrated,
)
from diary.domain.forecast_record import ForecastRecord, record_of
from diary.services.clinics import local_day
from diary.storage.alerts import loss_verdicts
from diary.storage.nights import FINISHED
from diary.storage.protocols import foresight_at, zones_of
from diary.storage.tables.alert import Alert, AlertEvent, AlertLabel
from diary.storage.tables.booking import Booking
from diary.storage.tables.night import NightRun
from diary.storage.told_and_came import came_of, courses_told, lost_without_alert, told_on
from diary.storage.unit import clinic_of

PERIOD: Final = timedelta(days=182)
# Three a day over the period.
ALERTS_MOST: Final = 20_000


@dataclass(frozen=True, slots=True)
class ForecastQuality:
    """What the forecast added; None of it where staff do not see the forecast."""

    record: ForecastRecord
    calibration: list[AlikeTold]

    @property
    def settled(self) -> int:
        """So many forecasts are old enough to be held against what came."""
        return sum(one.forecasts for one in self.calibration)


@dataclass(frozen=True, slots=True)
class AlertQuality:
    """Half a year of a clinic's alerts."""

    since: date
    patient_weeks: float
    kinds: list[KindRecord]
    lost_without_alert: int
    booked_without_alert: int
    forecast: ForecastQuality | None

    @property
    def per_100_patient_weeks(self) -> float | None:
        """Work items of every kind."""
        opened = sum(kind.opened for kind in self.kinds)
        return 100 * opened / self.patient_weeks if self.patient_weeks else None


def alert_quality(session: Session, *, now: datetime) -> AlertQuality:
    """The last half year, up to `now`."""
    since = local_day(session, now) - PERIOD
    zone = ZoneInfo(zones_of(session, clinic_of(session))[-1][1])
    since_at = datetime.combine(since, time(), tzinfo=zone)
    return AlertQuality(
        since=since,
        patient_weeks=_patient_nights(session, since) / 7,
        kinds=by_kind(_fates(session, since_at), kinds=ALERT_KINDS),
        lost_without_alert=lost_without_alert(session, since=since),
        booked_without_alert=_booked_without_alert(session, since_at),
        forecast=_forecast(session, since) if foresight_at(session, now).shown else None,
    )


def _forecast(session: Session, since: date) -> ForecastQuality:
    course_ids = courses_told(session, since=since)
    came = came_of(session, course_ids)
    told = [
        (row.p_lost_28d, row.night + timedelta(days=AHEAD_DAYS), came[row.course_id])
        for row in told_on(session, course_ids, on_days=TOLD_ON_DAYS, since=since)
        if row.course_id in came
    ]
    return ForecastQuality(record_of(loss_verdicts(session, since=since)), calibrated(told))


def _patient_nights(session: Session, since: date) -> int:
    statement = select(func.sum(NightRun.courses_seen)).where(
        NightRun.clinic_id == clinic_of(session), NightRun.night >= since, NightRun.state.in_(FINISHED)
    )
    return int(session.scalar(statement) or 0)


def _fates(session: Session, since_at: datetime) -> list[AlertFate]:
    """What a person first did with each alert, and the last verdict on it."""
    clinic_id = clinic_of(session)
    acted = (
        select(AlertEvent.alert_id, func.min(AlertEvent.at).label("at"))
        .where(AlertEvent.clinic_id == clinic_id, AlertEvent.actor_kind == "staff")
        .group_by(AlertEvent.alert_id)
        .subquery()
    )
    statement = (
        select(Alert.id, Alert.kind, Alert.opened_at, acted.c.at)
        .join(acted, acted.c.alert_id == Alert.id, isouter=True)
        .where(Alert.clinic_id == clinic_id, Alert.opened_at >= since_at)
        .order_by(Alert.id.desc())
        .limit(ALERTS_MOST)
    )
    labels = select(AlertLabel.alert_id, AlertLabel.label).where(AlertLabel.clinic_id == clinic_id)
    label_of = {row.alert_id: row.label for row in session.execute(labels.order_by(AlertLabel.at))}
    return [
        AlertFate(kind, opened_at, acted_at, label_of.get(alert_id))
        for alert_id, kind, opened_at, acted_at in session.execute(statement)
    ]


def _booked_without_alert(session: Session, since_at: datetime) -> int:
    statement = select(func.count(Booking.id)).where(
        Booking.clinic_id == clinic_of(session), Booking.alert_id.is_(None), Booking.created_at >= since_at
    )
    return session.scalar(statement) or 0
