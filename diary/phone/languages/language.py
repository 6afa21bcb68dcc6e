"""A language: every sentence that a patient reads by its key, the names of days and months, the direction."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal


@dataclass(frozen=True, slots=True)
class Language:
    """All that a page needs to be in one language.

    `tag` is by BCP 47 and `name` what the language calls itself. Weeks begin on Monday.
    """

    tag: str
    name: str
    direction: Literal["ltr", "rtl"]
    weekdays: tuple[str, ...]
    weekdays_short: tuple[str, ...]
    months: tuple[str, ...]
    months_short: tuple[str, ...]
    texts: Mapping[str, str]

    def say(self, key: str, **values: object) -> str:
        """The sentence of a key with its values in place.

        >>> from diary.phone.languages.english import ENGLISH
        >>> ENGLISH.say("saved.number", nrs=7)
        'Saved: 7'
        """
        return self.texts[key].format(**values)

    def weekday(self, day: date) -> str:
        """The name of the day of the week."""
        return self.weekdays[day.weekday()]

    def day_month(self, day: date) -> str:
        """Day and month, such as 21 November."""
        return self.say("day.month", day=day.day, month=self.months[day.month - 1])

    def long_day(self, day: date) -> str:
        """A day in full.

        >>> from diary.phone.languages.english import ENGLISH
        >>> ENGLISH.long_day(date(2026, 11, 21))
        'Saturday 21 November'
        """
        return self.say("day.long", weekday=self.weekday(day), day_month=self.day_month(day))

    def short_day(self, day: date) -> str:
        """A day in a list.

        >>> from diary.phone.languages.english import ENGLISH
        >>> ENGLISH.short_day(date(2026, 11, 21))
        'Sat 21 Nov'
        """
        month = self.say("day.month", day=day.day, month=self.months_short[day.month - 1])
        return self.say("day.long", weekday=self.weekdays_short[day.weekday()], day_month=month)
