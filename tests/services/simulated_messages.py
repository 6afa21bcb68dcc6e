"""A simulated year of a clinic's messages: patients, staff, leave, clocks that change, ways that fail.

All that decides is the service's own; the clock, the people and the ways are simulated, by one seed. Nothing
is waited for: the year goes from one thing that happens to the next, and what falls due within half an hour
is looked at together. A way takes a message, puts it off, refuses it, or takes it while our process
dies before that is written down: then it goes again, as a copy. What may not happen is judged by what the
simulation itself knows of its people, and by no word of the service.
"""

import random
from collections import Counter, defaultdict
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from heapq import heappop, heappush
from itertools import count
from zoneinfo import ZoneInfo

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from diary.domain.days import diary_day
from diary.domain.delivery import Tried
from diary.domain.reminding import is_quiet
from diary.gateways.mail import Mail
from diary.gateways.push import Push
from diary.services import alerts, patients, reminders
from diary.services.dispatch import LEASE, Done, Try, settle, take
from diary.services.ladder import climb, red_alerts
from diary.services.zones import note_zone
from diary.storage.alerts import alert_by_id
from diary.storage.entries import EntryRow, add_entry
from diary.storage.ids import new_uid
from diary.storage.outbox import LANES, next_due_at
from diary.storage.patients import patient_by_id
from diary.storage.protocols import instrument_id_for
from diary.storage.reminders import next_reminder_at
from diary.storage.tables.outbox import Message
from diary.storage.unit import own
from tests.little_clinic import ZONE, LittleClinic, at, found
from tests.services.simulated_staff import People
from tests.services.test_reach import subscribe

ZONES = (ZONE.key, "America/New_York", "Asia/Tokyo", "Pacific/Apia", "Australia/Lord_Howe")
GRID = timedelta(minutes=30)
CLIMB_EVERY = timedelta(hours=1)
# Europe's clocks go forward on its second day, and Good Friday is a holiday.
FIRST_DAY = date(2026, 3, 28)
RESULTS = ("delivered", "later", "refused", "gone", "dies")
ODDS = (89, 6, 2, 1, 2)
# How likely people answer on a day.
ANSWERS = (0.97, 0.9, 0.75, 0.3)
# A nudge at one hour falls on the next one's reminders; that of the last would fall into the night.
HOURS_MIN = (18 * 60 + 20, 19 * 60 + 50, 21 * 60 + 20)
# What happens to one patient on a day, in a thousand.
TRIPS, PAUSES, STOPS, RED_FLAGS, CALLS = 3, 3, 0.5, 4, 4


@dataclass
class Person:
    """A patient as the simulation knows them."""

    id: int
    answers: float
    """How likely on a day."""
    zone: str = ZONES[0]
    followed_since: date | None = FIRST_DAY
    answered: set[date] = field(default_factory=set)
    uncertain: set[date] = field(default_factory=set)
    """Days on which they changed zones: both zones may remind of one."""


