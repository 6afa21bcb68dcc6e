"""Days on which the desk works: its weekdays, without the holidays."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from diary.domain.infusions import Block

MONDAY_TO_FRIDAY: Final = (1, 2, 3, 4, 5)
# A clinic whose next working day lies beyond a year has mistyped its calendar.
LOOK_AHEAD_DAYS: Final = 366


@dataclass(frozen=True, slots=True)
class WorkingDays:
    """When somebody is at the desk: weekdays by ISO 8601 (Monday is 1), and blocks on which nobody is."""

    weekdays: Sequence[int] = MONDAY_TO_FRIDAY
    holidays: Sequence[Block] = ()

    def holds(self, day: date) -> bool:
        """Whether somebody works on this day.

        >>> WorkingDays(holidays=[(date(2026, 12, 25), date(2026, 12, 26))]).holds(date(2026, 12, 25))
        False
        """
        return day.isoweekday() in self.weekdays and not any(
            first <= day <= last for first, last in self.holidays
        )

    def first_from(self, day: date) -> date | None:
        """The first working day from this one on; None where there is none within a year.

        >>> WorkingDays().first_from(date(2026, 12, 26))
        datetime.date(2026, 12, 28)
        """
        days = (day + timedelta(days=ahead) for ahead in range(LOOK_AHEAD_DAYS))
        return next((one for one in days if self.holds(one)), None)
