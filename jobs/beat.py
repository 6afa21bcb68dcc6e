"""Writes down that a job succeeded or failed, so that others can tell when the scheduler stands still."""

import logging
from datetime import datetime

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from config.duties import BEAT_EVERY
from diary.storage.unit import SYSTEM, unit
from diary.storage.watch import put_beat

log = logging.getLogger(__name__)


class Beats:
    """The beats of this process: a success is written once a minute, a failure each time."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._written: dict[str, datetime] = {}

    def note(self, job: str, *, at: datetime, failure: Exception | None) -> None:
        """Of one tick of a job. A database that is away keeps no beat, and that is what will be seen."""
        last = self._written.get(job)
        if failure is None and last is not None and at - last < BEAT_EVERY:
            return
        try:
            with unit(self._engine, SYSTEM, write=True) as session:
                put_beat(session, job, at=at, failure=type(failure).__name__ if failure else None)
        except SQLAlchemyError:
            log.warning("beat not written", extra={"job": job})
            return
        if failure is None:
            self._written[job] = at
        else:
            self._written.pop(job, None)  # the next success is news
