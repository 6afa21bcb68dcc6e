"""What surrounds every page of the desk: who is signed in, the time there, the age of the last night."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from flask import request

from config.duties import NIGHT_OVERDUE_AFTER
from diary.domain.days import night_due
from diary.services.clinics import the_clinic
from diary.services.ladder import red_alerts
from diary.storage.nights import last_finished
from diary.storage.protocols import zones_of
from diary.web.asking import STAFF_COOKIE, csrf_token, presented_token
from diary.web.rights import ADMIN, CLINIC, TREATING
from diary.web.work import Work, roof

MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
WEEKDAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@dataclass(frozen=True, slots=True)
class Frame:
    """The surround of one page; its methods write moments as this clinic reads them."""

    clinic: str
    name: str
    role: str
    staff_uid: str
    csrf: str
    sandbox: bool
    now: datetime
    wall_now: datetime
    zone: ZoneInfo
    clock_target: datetime | None
    """Where the sandbox clock is on its way to."""
    last_night: date | None
    last_night_at: datetime | None
    last_night_partial: bool
    red_alerts: int
    """Told to everybody, and taken by nobody."""
    next_night_at: datetime
    """When the first night that is not complete is due, or was."""

    @property
    def treating(self) -> bool:
        """Whether this person sees who the patients are, and acts on alerts."""
        return self.role in TREATING

    @property
    def sees_patients(self) -> bool:
        """Whether this person opens pages of patients; a researcher sees figures and pseudonyms."""
        return self.role in CLINIC

    @property
    def plans(self) -> bool:
        """Whether this person declares chairs and closes days."""
        return self.treating or self.role == ADMIN

    @property
    def admin(self) -> bool:
        """Whether this person lets others in."""
        return self.role == ADMIN

    @property
    def today(self) -> date:
        """The calendar day at the clinic."""
        return self.local(self.now).date()

    @property
    def night_is_late(self) -> bool:
        """Whether the alerts are older than they should be."""
        return self.next_night_at + NIGHT_OVERDUE_AFTER < self.now

    def local(self, at: datetime) -> datetime:
        """The moment on the clinic's clock."""
        return at.astimezone(self.zone)

    def moment(self, at: datetime) -> str:
        """Such as "Mon 24 Aug, 09:00"."""
        local = self.local(at)
        return f"{WEEKDAYS[local.weekday()]} {self.day(local.date())}, {local:%H:%M}"

    def day(self, day: date) -> str:
        """Such as "24 Aug", with the year where it is not this one."""
        text = f"{day.day} {MONTHS[day.month - 1]}"
        return text if day.year == self.today.year else f"{text} {day.year}"

    def ago(self, at: datetime) -> str:
        """How long since, in the one unit that matters."""
        return ago(self.now - at)

    def ago_real(self, at: datetime) -> str:
        """The same on the real clock, for sessions: a sandbox's own clock does not count for them."""
        return ago(self.wall_now - at)

    def age_hours(self, at: datetime) -> int:
        """Whole hours since."""
        return int((self.now - at).total_seconds() // 3600)


def ago(since: timedelta) -> str:
    """A stretch of time as staff say it.

    >>> ago(timedelta(seconds=20)), ago(timedelta(hours=5)), ago(timedelta(days=1, hours=3))
    ('20 s ago', '5 h ago', '1 day ago')
    """
    seconds = int(since.total_seconds())
    if seconds < 1:
        return "just now"
    if seconds < 60:
        return f"{seconds} s ago"
    if seconds < 3600:
        return f"{seconds // 60} min ago"
    if seconds < 24 * 3600:
        return f"{seconds // 3600} h ago"
    days = seconds // (24 * 3600)
    return f"{days} day ago" if days == 1 else f"{days} days ago"


def frame_of(work: Work) -> Frame:
    """The surround for the person who is asking."""
    person = work.caller.staff
    assert person is not None
    token, _ = presented_token(request, STAFF_COOKIE)
    assert token is not None
    night = last_finished(work.session)
    clinic = the_clinic(work.session)
    zones = zones_of(work.session, person.clinic_id)
    next_night = clinic.first_night if night is None else night.night + timedelta(days=1)
    return Frame(
        clinic=clinic.name,
        name=person.name,
        role=person.role,
        staff_uid=person.uid,
        csrf=csrf_token(roof().settings.secret_key, token),
        sandbox=work.sandbox,
        now=work.now,
        wall_now=work.wall_now,
        zone=ZoneInfo(zones[-1][1]),
        clock_target=work.clock_target,
        last_night=night.night if night is not None else None,
        last_night_at=night.cutoff_at if night is not None else None,
        last_night_partial=night is not None and night.state == "partial",
        red_alerts=red_alerts(work.session, now=work.now),
        next_night_at=night_due(next_night, zones),
    )