@dataclass
class Year:
    """What happened, and what was broken by it."""

    clinic: LittleClinic
    seed: int
    days: int
    people_count: int
    broken: list[str] = field(default_factory=list)
    sent: Counter[tuple[str, str]] = field(default_factory=Counter)
    open: dict[int, datetime] = field(default_factory=dict)
    deaths: int = 0
    mails: int = 0

    def live(self) -> None:
        """From the first day to the last."""
        self.draw = random.Random(self.seed)
        self._order, self._ahead = count(), list[tuple[datetime, int, Callable[[], None]]]()
        self._told: dict[tuple[str, int, date], set[str]] = defaultdict(set)
        self._answers: list[tuple[Person, date, datetime]] = []
        self.now = at(FIRST_DAY, hour=0)
        end = self.now + timedelta(days=self.days)
        self.people = [Person(number + 1, self.draw.choice(ANSWERS)) for number in range(self.people_count)]
        self.staff = People(self.clinic, self.draw, first_day=FIRST_DAY, days=self.days)
        with self.clinic.unit() as session:
            self._instrument_id = instrument_id_for(session, (), self.now)
        for day in range(self.days):
            self._at(self.now + timedelta(days=day), self._plan_day)
        self._climb_at = self.now
        self._round_at: datetime | None = None
        while self._ahead:
            round_at = self._next_round()
            if round_at < min(self._ahead[0][0], end):
                self.now = round_at
                self.settle_all()
            else:
                self.now, _, happens = heappop(self._ahead)
                if self.now < end:
                    happens()
        self._write_answers()

    def _writing(self) -> AbstractContextManager[Session]:
        """A unit of work after which something else may be due."""
        self._round_at = None
        return self.clinic.unit(write=True)

    def _at(self, moment: datetime, happens: Callable[[], None]) -> None:
        heappush(self._ahead, (moment, next(self._order), happens))

    def _next_round(self) -> datetime:
        """When something is due, on the grid; what is due already waits for its next line."""
        if self._round_at is None:
            self._round_at = self._look_ahead()
        return self._round_at

    def _look_ahead(self) -> datetime:
        with self.clinic.unit() as session:
            due = [one for one in (next_reminder_at(session), next_due_at(session)) if one is not None]
        if self.open:
            due.append(self._climb_at)
        first = max(min(due, default=datetime.max.replace(tzinfo=UTC)), self.now)
        if not due:
            return first
        return first + (GRID - (first - at(FIRST_DAY, hour=0)) % GRID)

    def _plan_day(self) -> None:
        """What will happen on it, and whether all is well so far."""
        self._check_alerts()
        acts = (
            (TRIPS, self._travel),
            (PAUSES, self._pause),
            (STOPS, self._stop),
            (RED_FLAGS, self._red_flag),
            (CALLS, self._call),
        )
        for person in self.people:
            if person.followed_since is None:
                continue
            if self.draw.random() < person.answers:
                self._at(self._moment(), lambda person=person: self._answer(person))
            for odds, act in acts:
                if self.draw.random() * 1000 < odds:
                    self._at(self._moment(), lambda person=person, act=act: act(person))
        if self.draw.random() < 0.02:
            person = self.draw.choice(self.people)
            person.answers = self.draw.choice((0.0, 0.3, 0.9))

    def _moment(self) -> datetime:
        return self.now + timedelta(minutes=self.draw.randrange(24 * 60))

    def _answer(self, person: Person) -> None:
        """Given now, where the phone is; it reaches the database with others before the next round."""
        day = diary_day(self.now, ZoneInfo(person.zone))
        if person.followed_since is not None and day not in person.answered:
            person.answered.add(day)
            self._answers.append((person, day, self.now))

    def _write_answers(self) -> None:
        """As rows: how an answer is recorded is tried elsewhere, and costs forty times as much."""
        if not self._answers:
            return
        with self.clinic.unit(write=True) as session:
            for person, day, moment in self._answers:
                uid, scope = new_uid(moment), (self.clinic.clinic_id, person.id)
                add_entry(session, _entry(uid, *scope, day, moment, person.zone, self._instrument_id))
        self._answers.clear()

    def _travel(self, person: Person) -> None:
        """There and back."""
        days = self.draw.uniform(1, 14)
        self._move(person, self.draw.choice(ZONES[1:]))
        self._at(self.now + timedelta(days=days), lambda: self._move(person, ZONES[0]))

    def _move(self, person: Person, zone: str) -> None:
        person.uncertain.add(diary_day(self.now, ZoneInfo(person.zone)))
        person.zone = zone
        person.uncertain.add(diary_day(self.now, ZoneInfo(person.zone)))
        with self._writing() as session:
            note_zone(session, patient_by_id(session, person.id), zone, since_at=self.now)

    def _pause(self, person: Person) -> None:
        if person.followed_since is None:
            return
        person.followed_since = None
        with self._writing() as session:
            patient = patient_by_id(session, person.id)
            patients.pause(session, patient, until=None, note=None, now=self.now)
        days = self.draw.choice((0.02, 1, 5, 30))
        self._at(self.now + timedelta(days=days), lambda: self._resume(person))

    def _resume(self, person: Person) -> None:
        person.followed_since = diary_day(self.now, ZoneInfo(person.zone))
        with self._writing() as session:
            patients.follow(session, patient_by_id(session, person.id), now=self.now)

    def _stop(self, person: Person) -> None:
        if person.followed_since is None:
            return
        person.followed_since = None
        with self._writing() as session:
            patient = patient_by_id(session, person.id)
            patients.stop(session, patient, reason="moved", note=None, now=self.now)
            for alert_id in list(self.open):
                if alert_by_id(session, alert_id).status == "closed":
                    del self.open[alert_id]

    def _red_flag(self, person: Person) -> None:
        self._raise(person, "red_flag", {"items": ["fever"]})

    def _call(self, person: Person) -> None:
        self._raise(person, "call_me", {"wants": "treatment"})

    def _raise(self, person: Person, kind: str, facts: dict[str, object]) -> None:
        if person.followed_since is None:
            return
        owner = self.draw.choice((None, *self.staff.treating))
        with self._writing() as session:
            if any(one.status != "closed" and one.kind == kind for one in self.clinic.alerts(person.id)):
                return
            news = alerts.News(person.id, None, kind, facts, owner_id=owner and owner.id)
            alert_id = alerts.raise_alert(session, news, now=self.now).id
        self.open[alert_id] = self.now
        hours = self.draw.choices((3, 24, 200), (8, 3, 1))[0] * self.draw.random()
        self._at(self.now + timedelta(hours=hours), lambda: self._handle(alert_id))

    def _handle(self, alert_id: int) -> None:
        """Somebody takes it, and closes it."""
        if self.open.pop(alert_id, None) is None:
            return
        person = self.draw.choice(self.staff.treating)
        with self._writing() as session:
            alert = alert_by_id(session, alert_id)
            alerts.acknowledge(session, alert, staff_id=person.id, now=self.now)
            alerts.close(session, alert, outcome="handled", reason=None, now=self.now)

    def settle_all(self) -> None:
        """The job's round."""
        self._write_answers()
        self._round_at = None
        with self._writing() as session:
            reminders.remind_due(session, now=self.now)
            if self.open and self.now >= self._climb_at:
                climb(session, now=self.now)
                self._climb_at = self.now + CLIMB_EVERY
            moment = {"now": self.now, "wall_now": self.now}
            jobs = [
                job
                for lane in LANES[:2]
                for job in take(session, lane, url="", owner="sim", limit=200, **moment)
            ]
        ended = []
        for job in jobs:
            tries = tuple(Try("way", parcel, self._carry(parcel)) for parcel in job.parcels)
            if any(one.tried.detail == "dies" for one in tries):
                self.deaths += 1
            else:
                ended.append(Done(job, tries))
        if ended:
            with self._writing() as session:
                settle(session, ended, owner="sim", now=self.now)
        if any(one.tried.result == "refused" for done in ended for one in done.tried):
            self._climb_at = self.now  # the job looks every five minutes

    def _carry(self, parcel: object) -> Tried:
        word = self.draw.choices(RESULTS, ODDS)[0]
        word = "later" if word == "gone" else word  # phones stay, so that reminders go on being tried
        if isinstance(parcel, Push):
            self._check_note(parcel, word)
        elif isinstance(parcel, Mail):
            self.mails += 1
            self.broken += self.staff.wrong(parcel, self.now)
            if not self.open:
                self.broken.append(f"{parcel.subject} at {self.now}, when nothing is open")
        if word == "dies":
            return Tried("delivered", "dies")
        return Tried(word, "550" if word == "refused" else None)

    def _check_note(self, push: Push, word: str) -> None:
        number = int(push.endpoint.rpartition("/")[2])
        person, kind, uid = self.people[number], push.note["tag"], push.note["id"]
        day = diary_day(self.now, ZoneInfo(person.zone))
        self._told[kind, number, day].add(uid)
        for wrong, told in (
            (person.followed_since is None, "to somebody who is not followed"),
            (day in person.answered, "after the answer"),
            (is_quiet(self.now.astimezone(ZoneInfo(person.zone)).time()), "in the night"),
            (len(self._told[kind, number, day]) > 1 and day not in person.uncertain, "twice"),
            (self._silent_days(person, day) >= 7, "after a week of silence"),
        ):
            if wrong:
                self.broken.append(f"{kind} {told} at {self.now} ({person.zone})")
        if word in ("delivered", "dies"):
            self.sent[kind, uid] += 1

    def _silent_days(self, person: Person, day: date) -> int:
        """Days in a row up to yesterday that were surely asked about and have no answer."""
        silent, one = 0, day - timedelta(days=1)
        while one > (person.followed_since or day) and one not in person.answered and silent < 7:
            silent, one = silent + 1, one - timedelta(days=1)
        return silent

    def _check_alerts(self) -> None:
        """Each open one has reached somebody, is on its way, or stands red."""
        if not self.open:
            return
        with self._writing() as session:
            climb(session, now=self.now)
        with self.clinic.unit() as session:
            of_them = own(session, Message).where(Message.alert_id.in_(list(self.open)))
            live = {
                one.alert_id for one in session.scalars(of_them) if one.state in ("delivered", "new", "taken")
            }
            silent = len(self.open.keys() - live)
            if silent > red_alerts(session, now=self.now):
                self.broken.append(f"{silent} alerts told to nobody at {self.now}, and not red")


