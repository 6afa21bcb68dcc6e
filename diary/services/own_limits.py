"""How often a patient may do what leaves a row each time: links, codes for phones, breaks."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from diary.domain.errors import Refusal

OFTEN: Final = timedelta(hours=24)
TIMES_MAX: Final = 10


def check_often(moments: Iterable[datetime], *, now: datetime) -> None:
    """Refuse what was done so often within a day, by the moments when it was.

    Raises:
        Refusal: asked_too_often.
    """
    if sum(now - moment < OFTEN for moment in moments) >= TIMES_MAX:
        raise Refusal(
            "asked_too_often",
            f"You did this {TIMES_MAX} times in 24 hours. Do it again tomorrow, or call the clinic.",
        )
