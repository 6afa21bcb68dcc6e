"""Hours of the day in which somebody may be told what can wait; they may lie across midnight."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from diary.domain.days import first_showing


@dataclass(frozen=True, slots=True)
class Hours:
    """From the first on, and up to the second."""

    opens: time
    closes: time

    def hold(self, wall: time) -> bool:
        """Whether a clock that shows this shows one of them.

        >>> Hours(time(20), time(6)).hold(time(23)), Hours(time(20), time(6)).hold(time(6))
        (True, False)
        """
        if self.opens < self.closes:
            return self.opens <= wall < self.closes
        return wall >= self.opens or wall < self.closes

    def next_in(self, now: datetime, zone: ZoneInfo) -> datetime:
        """`now`, if it is one of them there; else when the next ones begin.

        >>> from datetime import UTC
        >>> night = datetime(2026, 3, 28, 22, tzinfo=UTC)
        >>> print(Hours(time(8), time(22)).next_in(night, ZoneInfo("Europe/Amsterdam")))
        2026-03-29 06:00:00+00:00
        """
        wall = now.astimezone(zone)
        if self.hold(wall.time()):
            return now
        day = wall.date() if wall.time() < self.opens else wall.date() + timedelta(days=1)
        return first_showing(datetime.combine(day, self.opens), zone)
