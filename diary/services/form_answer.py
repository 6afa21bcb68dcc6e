"""Records an answer given on a page without JavaScript, where the server keeps the clock for the phone."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from diary.services import entries
from diary.storage.entries import rivals
from diary.storage.ids import new_uid
from diary.storage.tables.patient import Patient

CLIENT_VERSION = "pages-1"


def record_form(
    session: Session,
    patient: Patient,
    *,
    client_id: str,
    day: date,
    nrs: int,
    supersedes: str | None,
    reason: str | None,
    layout: str,
    locale: str,
    now: datetime,
) -> entries.Recorded:
    """Record what was chosen on a page; safe to repeat.

    The page has no clock of its own: an answer sent twice comes with two times, and is known again by its id,
    day and score. The score that stands, chosen again, is no change. A page that the browser's Back button
    shows again carries an id already used; another score from it is a new answer, and meets the one standing.

    Args:
        client_id: made when the page was shown.
        supersedes: the id of the version that the page showed as standing, if it showed one.
        reason: why the answer that stands is changed, where that was said.

    Raises:
        Refusal: as `entries.record`, but never entry_id_reused.
    """
    met = rivals(session, patient.id, client_id=client_id, day=day)
    repeated = next((entry for entry in met if entry.client_id == client_id), None)
    if repeated is not None and (repeated.day, repeated.nrs) == (day, nrs):
        return entries.Recorded(repeated, created=False)
    standing = next((entry for entry in met if entry.day == day and entry.standing), None)
    if standing is not None and standing.nrs == nrs and not standing.clock_suspect:
        return entries.Recorded(standing, created=False)
    local_now = now.astimezone(ZoneInfo(patient.zone))
    answer = entries.Answer(
        client_id=client_id if repeated is None else new_uid(now),
        day=day,
        nrs=nrs,
        answered_at=local_now,
        sent_at=local_now,
        zone=patient.zone,
        source="form",
        supersedes=supersedes if standing is not None else None,
        reason=reason if standing is not None else None,
        layout=layout,
        locale=locale,
        client_version=CLIENT_VERSION,
    )
    return entries.record(session, patient, answer, now=now)
