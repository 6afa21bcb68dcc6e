"""Simulated weeks of a clinic's messages: patients, staff, holidays, clocks that change, ways that fail.

All that decides is the service's own; the clock, the people and the ways are simulated, by one seed. A way
takes a message, puts it off, refuses it, or takes it while our process dies before that is written down: then
it goes again, as a copy.
"""

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from diary.domain.days import diary_day
from diary.domain.delivery import Tried
from diary.domain.reminding import is_quiet
from diary.gateways.mail import Mail
from diary.gateways.push import Push
from diary.services import alerts, entries, patients, reminders
from diary.services.dispatch import LEASE, Done, Try, settle, take
from diary.services.ladder import climb
from diary.services.working_days import add_holiday
from diary.services.zones import note_zone
from diary.storage.alerts import alert_by_id
from diary.storage.ids import new_uid
from diary.storage.outbox import LANES
from diary.storage.patients import patient_by_id
from tests.little_clinic import LittleClinic, at
from tests.services.test_reach import subscribe

ZONES = ("Europe/Amsterdam", "America/New_York", "Asia/Tokyo", "Pacific/Apia", "Australia/Lord_Howe")
STEP = timedelta(minutes=30)
# Europe's clocks go forward on its second day, and Good Friday is a holiday.
FIRST_DAY = date(2026, 3, 28)
EASTER = date(2026, 4, 3)
RESULTS = ("delivered", "later", "refused", "gone", "dies")
ODDS = (84, 10, 2, 1, 3)


@dataclass
class Person:
    """A patient as the simulation knows them."""

    id: int
    zone: str = ZONES[0]
    followed: bool = True
    answered: set[date] = field(default_factory=set)


@dataclass
class Weeks:
    """What happened, and what was broken by it."""

    clinic: LittleClinic
    seed: int
    days: int
    people_count: int
    broken: list[str] = field(default_factory=list)
    sent: Counter[tuple[str, str]] = field(default_factory=Counter)
    deaths: int = 0
    mails: int = 0

    def live(self) -> None:
        """From the first day to the last."""
        self.draw = random.Random(self.seed)
        self.people = [self._enter(number) for number in range(self.people_count)]
        self.staff = [self.clinic.person("Ada"), self.clinic.person("Ben", "physician")]
        self.clinic.person("Cleo", "admin")
        with self.clinic.unit(write=True) as session:
            add_holiday(session, first_day=EASTER, last_day=EASTER, name="Easter", now=at(FIRST_DAY))
        self.open: list[int] = []
        self.now = at(FIRST_DAY, hour=0)
        end = self.now + timedelta(days=self.days)
        while self.now < end:
            self._happen()
            self.settle_all()
            self.now += STEP

    def _enter(self, number: int) -> Person:
        patient_id = self.clinic.admit(f"P-{number}", first_day=FIRST_DAY)
        subscribe(self.clinic, patient_id, f"https://push.example/{number}")
        with self.clinic.phone(patient_id) as session:
            minute = self.draw.choice((19, 20, 21)) * 60
            patient = patient_by_id(session, patient_id)
            reminders.set_reminder(session, patient, wanted=True, minute=minute, now=at(FIRST_DAY, hour=0))
        return Person(patient_id)

    def _happen(self) -> None:
        """People answer, travel, pause; symptoms come; staff take alerts, mostly."""
        for person in self.people:
            dice = self.draw.random()
            day = diary_day(self.now, ZoneInfo(person.zone))
            if dice < 0.012 and person.followed and day not in person.answered:
                self._answer(person, day)
            elif dice < 0.0125 and person.followed:
                person.zone = self.draw.choice(ZONES)
                with self.clinic.phone(person.id) as session:
                    note_zone(session, patient_by_id(session, person.id), person.zone, since_at=self.now)
            elif dice < 0.0128 and person.followed:
                person.followed = False
                with self.clinic.unit(write=True) as session:
                    patients.pause(
                        session, patient_by_id(session, person.id), until=None, note=None, now=self.now
                    )
            elif dice < 0.0168:
                with self.clinic.unit(write=True) as session:
                    news = alerts.News(person.id, None, "red_flag", {"items": ["fever"]})
                    self.open.append(alerts.raise_alert(session, news, now=self.now).id)
        if self.open and self.draw.random() < 0.02:
            taken = self.open.pop(self.draw.randrange(len(self.open)))
            with self.clinic.unit(write=True) as session:
                alert = alert_by_id(session, taken)
                alerts.acknowledge(session, alert, staff_id=self.draw.choice(self.staff).id, now=self.now)

    def _answer(self, person: Person, day: date) -> None:
        """Given now, from where the phone is: it says so."""
        answer = entries.Answer(
            client_id=new_uid(self.now),
            day=day,
            nrs=4,
            answered_at=self.now,
            sent_at=self.now,
            zone=person.zone,
        )
        with self.clinic.phone(person.id) as session:
            entries.record(session, patient_by_id(session, person.id, lock=True), answer, now=self.now)
        person.answered.add(day)

    def settle_all(self) -> None:
        """The job's round."""
        with self.clinic.unit(write=True) as session:
            while reminders.remind_due(session, now=self.now):
                pass
            if self.open:
                climb(session, now=self.now)
            jobs = [
                job
                for lane in LANES[:2]
                for job in take(
                    session, lane, url="", owner="sim", limit=200, now=self.now, wall_now=self.now
                )
            ]
        ended = []
        for job in jobs:
            tries = tuple(Try("way", parcel, self._carry(parcel)) for parcel in job.parcels)
            if any(one.tried.detail == "dies" for one in tries):
                self.deaths += 1
            else:
                ended.append(Done(job, tries))
        if ended:
            with self.clinic.unit(write=True) as session:
                settle(session, ended, owner="sim", now=self.now)

    def _carry(self, parcel: object) -> Tried:
        word = self.draw.choices(RESULTS, ODDS)[0]
        if isinstance(parcel, Push):
            person = self.people[int(parcel.endpoint.rpartition("/")[2])]
            self._check(parcel, person)
            if word == "gone":
                word = "later"  # phones stay, so that reminders go on being tried
            if word in ("delivered", "dies"):
                self.sent[parcel.note["tag"], parcel.note["id"]] += 1
        elif isinstance(parcel, Mail):
            self.mails += 1
            word = "later" if word == "gone" else word
        if word == "dies":
            return Tried("delivered", "dies")
        return Tried(word, "550" if word == "refused" else None)

    def _check(self, push: Push, person: Person) -> None:
        wall = self.now.astimezone(ZoneInfo(person.zone))
        day = diary_day(self.now, ZoneInfo(person.zone))
        for wrong, told in (
            (not person.followed, "to somebody who is not followed"),
            (day in person.answered, "after the answer"),
            (is_quiet(wall.time()), f"in the night, {wall:%H:%M}"),
        ):
            if wrong:
                self.broken.append(f"{push.note['tag']} {told} at {self.now} ({person.zone})")


def moment_after(weeks: Weeks) -> datetime:
    """Past every lease that a death left behind."""
    return weeks.now + LEASE + timedelta(minutes=1)
