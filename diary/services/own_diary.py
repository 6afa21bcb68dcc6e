"""The diary as its patient sees it: the question, whom to call, and the days that were asked about."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

from sqlalchemy import func
from sqlalchemy.orm import Session

from diary.domain.days import answerable_days, diary_day
from diary.services.asked_days import is_within, unfollowed
from diary.services.clinics import the_clinic
from diary.services.courses import present_course
from diary.storage.alerts import live_of_patient
from diary.storage.courses import administrations_of, courses_of
from diary.storage.follow import Followed, follow_histories
from diary.storage.patients import devices_of
from diary.storage.protocols import instrument_for, protocol_at
from diary.storage.tables.course import Course
from diary.storage.tables.entry import Entry
from diary.storage.tables.patient import Patient
from diary.storage.unit import own

# A page of the list is four weeks; the chart shows the twelve weeks in which relief usually holds and ends.
LIST_DAYS: Final = 28
CHART_DAYS: Final = 84

# The language that every instrument has; later ones fall back to it.
FIRST_LOCALE: Final = "en"

Reply = Literal["answered", "none", "paused"]


@dataclass(frozen=True, slots=True)
class Contact:
    """Whom to call, when somebody answers, and what to do in an emergency."""

    clinic: str
    phone: str
    opening_hours: str
    emergency_text: str


@dataclass(frozen=True, slots=True)
class Question:
    """The wording that this patient is asked in, with the treated area in its place.

    `about_day` holds "{day}" where the name of an earlier day goes. `direction` is that of the printed scale,
    ltr or rtl: it belongs to the instrument, whatever the direction of the page.
    """

    about_today: str
    about_day: str
    low_anchor: str
    high_anchor: str
    direction: str
    locale: str
    treated_area: str | None


@dataclass(frozen=True, slots=True)
class Correction:
    """What the clinic filed beside the patient's answer; None says that no answer stands."""

    nrs: int | None


@dataclass(frozen=True, slots=True)
class OwnDay:
    """One diary day.

    `nrs` is the patient's newest answer and `first_nrs` the first one, where it was changed. `standing_uid`
    names the version that a change supersedes. A `withheld` day has an answer whose number is not shown yet.
    """

    day: date
    reply: Reply
    is_open: bool
    nrs: int | None = None
    first_nrs: int | None = None
    late: bool = False
    by_clinic: bool = False
    correction: Correction | None = None
    standing_uid: str | None = None
    withheld: bool = False

    @property
    def counted_nrs(self) -> int | None:
        """The score that counts: the clinic's correction where it filed one, else the patient's own."""
        return self.nrs if self.correction is None else self.correction.nrs


@dataclass(frozen=True, slots=True)
class OwnDiary:
    """The frame of every page: which day it is, what can be answered, and in which words.

    `open_days` are those that can be answered or changed now, newest first; the first of them is today.
    """

    question: Question
    contact: Contact
    open_days: tuple[date, ...]
    first_day: date
    now: datetime
    zone: ZoneInfo
    follow_state: str

    @property
    def after_midnight(self) -> bool:
        """Whether the calendar already shows tomorrow, and the diary day is still open."""
        return self.now.astimezone(self.zone).date() != self.today

    @property
    def today(self) -> date:
        """The diary day under way."""
        return self.open_days[0]

    def changeable_until(self, day: date) -> date:
        """The last diary day on which the answer of `day` can be changed."""
        return day + (self.open_days[0] - self.open_days[-1])


@dataclass(frozen=True, slots=True)
class Infusion:
    """Infusion days, both ends included."""

    first_day: date
    last_day: date


def own_diary(session: Session, patient: Patient, *, locale: str, now: datetime) -> OwnDiary:
    """Read what every page of the patient's diary needs, in the language of those pages."""
    zone = ZoneInfo(patient.zone)
    _, protocol = protocol_at(session, now)
    open_days = answerable_days(now, zone, protocol.backdate_days)
    return OwnDiary(
        question=question_of(session, patient, locale=locale, now=now),
        contact=contact_of(session),
        open_days=tuple(open_days),
        first_day=_first_day(session, patient, today=open_days[0]),
        now=now,
        zone=zone,
        follow_state=patient.follow_state,
    )


def question_of(session: Session, patient: Patient, *, locale: str, now: datetime) -> Question:
    """The question of the course under way, in a language if the instrument has it, of whatever region."""
    texts = instrument_for(session, patient.id, now).texts
    asked = (locale, locale.partition("-")[0].lower(), FIRST_LOCALE)
    spoken = next(tag for tag in asked if tag in texts)
    words = texts[spoken]
    area = _treated_area(courses_of(session, patient.id))
    where = f"{area} " if area else ""
    return Question(
        about_today=words["question"].replace("{where}", where),
        about_day=words["question_for_day"].replace("{where}", where),
        low_anchor=words["low"],
        high_anchor=words["high"],
        direction=words.get("direction", "ltr"),
        locale=spoken,
        treated_area=area,
    )