def peopled(engine: Engine, people_count: int) -> LittleClinic:
    """A clinic with so many patients who take notes, at three hours; each year begins with a copy."""
    clinic = found(engine, first_night=FIRST_DAY)
    for number in range(people_count):
        patient_id = clinic.admit(f"P-{number}", first_day=FIRST_DAY)
        assert patient_id == number + 1
        subscribe(clinic, patient_id, f"https://push.example/{number}")
        with clinic.phone(patient_id) as session:
            patient = patient_by_id(session, patient_id)
            minute, now = HOURS_MIN[number % 3], at(FIRST_DAY, hour=0)
            reminders.set_reminder(session, patient, wanted=True, minute=minute, now=now)
    return clinic


def moment_after(year: Year) -> datetime:
    """Past every lease that a death left behind."""
    return year.now + LEASE + timedelta(minutes=1)


def _entry(
    uid: str, clinic_id: int, patient_id: int, day: date, moment: datetime, zone: str, instrument_id: int
) -> EntryRow:
    return EntryRow(
        clinic_id=clinic_id,
        uid=uid,
        patient_id=patient_id,
        client_id=uid,
        day=day,
        version=1,
        kind="answer",
        nrs=4,
        standing=True,
        supersedes=None,
        source="phone",
        actor_kind="patient",
        actor_id=patient_id,
        taken_by_id=None,
        reason=None,
        answered_at=moment,
        answered_offset_min=0,
        zone=zone,
        sent_at=moment,
        received_at=moment,
        skew_s=0,
        late=False,
        clock_suspect=False,
        instrument_version_id=instrument_id,
    )
