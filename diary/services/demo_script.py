"""Turns the demo's stories into its play: who sends what to the service, and when."""

import random
import uuid
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from statistics import fmean
from typing import Any, Final
from zoneinfo import ZoneInfo

from config.scales import NRS
from diary.services.demo_people import area_of
from diary.services.demo_story import INFUSION_DAYS, SEED, Block, DemoBooking, DemoCourse, DemoPlan, Story
from diary.services.play import Cue, Request

ZONE: Final = ZoneInfo("Europe/Amsterdam")

# Phones answer some time before nine in the evening and send at nine: one stop of the clock for all of them.
EVENING: Final = time(21)
ANSWERING_MINUTES: Final = 180
# In the morning come answers for yesterday, corrections, and what waited on phones without a signal.
MORNING: Final = time(8, 30)
YESTERDAY_SHARE: Final = 0.05
CORRECTION_SHARE: Final = 0.005
SUNDAY: Final = 6

ROUND: Final = time(9, 30)
ADMISSION: Final = time(10)
BOOKING: Final = time(11)
INFUSED: Final = time(16)
BASELINE: Final = time(17)

# Steps of a booking: days after it was asked for, who takes it.
STEPS: Final = (
    (9, "authorise", "physician"),
    (14, "offer", "nurse"),
    (16, "accept", ""),
    (19, "confirm", "nurse"),
)
# What becomes of open alerts on the clinic's weekly round.
OUTCOMES: Final = (
    ("no_response", "handled", "Seen at the visit; other treatment discussed. Simulated."),
    ("review", "watch_until_visit", "Seen; relief still worth having. Simulated."),
    ("step", "called", "Called: a bad week, no infection, no injury. Simulated."),
    ("silence", "called", "Called: phone was away for repair. Simulated."),
)


@dataclass(frozen=True, slots=True)
class Cast:
    """How the requests name what was made beforehand."""

    patients: Mapping[int, str]
    """Patients' uids by number."""
    in_hospital: str
    outpatient: str
    """Regimens' uids."""
    beds: Sequence[str]
    """Uids, as many as are ever booked for one week."""


Beds = Mapping[tuple[int, date], str]
"""Which bed a patient's booking takes, by the patient's number and the first day."""


def script(stories: Sequence[Story], cast: Cast, plan: DemoPlan) -> list[Cue]:
    """Every request of the play, in order."""
    chance = random.Random(SEED)
    beds = _beds(stories, cast)
    cues = [cue for story in stories for cue in _course(story, cast, plan, beds)]
    cues += [cue for story in stories for cue in _diary(story, chance)]
    cues += [cue for story in stories for cue in _calls_for_help(story, chance)]
    cues += [cue for story in stories for cue in _weekly(story, chance)]
    cues += _rounds(plan)
    stands_at = _at(plan.frozen_on, time(0))
    staff = ("nurse", "physician")  # from then on, whoever looks at the demo is the staff
    kept = [cue for cue in cues if cue.at < stands_at or cue.request.who not in staff]
    return sorted(kept, key=lambda cue: cue.at)


def _course(story: Story, cast: Cast, plan: DemoPlan, beds: Beds) -> Iterator[Cue]:
    """What the clinic records of one patient."""
    who, first = cast.patients[story.number], story.courses[0]
    planned = {
        "regimen": _regimen(first, cast),
        "planned_first_day": str(first.first_day),
        "treated_area": area_of(story.number),
    }
    keep = {f"course of {story.pseudonym}": "uid"}
    yield _cue(
        story.admitted_on, ADMISSION, Request("POST", f"/v1/patients/{who}/courses", "nurse", planned, keep)
    )
    for number, course in enumerate(story.courses):
        booking = f"{{{_booking_name(story, number - 1)}}}" if number else None
        yield from _infusions(course, who, cast, booking)
    if story.booster_on is not None:
        body = _given((story.booster_on, story.booster_on), "booster", outpatient=True)
        path = f"/v1/patients/{who}/administrations"
        yield _cue(story.booster_on, INFUSED, Request("POST", path, "nurse", body))
    if story.baseline == "stated":
        yield _cue(first.last_day, BASELINE, _stated_baseline(story))
    for number, booking_ in enumerate(story.bookings):
        yield from _booking(booking_, _booking_name(story, number), story, cast, plan, beds)