def contact_of(session: Session) -> Contact:
    """How the patient reaches the clinic."""
    clinic = the_clinic(session)
    return Contact(clinic.name, clinic.phone, clinic.opening_hours, clinic.emergency_text)


def own_day(session: Session, patient: Patient, diary: OwnDiary, *, day: date) -> OwnDay:
    """One day, with its number."""
    [found] = _days(session, patient, diary, first=day, last=day)
    return found


def earlier_answer(session: Session, patient: Patient, diary: OwnDiary, *, day: date) -> OwnDay:
    """One day as it is shown beside the question; see `own_days` for what is withheld."""
    return _withheld(session, patient, diary, [own_day(session, patient, diary, day=day)])[0]


def own_days(
    session: Session, patient: Patient, diary: OwnDiary, *, last: date, days: int, withhold: bool = True
) -> list[OwnDay]:
    """At most `days` days up to `last`, newest first; none before the diary began.

    Until today is answered, the number of the day before is withheld: it would draw today's answer to it. Not
    from somebody else, who does not answer.
    """
    first = max(last - timedelta(days=days - 1), diary.first_day)
    found = _days(session, patient, diary, first=first, last=min(last, diary.today))
    return (_withheld(session, patient, diary, found) if withhold else found)[::-1]


def infusions_of(session: Session, patient: Patient) -> list[Infusion]:
    """When the patient was treated, first to last."""
    return [Infusion(row.first_day, row.last_day) for row in administrations_of(session, patient.id)]


def call_asked_at(session: Session, patient: Patient) -> datetime | None:
    """Since when the patient has been waiting for the clinic's call; None when no call was asked for."""
    waiting = (alert.opened_at for alert in live_of_patient(session, patient.id) if alert.kind == "call_me")
    return next(waiting, None)


def _first_day(session: Session, patient: Patient, *, today: date) -> date:
    """The day of the first answer, or on which the first phone was paired, whichever was earlier."""
    first = session.scalar(
        own(session, Entry).with_only_columns(func.min(Entry.day)).where(Entry.patient_id == patient.id)
    )
    phones = [
        diary_day(phone.enrolled_at, ZoneInfo(patient.zone)) for phone in devices_of(session, patient.id)
    ]
    return min([today, *phones, *([first] if first is not None else [])])


def _treated_area(courses: Sequence[Course]) -> str | None:
    """Of the course that the question belongs to."""
    present = present_course(courses)
    return present.treated_area if present is not None else None


def _days(session: Session, patient: Patient, diary: OwnDiary, *, first: date, last: date) -> list[OwnDay]:
    statement = own(session, Entry).where(
        Entry.patient_id == patient.id, Entry.day >= first, Entry.day <= last
    )
    versions: dict[date, list[Entry]] = {}
    for entry in session.scalars(statement.order_by(Entry.day, Entry.version)):
        versions.setdefault(entry.day, []).append(entry)
    follow = follow_histories(session, [patient.id], until=diary.now).get(patient.id, [])
    return [
        _day(
            day,
            versions.get(day, []),
            paused=_paused(follow, day),
            is_open=day in diary.open_days,
        )
        for day in (first + timedelta(days=offset) for offset in range((last - first).days + 1))
    ]


def _day(day: date, versions: Sequence[Entry], *, paused: bool, is_open: bool) -> OwnDay:
    standing = next((entry for entry in versions if entry.standing), None)
    answers = [entry for entry in versions if entry.kind == "answer"]
    if standing is None or not answers:
        return OwnDay(day, "paused" if paused else "none", is_open)
    newest = answers[-1]
    return OwnDay(
        day,
        "answered",
        is_open,
        nrs=newest.nrs,
        first_nrs=answers[0].nrs if len(answers) > 1 else None,
        late=newest.late,
        by_clinic=newest.source in ("clinic_phone", "clinic_paper"),
        correction=Correction(standing.nrs) if standing.kind != "answer" else None,
        standing_uid=standing.uid,
    )


def _paused(follow: Sequence[Followed], day: date) -> bool:
    """Whether nothing was asked on this day."""
    return any(
        state == "paused" and is_within(day, first_day, last_day)
        for state, first_day, last_day in unfollowed(follow)
    )


def _withheld(session: Session, patient: Patient, diary: OwnDiary, days: Sequence[OwnDay]) -> list[OwnDay]:
    """The days, without yesterday's number as long as today has no answer."""
    yesterday = diary.today - timedelta(days=1)
    if all(day.day != yesterday or day.reply != "answered" for day in days):
        return list(days)
    if own_day(session, patient, diary, day=diary.today).reply == "answered":
        return list(days)
    return [_without_number(day) if day.day == yesterday else day for day in days]


def _without_number(day: OwnDay) -> OwnDay:
    return OwnDay(day.day, day.reply, day.is_open, standing_uid=day.standing_uid, withheld=True)
