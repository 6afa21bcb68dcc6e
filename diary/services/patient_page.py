"""The patient page: everything that staff look at before they act on a patient, read in one unit of work."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy.orm import Session

from config.protocol import Protocol
from config.scales import ITEMS, Item
from diary.charts.course_data import CourseChart
from diary.charts.scale import span_text
from diary.domain import booking_states
from diary.domain.alert_states import urgency
from diary.domain.baseline import NO_BASELINE
from diary.domain.explanation import FourLines, Reading, beside_the_rule, four_lines
from diary.services import audit
from diary.services.alert_lines import AlertLine, alert_line, staff_names
from diary.services.bookings import interval_warning, slot_after_lead
from diary.services.checklists import Checklist, checklist_for
from diary.services.contacts import Contacts, contacts_of
from diary.services.course_lines import CourseLine, course_lines, regimen_names
from diary.services.courses import present_course
from diary.services.happenings import Happening, Names, who_did
from diary.services.patient_chart import Diary, chart_of
from diary.services.patient_diary import diary_of
from diary.services.patient_outlook import PatientOutlook, outlook_of
from diary.services.patients import read_identity
from diary.services.phone_reach import PhoneReach, phone_reach
from diary.services.safety import Safety, safety_of
from diary.storage import alerts as alert_rows
from diary.storage import bookings as booking_rows
from diary.storage import courses as course_rows
from diary.storage.entries import items_of
from diary.storage.follow import Followed
from diary.storage.patients import devices_of
from diary.storage.protocols import foresight_at, protocol_at
from diary.storage.tables.alert import Alert
from diary.storage.tables.booking import Booking
from diary.storage.tables.course import Administration, ClinicalEvent
from diary.storage.tables.entry import Entry, ItemAnswer
from diary.storage.tables.patient import Device, Patient, PatientIdentity

# Weekly questions: two months of them.
ITEM_ANSWERS_SHOWN: Final = 9


@dataclass(frozen=True, slots=True)
class AlertBlock:
    """An alert with its history; `outcome` and `ended_at` once it has ended."""

    line: AlertLine
    lines: FourLines | None
    """In words, of a loss that the forecast spoke of."""
    beside_the_rule: str
    """When the plain rule spoke, of the same."""
    facts: Mapping[str, object]
    history: tuple[Happening, ...]
    my_label: str | None
    outcome: str | None
    ended_at: datetime | None
    end_reason: str | None


@dataclass(frozen=True, slots=True)
class BookingLine:
    """A booking with the steps that a person can take next."""

    booking: Booking
    regimen: str
    steps: tuple[str, ...]
    warning: str | None
    history: tuple[Happening, ...]


@dataclass(frozen=True, slots=True)
class EntryLine:
    """One version of a day's answer and who gave it."""

    entry: Entry
    by: str


@dataclass(frozen=True, slots=True)
class ItemLine:
    """One of the other questions, with its latest answers, newest first."""

    item: Item
    answers: tuple[tuple[date, int], ...]


@dataclass(frozen=True, slots=True)
class DayLine:
    """A diary day with every version, the first one first."""

    day: date
    versions: tuple[EntryLine, ...]


@dataclass(frozen=True, slots=True)
class PatientPage:
    """All of it; rows are read, not changed, and nothing loads behind them."""

    patient: Patient
    identity: PatientIdentity | None
    owner: str | None
    follow: Followed | None
    devices: tuple[Device, ...]
    phone: PhoneReach
    today: date
    safety: Safety
    live: tuple[AlertBlock, ...]
    ended: tuple[AlertBlock, ...]
    courses: tuple[CourseLine, ...]
    present: CourseLine | None
    chart: CourseChart
    outlook: PatientOutlook | None
    """Of the present course, where the forecast is shown."""
    given: tuple[Administration, ...]
    bookings: tuple[BookingLine, ...]
    checklist: Checklist | None
    """As it stands for the booking under way; None where there is none."""
    days: tuple[DayLine, ...]
    items: tuple[ItemLine, ...]
    events: tuple[ClinicalEvent, ...]
    contacts: Contacts


