"""Alerts: list, read, take, put aside, end with an outcome, say whether it was right."""

from typing import Any

from config.words import ALERT_STATUSES
from diary.api.door import api_work, leave_trace, traced_reading
from diary.api.finding import found
from diary.api.frame import ETAG, NEXT_PAGE, Routes
from diary.api.safety import safety_shown
from diary.domain import alert_states
from diary.domain.reasons import title, why
from diary.services import alerts
from diary.services.readings import AlertReading, read_alerts
from diary.storage.alerts import ANYBODYS, alert_by_uid, alerts_page
from diary.storage.staff import staff_by_uid
from diary.storage.tables.alert import Alert
from diary.web.pages import Place, page, place_of
from diary.web.versions import etag_of, require_version
from diary.web.work import Work
from schemas.alert import AcknowledgeIn, AlertOut, AlertsIn, AlertsOut, LabelIn, OutcomeIn, SnoozeIn

routes = Routes("alerts", __name__, url_prefix="/v1/alerts", description="Reasons to look at a patient.")

# What a person can do to a live alert, by its route.
ACTIONS = {"acknowledge": "acknowledge", "snooze": "snooze", "close": "outcome"}
PLAIN = (
    "uid",
    "kind",
    "level",
    "status",
    "facts",
    "night",
    "late",
    "opened_at",
    "changed_at",
    "acknowledged_at",
    "snoozed_until",
    "snooze_reason",
    "ended_at",
    "outcome",
    "end_reason",
    "version",
)


@routes.route("", methods=["GET"])
@routes.arguments(AlertsIn, location="query")
@routes.response(200, AlertsOut, headers=NEXT_PAGE)
def list_alerts(query: dict[str, Any]) -> Any:
    """The clinic's alerts, the newest first; by default those that have not ended."""
    with traced_reading() as unit:
        place = place_of(query.get("cursor"), int)
        wanted = query["status"]
        rows = alerts_page(
            unit.session,
            statuses=[wanted] if wanted in ALERT_STATUSES else alert_states.LIVE,
            kind=query.get("kind"),
            owner_id=_owner_id(unit, query["owner"]) if "owner" in query else ANYBODYS,
            before_id=place.id if place else None,
            limit=query["limit"] + 1,
        )
        listed = page(rows, limit=query["limit"], place=lambda alert: Place(alert.id, alert.id))
        readings = read_alerts(unit.session, listed.items, now=unit.now)
        leave_trace(unit, "alerts", [reading.patient for reading in readings])
        items = [_shown(reading) for reading in readings]
    return {"items": items, "next_cursor": listed.next_cursor}, 200, listed.headers


@routes.route("/<uid:alert_uid>", methods=["GET"])
@routes.response(200, AlertOut, headers=ETAG)
def get_alert(alert_uid: str) -> Any:
    """One alert: why, from which numbers, and what can be done now."""
    with traced_reading() as unit:
        [reading] = read_alerts(unit.session, [found(alert_by_uid(unit.session, alert_uid))], now=unit.now)
        leave_trace(unit, "alerts", [reading.patient])
        answer = _shown(reading)
    return answer, 200, etag_of(answer["version"])


@routes.route("/<uid:alert_uid>/acknowledge", methods=["POST"])
@routes.names_version
@routes.arguments(AcknowledgeIn)
@routes.response(200, AlertOut, headers=ETAG)
def acknowledge(_body: dict[str, Any], alert_uid: str) -> Any:
    """Take the alert: whoever acknowledges owns it."""
    with api_work(write=True) as unit:
        alert = _as_seen(unit, alert_uid)
        alerts.acknowledge(unit.session, alert, staff_id=_staff_id(unit), now=unit.now)
        answer = _after(unit, alert)
    return answer, 200, etag_of(answer["version"])


@routes.route("/<uid:alert_uid>/snooze", methods=["POST"])
@routes.names_version
@routes.arguments(SnoozeIn)
@routes.response(200, AlertOut, headers=ETAG)
def snooze(body: dict[str, Any], alert_uid: str) -> Any:
    """Put the alert aside until a day, for a reason."""
    with api_work(write=True) as unit:
        alert = _as_seen(unit, alert_uid)
        alerts.snooze(
            unit.session,
            alert,
            staff_id=_staff_id(unit),
            until=body["until"],
            reason=body["reason"],
            now=unit.now,
        )
        answer = _after(unit, alert)
    return answer, 200, etag_of(answer["version"])


@routes.route("/<uid:alert_uid>/outcome", methods=["POST"])
@routes.names_version
@routes.arguments(OutcomeIn)
@routes.response(200, AlertOut, headers=ETAG)
def close(body: dict[str, Any], alert_uid: str) -> Any:
    """End the alert with what came of it."""
    with api_work(write=True) as unit:
        alert = _as_seen(unit, alert_uid)
        alerts.close(unit.session, alert, outcome=body["outcome"], reason=body.get("reason"), now=unit.now)
        answer = _after(unit, alert)
    return answer, 200, etag_of(answer["version"])


@routes.route("/<uid:alert_uid>/label", methods=["POST"])
@routes.arguments(LabelIn)
@routes.response(200, AlertOut, headers=ETAG)
def label(body: dict[str, Any], alert_uid: str) -> Any:
    """Was this alert right? Apart from what was done; a second verdict of yours replaces the first."""
    with api_work(write=True) as unit:
        alert = found(alert_by_uid(unit.session, alert_uid, lock=True))
        alerts.label(unit.session, alert, staff_id=unit.staff_id, verdict=body["label"], now=unit.now)
        answer = _after(unit, alert)
    return answer, 200, etag_of(answer["version"])


def _as_seen(unit: Work, uid: str) -> Alert:
    alert = found(alert_by_uid(unit.session, uid, lock=True))
    require_version(alert.version)
    return alert


def _staff_id(unit: Work) -> int | None:
    """Who takes it; a machine's key takes it for nobody in particular."""
    return unit.caller.staff.id if unit.caller.staff is not None else None


def _owner_id(unit: Work, owner: str) -> int | None:
    if owner == "nobody":
        return None
    if owner == "me":
        return _staff_id(unit)
    return found(staff_by_uid(unit.session, owner)).id


def _after(unit: Work, alert: Alert) -> dict[str, Any]:
    """The alert as it stands after what was done."""
    [reading] = read_alerts(unit.session, [alert], now=unit.now)
    return _shown(reading)


def _shown(reading: AlertReading) -> dict[str, Any]:
    alert = reading.alert
    return {name: getattr(alert, name) for name in PLAIN} | {
        "title": title(alert.kind),
        "reason": why(alert.kind, alert.level, alert.facts),
        "patient": reading.patient,
        "course": reading.course_uid,
        "owner": reading.owner,
        "safety": safety_shown(reading.safety),
        "actions": [
            route
            for action, route in ACTIONS.items()
            if alert_states.may(alert.status, action, kind=alert.kind)
        ],
    }