def _infusions(course: DemoCourse, who: str, cast: Cast, booking: str | None) -> Iterator[Cue]:
    for block, classified_as in zip(course.blocks, ("new_course", "same_series")):
        body = _given(block, classified_as, outpatient=course.outpatient)
        body["regimen"] = _regimen(course, cast)
        if booking is not None:
            body["booking"] = booking
        path = f"/v1/patients/{who}/administrations"
        yield _cue(block[1], INFUSED, Request("POST", path, "nurse", body))


def _regimen(course: DemoCourse, cast: Cast) -> str:
    return cast.outpatient if course.outpatient else cast.in_hospital


def _booking_name(story: Story, number: int) -> str:
    return f"booking {number + 1} of {story.pseudonym}"


def _given(block: Block, classified_as: str, *, outpatient: bool) -> dict[str, Any]:
    """Doses as published: Dahan 2011 (in hospital), Cohen 2018 (four hours a day)."""
    first_day, last_day = block
    days = (last_day - first_day).days + 1
    dose = "0.35 mg/kg/h for 4 h a day" if outpatient else "5 to 20 mg/h per 70 kg, by relief"
    return {
        "first_day": str(first_day),
        "last_day": str(last_day),
        "agent": "racemic" if outpatient else "s_ketamine",
        "dose_as_written": dose,
        "hours": 4 * days if outpatient else 20 * days,
        "setting": "outpatient" if outpatient else "inpatient",
        "classified_as": classified_as,
    }


def _stated_baseline(story: Story) -> Request:
    body = {
        "kind": "stated",
        "nrs": 8.0,
        "stated_on": str(story.admitted_on),
        "source": "referral letter (simulated)",
        "reason": "The diary began only after the infusion.",
    }
    return Request("POST", f"/v1/courses/{{course of {story.pseudonym}}}/baseline", "physician", body)


def _beds(stories: Sequence[Story], cast: Cast) -> Beds:
    """A bed for each booking: all begin on a Monday and last five days, so a week's take one each."""
    booked = sorted((booking.bed_on, story.number) for story in stories for booking in story.bookings)
    in_week: Counter[date] = Counter()
    beds = {}
    for bed_on, number in booked:
        beds[number, bed_on] = cast.beds[in_week[bed_on]]
        in_week[bed_on] += 1
    return beds


def _booking(
    booking: DemoBooking, name: str, story: Story, cast: Cast, plan: DemoPlan, beds: Beds
) -> Iterator[Cue]:
    """Re-treatment, step by step, as far as it has come when the clock stands."""
    asked = {"patient": cast.patients[story.number], "regimen": cast.in_hospital, "note": "Simulated."}
    yield _cue(booking.asked_on, BOOKING, Request("POST", "/v1/bookings", "nurse", asked, {name: "uid"}))
    last_day = booking.bed_on + timedelta(days=INFUSION_DAYS - 1)
    expires_on = last_day + timedelta(days=60)
    bodies = {
        "authorise": {"reference": f"SIM-{story.number:03}", "expires_on": str(expires_on)},
        "offer": {
            "first_day": str(booking.bed_on),
            "last_day": str(last_day),
            "chair": beds[story.number, booking.bed_on],
        },
    }
    for days, step, by in STEPS:
        on = booking.asked_on + timedelta(days=days)
        if on < plan.frozen_on:
            path = f"/v1/bookings/{{{name}}}/{step}"
            yield _cue(on, BOOKING, Request("POST", path, by or story.pseudonym, bodies.get(step, {})))


def _diary(story: Story, chance: random.Random) -> Iterator[Cue]:
    """The answers of one phone: on the evening itself, the morning after, or together after days offline."""
    waiting: list[dict[str, Any]] = []
    for day, nrs in sorted(story.answers.items()):
        if story.offline is not None and story.offline[0] <= day <= story.offline[1]:
            waiting.append(_answer(day, nrs, chance, sent=_at(story.offline[1] + timedelta(days=1), MORNING)))
        elif chance.random() < YESTERDAY_SHARE:
            morning = _at(day + timedelta(days=1), MORNING)
            body = _answer(day, nrs, chance, sent=morning) | {"answered_at": morning.isoformat()}
            yield Cue(morning, Request("POST", "/v1/entries", story.pseudonym, body))
        else:
            body = _answer(day, nrs, chance, sent=_at(day, EVENING))
            yield _cue(day, EVENING, Request("POST", "/v1/entries", story.pseudonym, body))
            if chance.random() < CORRECTION_SHARE:
                yield _correction(story, day, body, chance)
    if story.offline is not None and waiting:
        on = story.offline[1] + timedelta(days=1)
        yield _cue(on, MORNING, Request("POST", "/v1/entries/batch", story.pseudonym, {"entries": waiting}))


