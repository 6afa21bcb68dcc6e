"""/metrics: what the watchdog sees, as numbers for a Prometheus server; no patient and no clinic is named."""

import hmac
from collections.abc import Iterator, Mapping
from typing import Final

from flask import Blueprint, Response, abort, request

from config.words import MESSAGE_STATES
from diary.services.watch import Watched, watch
from diary.storage.outbox import count_by_state
from diary.storage.unit import SYSTEM, unit
from diary.storage.watch import messages_waiting
from diary.web.database import db
from diary.web.rights import ANYONE, Right
from diary.web.work import roof

# The text format that every Prometheus reads, version 0.0.4.
CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"

metrics = Blueprint("metrics", __name__)

METRICS: Final[dict[str, Right]] = {"GET metrics.numbers": frozenset({ANYONE})}


@metrics.get("/metrics")
def numbers() -> Response:
    """For whoever shows the operator's token; where none is set (DIARY_METRICS_TOKEN), there is no page."""
    token = roof().settings.metrics_token
    if token is None:
        abort(404)
    shown = request.headers.get("Authorization", "")
    if not hmac.compare_digest(shown.encode(), f"Bearer {token}".encode()):
        abort(401)
    with unit(db.engine, SYSTEM, write=False) as session:
        found = watch(session, wall_now=roof().clock())
        waiting = messages_waiting(session)
        states = count_by_state(session)
    return Response("".join(_lines(found, waiting, states)), content_type=CONTENT_TYPE)


def _lines(found: Watched, waiting: int, states: Mapping[str, int]) -> Iterator[str]:
    yield from _gauge(
        "diary_night_overdue_hours", "Since a night fell due that is not complete.", found.overdue_hours
    )
    if found.night_age_hours is not None:
        yield from _gauge(
            "diary_night_age_hours", "Age of the oldest last complete night.", found.night_age_hours
        )
    yield from _gauge(
        "diary_courses_not_assessed", "Courses not assessed on the last nights.", found.not_assessed
    )
    yield from _gauge("diary_messages_waiting", "Messages not delivered and not given up.", waiting)
    name = "diary_messages"
    yield f"# HELP {name} Messages by what became of them.\n# TYPE {name} gauge\n"
    for state in MESSAGE_STATES:
        yield f'{name}{{state="{state}"}} {states.get(state, 0)}\n'
    yield from _gauge("diary_findings", "Things that the watchdog finds wrong.", len(found.findings))
    name = "diary_job_silent_seconds"
    yield f"# HELP {name} Since each job last succeeded.\n# TYPE {name} gauge\n"
    for job, since_s in found.job_silent_s.items():
        yield f'{name}{{job="{job}"}} {"+Inf" if since_s is None else round(since_s)}\n'
    name = "diary_job_failing"
    yield f"# HELP {name} 1 where the last run of the job failed.\n# TYPE {name} gauge\n"
    for job in found.job_silent_s:
        yield f'{name}{{job="{job}"}} {int(job in found.job_failure)}\n'


def _gauge(name: str, meaning: str, value: float) -> Iterator[str]:
    yield f"# HELP {name} {meaning}\n# TYPE {name} gauge\n{name} {value}\n"