def patient_page(
    session: Session, patient: Patient, *, reader_id: int, names: bool, whole: bool, now: datetime
) -> PatientPage:
    """Read the page, and leave a trace that it was read.

    Args:
        session: a writing unit, for the trace.
        patient: of this clinic.
        reader_id: who looks; their own label of each alert is shown.
        names: whether the reader may see who the patient is.
        whole: draw the whole diary and not only the last two courses.
        now: the moment of reading.
    """
    identity = _identity(session, patient, names=names, now=now)
    staff = staff_names(session)
    _, protocol = protocol_at(session, now)
    diary = diary_of(session, patient, now=now)
    days = course_rows.packed_days(session, [course.id for course in diary.courses])
    courses = course_lines(session, diary, days, protocol)
    now_meant = present_course(diary.courses)
    present = next((line for line in courses if line.course is now_meant), None)
    outlook = None
    if present is not None:
        foresight = foresight_at(session, now)
        outlook = outlook_of(present.course, present.finding, foresight, lead_days=protocol.lead_days)
    verdicts = alert_rows.verdicts_of(session, [alert.id for alert in diary.alerts])
    free = _free_after_lead(session, diary, present, protocol)
    reading = Reading(diary.today, protocol.lead_days, free)
    blocks = [
        _block(session, alert, verdicts.get(alert.id, ()), diary, staff, reader_id, reading)
        for alert in diary.alerts
    ]
    _, owner = staff.get(patient.owner_id or 0, (None, None))
    return PatientPage(
        patient=patient,
        identity=identity,
        owner=owner,
        follow=diary.follow[-1] if diary.follow else None,
        devices=tuple(devices_of(session, patient.id)),
        phone=phone_reach(session, [patient.id], now=now)[patient.id],
        today=diary.today,
        safety=safety_of(session, patient, today=diary.today, protocol=protocol),
        live=tuple(sorted((block for block in blocks if block.ended_at is None), key=_urgency)),
        ended=tuple(block for block in blocks if block.ended_at is not None),
        courses=tuple(reversed(courses)),
        present=present,
        chart=chart_of(
            diary,
            baseline=present.baseline if present else NO_BASELINE,
            days=days.get(present.course.id) if present else None,
            relief_line_nrs=present.today.relief_line_nrs if present and present.today else None,
            forecast=outlook.levels if outlook else (),
            whole=whole,
        ),
        outlook=outlook,
        given=tuple(reversed(diary.given)),
        bookings=_bookings(session, patient, staff, protocol),
        checklist=checklist_for(session, diary.booking, staff) if diary.booking is not None else None,
        days=_day_lines(diary.entries, staff),
        items=_item_lines(items_of(session, patient.id)),
        events=tuple(reversed(diary.events)),
        contacts=contacts_of(session, patient, staff),
    )


def _item_lines(stored: Sequence[ItemAnswer]) -> tuple[ItemLine, ...]:
    """By question, in the order in which they are asked."""
    answers: dict[str, list[tuple[date, int]]] = {}
    for one in stored:
        answers.setdefault(one.item, []).append((one.day, one.value))
    return tuple(
        ItemLine(item, tuple(reversed(answers[code][-ITEM_ANSWERS_SHOWN:])))
        for code, item in ITEMS.items()
        if code in answers
    )


def _identity(session: Session, patient: Patient, *, names: bool, now: datetime) -> PatientIdentity | None:
    if names:
        return read_identity(session, patient, now=now)
    audit.note_patient(session, "patient.read", patient, now=now)
    return None


def _lines(alert: Alert, reading: Reading) -> FourLines | None:
    if alert.level is None or alert.night is None or "p_lost_lead" not in alert.facts:
        return None
    return four_lines(alert.level, alert.night, alert.facts, reading)


def _urgency(block: AlertBlock) -> int:
    return urgency(block.line.kind, block.line.level)


def _block(
    session: Session,
    alert: Alert,
    verdicts: Sequence[tuple[date, str | None]],
    diary: Diary,
    staff: Names,
    reader_id: int,
    reading: Reading,
) -> AlertBlock:
    ended_on = alert.ended_at.astimezone(diary.zone).date() if alert.ended_at is not None else diary.today
    given = alert_rows.label_of(session, alert.id, reader_id)
    return AlertBlock(
        line=alert_line(alert, staff, booking=diary.booking),
        lines=_lines(alert, reading),
        beside_the_rule=beside_the_rule(verdicts, until=ended_on, relief_line=alert.facts.get("relief_line")),
        facts=alert.facts,
        history=tuple(
            Happening(event.at, who_did(event.actor_kind, event.actor_id, staff), event.action, event.note)
            for event in alert_rows.events_of(session, alert.id)
        ),
        my_label=given.label if given is not None else None,
        outcome=alert.outcome or (alert.status if alert.ended_at is not None else None),
        ended_at=alert.ended_at,
        end_reason=alert.end_reason,
    )


def _bookings(
    session: Session, patient: Patient, staff: Names, protocol: Protocol
) -> tuple[BookingLine, ...]:
    rows = booking_rows.bookings_of(session, patient.id)
    regimens = regimen_names(session, [row.regimen_id for row in rows])
    return tuple(
        BookingLine(
            booking=row,
            regimen=regimens[row.regimen_id],
            steps=tuple(booking_states.actions(row.state)),
            warning=interval_warning(session, patient.id, first_day=row.offered_first_day, protocol=protocol)
            if row.offered_first_day is not None and row.state in booking_states.LIVE
            else None,
            history=tuple(
                Happening(
                    event.at, who_did(event.actor_kind, event.actor_id, staff), event.action, event.note
                )
                for event in booking_rows.events_of(session, row.id)
            ),
        )
        for row in rows
    )


def _free_after_lead(session: Session, diary: Diary, present: CourseLine | None, protocol: Protocol) -> str:
    """Where a course like the present one can begin, if it is asked for today; nothing once it was."""
    regimen_id = present.course.regimen_id if present is not None else None
    if present is None or regimen_id is None or diary.booking is not None:
        return ""
    patient_id = present.course.patient_id
    slot = slot_after_lead(session, patient_id, regimen_id, today=diary.today, protocol=protocol)
    return "" if slot is None else f"{span_text(slot.first_day, slot.last_day)}, {slot.chair.name}"


def _day_lines(entries: Sequence[Entry], staff: Names) -> tuple[DayLine, ...]:
    """Newest day first; within a day the first version first."""
    days: dict[date, list[EntryLine]] = {}
    for entry in entries:
        by = who_did(entry.actor_kind, entry.actor_id, staff)
        days.setdefault(entry.day, []).append(EntryLine(entry, by))
    return tuple(DayLine(day, tuple(days[day])) for day in sorted(days, reverse=True))