def _answer(day: date, nrs: int, chance: random.Random, *, sent: datetime) -> dict[str, Any]:
    answered_at = _at(day, EVENING) - timedelta(minutes=chance.randrange(ANSWERING_MINUTES))
    return {
        "id": _id(chance),
        "day": str(day),
        "nrs": nrs,
        "answered_at": answered_at.isoformat(),
        "sent_at": sent.isoformat(),
        "zone": ZONE.key,
        "layout": "grid4",
        "locale": "en",
        "client_version": "simulated 1",
    }


def _correction(story: Story, day: date, answer: Mapping[str, Any], chance: random.Random) -> Cue:
    """The next morning, one point more or less."""
    morning = _at(day + timedelta(days=1), MORNING)
    changed = {
        "id": _id(chance),
        "nrs": answer["nrs"] + (1 if answer["nrs"] < 5 else -1),
        "answered_at": morning.isoformat(),
        "sent_at": morning.isoformat(),
        "supersedes": answer["id"],
        "reason": "I tapped the wrong number",
    }
    return Cue(morning, Request("POST", "/v1/entries", story.pseudonym, {**answer, **changed}))


def _calls_for_help(story: Story, chance: random.Random) -> Iterator[Cue]:
    """A red flag, and a wish to be called."""
    if story.red_flag_on is not None:
        body = _items(story.red_flag_on, {"liver_signs": 1}, chance)
        yield _cue(story.red_flag_on, EVENING, Request("POST", "/v1/items", story.pseudonym, body))
    if story.call_me_on is not None:
        body = {"id": _id(chance), "wants": "treatment"}
        yield _cue(story.call_me_on, EVENING, Request("POST", "/v1/calls", story.pseudonym, body))


def _weekly(story: Story, chance: random.Random) -> Iterator[Cue]:
    """On Sundays after the infusion: how far pain got in the way, and the change since before."""
    first = story.courses[0]
    before = [nrs for day, nrs in story.answers.items() if day < first.first_day]
    for day, nrs in sorted(story.answers.items()):
        offline = story.offline is not None and story.offline[0] <= day <= story.offline[1]
        if day <= first.last_day or day.weekday() != SUNDAY or offline:
            continue
        items = {"activity": min(NRS.high, max(NRS.low, nrs + chance.choice((-1, 0, 0, 1))))}
        if before:
            items["pgic"] = _global_change(1 - nrs / fmean(before))
        yield _cue(day, EVENING, Request("POST", "/v1/items", story.pseudonym, _items(day, items, chance)))


def _global_change(relief: float) -> int:
    """From 1, very much improved, to 7, very much worse."""
    return 1 + sum(relief < line for line in (0.7, 0.45, 0.2, -0.1, -0.3, -0.6))


def _items(day: date, items: Mapping[str, int], chance: random.Random) -> dict[str, Any]:
    at = _at(day, EVENING).isoformat()
    return {
        "id": _id(chance),
        "day": str(day),
        "answered_at": at,
        "sent_at": at,
        "zone": ZONE.key,
        "items": items,
    }


def _rounds(plan: DemoPlan) -> Iterator[Cue]:
    """Each Monday before the last, staff go through what is open: losses are taken, others get an outcome."""
    monday = plan.first_infusion_day
    while monday < plan.frozen_on:
        for kind, outcome, reason in OUTCOMES:
            close = Request(
                "POST", "/v1/alerts/{uid}/outcome", "nurse", {"outcome": outcome, "reason": reason}
            )
            look = f"/v1/alerts?status=open&kind={kind}&limit=200"
            yield _cue(monday, ROUND, Request("GET", look, "nurse", each=(close,)))
        take = Request("POST", "/v1/alerts/{uid}/acknowledge", "nurse", {})
        look = "/v1/alerts?status=open&kind=loss&limit=200"
        yield _cue(monday, ROUND, Request("GET", look, "nurse", each=(take,)))
        monday += timedelta(weeks=1)


def _cue(day: date, hour: time, request: Request) -> Cue:
    return Cue(_at(day, hour), request)


def _at(day: date, hour: time) -> datetime:
    return datetime.combine(day, hour, ZONE)


def _id(chance: random.Random) -> str:
    return str(uuid.UUID(int=chance.getrandbits(128), version=4))
