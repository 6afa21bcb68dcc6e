"""The API's door: its unit of work, whoever asks and however they are signed in."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from sqlalchemy.exc import IntegrityError

from diary.web.asking import STAFF_COOKIE
from diary.web.storage_faults import LOST_RACE, meaning_of
from diary.web.work import Work, work

Answer = TypeVar("Answer")


@contextmanager
def api_work(*, write: bool) -> Iterator[Work]:
    """The unit of work of a request: by bearer token, or by the desk's cookie with its CSRF token."""
    with work(write=write, cookie=STAFF_COOKIE) as unit:
        yield unit


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
