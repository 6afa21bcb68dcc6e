"""The API's door: its unit of work, whoever asks and however they are signed in."""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from typing import TypeVar

from flask import request
from sqlalchemy.exc import IntegrityError

from diary.services import audit
from diary.services.secrets import DEVICE
from diary.storage.tables.patient import Patient
from diary.web.asking import DEVICE_COOKIE, STAFF_COOKIE, carries_csrf, presented_token
from diary.web.storage_faults import LOST_RACE, meaning_of
from diary.web.work import Work, roof, work

Answer = TypeVar("Answer")


@contextmanager
def api_work(*, write: bool) -> Iterator[Work]:
    """The unit of work of a request: by bearer token, or by the cookie of a door with its CSRF token."""
    with work(write=write, cookie=_cookie()) as unit:
        yield unit


@contextmanager
def traced_reading() -> Iterator[Work]:
    """The unit of work of a read that leaves a trace; where a phone reads its own, nothing is written."""
    token, _ = presented_token(request, _cookie())
    with api_work(write=token is not None and not token.startswith(DEVICE)) as unit:
        yield unit


def _cookie() -> str:
    """The phone's cookie where its own CSRF token comes with it, in reading too; else the desk's.

    So a phone's cookie alone opens nothing here, and a browser that holds both says which of them is asking.
    """
    token = request.cookies.get(DEVICE_COOKIE)
    secret_keys = roof().secret_keys
    asks = token is not None and carries_csrf(request, secret_keys=secret_keys, token=token)
    return DEVICE_COOKIE if asks else STAFF_COOKIE


def leave_trace(unit: Work, what: str, patients: Collection[Patient]) -> None:
    """Write down that `what` of these patients was read, in the unit that reads it."""
    if unit.caller.patient is not None or not patients:
        return
    one = next(iter(patients)) if len(patients) == 1 else None
    audit.note(
        unit.session,
        f"{what}.read",
        now=unit.now,
        object=what,
        object_uid=one.uid if one is not None else None,
        patient_id=one.id if one is not None else None,
        detail={"patients": sorted({patient.pseudonym for patient in patients})},
    )


def met_on_second_try(act: Callable[[], Answer]) -> Answer:
    """Do it; once more if somebody stored the same between our look and our write: now it is there to be met.

    Whoever writes for a patient holds that patient's row, so this is rare; a unique index has the last word.
    """
    try:
        return act()
    except IntegrityError as error:
        if meaning_of(error) != LOST_RACE:
            raise
    return act()
