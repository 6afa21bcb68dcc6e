"""The staff of a simulated year: hours, weeks and leave, kept beside the service; which mail was wrong."""

import random
from datetime import date, datetime, time, timedelta

from config.words import WEEKDAYS
from diary.domain.hours import Hours
from diary.gateways.mail import Mail
from diary.services.covers import arrange_cover
from diary.services.own_week import set_week
from diary.services.staff_wishes import set_wish
from diary.services.working_days import add_holiday
from diary.storage.tables.staff import Staff
from tests.little_clinic import ZONE, LittleClinic, at

HOURS = (None, Hours(time(7), time(15)), Hours(time(12), time(20)))
WEEKS = (WEEKDAYS, WEEKDAYS[:4], WEEKDAYS[2:5])
HOLIDAYS = (date(2026, 4, 3), date(2026, 4, 6), date(2026, 4, 27), date(2026, 12, 25), date(2027, 1, 1))


class People:
    """Two nurses, a physician and an admin."""

    def __init__(self, clinic: LittleClinic, draw: random.Random, *, first_day: date, days: int) -> None:
        now = at(first_day, hour=0)
        self.treating = [clinic.person("Ada"), clinic.person("Ben", "physician"), clinic.person("Cleo")]
        self.admin = clinic.person("Dirk", "admin")
        self._by_email = {one.email: one for one in (*self.treating, self.admin)}
        self._hours: dict[int, Hours | None] = {}
        self._week: dict[int, tuple[str, ...]] = {}
        self._leave: list[tuple[int, date, date]] = []
        with clinic.unit(write=True) as session:
            for day in HOLIDAYS:
                add_holiday(session, first_day=day, last_day=day, name="Holiday", now=now)
            for person in self.treating:
                self._hours[person.id], self._week[person.id] = draw.choice(HOURS), draw.choice(WEEKS)
                set_wish(session, person, mails=True, hours=self._hours[person.id], now=now)
                others = [one for one in self.treating if one.id != person.id]
                cover = draw.choice((None, *others))
                set_week(session, person, weekdays=self._week[person.id], cover=cover, now=now)
            day = first_day
            while day < first_day + timedelta(days=days):
                absent, cover = draw.sample(self.treating, 2)
                last = day + timedelta(days=draw.randrange(14))
                leave = {"first_day": day, "last_day": last, "reason": "leave"}
                arrange_cover(session, absent=absent, cover=cover, **leave, now=now)
                self._leave.append((absent.id, day, last))
                day = last + timedelta(days=draw.randrange(1, 40))

    def wrong(self, mail: Mail, now: datetime) -> list[str]:
        """Why this mail should not have gone where it goes."""
        person, there = self._by_email[mail.to], now.astimezone(ZONE)
        found = []
        if self._is_away(person, there.date()) and not all(
            self._is_away(one, there.date()) for one in self.treating
        ):
            found.append("who is away")
        hours = self._hours.get(person.id)
        if "red flag" not in mail.subject and hours is not None and not hours.hold(there.time()):
            found.append("outside their hours")
        return [f"{mail.subject} to {person.name} {why} at {now}" for why in found]

    def _is_away(self, person: Staff, day: date) -> bool:
        if person.id not in self._week:
            return False
        off = WEEKDAYS[day.weekday()] not in self._week[person.id]
        return off or any(who == person.id and first <= day <= last for who, first, last in self._leave)
