"""A patient's calendar: one alarm a day, by RFC 5545. Nothing in it says what the answer is about."""

from collections.abc import Iterator
from datetime import datetime

LINE_MAX_BYTES = 75


def daily_alarm(*, minute: int, words: str, key: str, now: datetime, wanted: bool) -> str:
    """The calendar as text; without the event where no reminder is wanted.

    Its hour names no zone, so that it is eight o'clock wherever the phone is.

    >>> from datetime import UTC
    >>> noon = datetime(2026, 8, 3, 12, tzinfo=UTC)
    >>> text = daily_alarm(minute=1200, words="Daily answer", key="0193", now=noon, wanted=True)
    >>> "DTSTART:20260803T200000" in text, "TRIGGER:PT0S" in text
    (True, True)
    """
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//pain-diary//reminder//EN", "METHOD:PUBLISH"]
    if wanted:
        lines += [
            "BEGIN:VEVENT",
            f"UID:{key}@reminder.invalid",
            f"DTSTAMP:{now:%Y%m%dT%H%M%SZ}",
            f"DTSTART:{now:%Y%m%d}T{minute // 60:02}{minute % 60:02}00",
            "DURATION:PT5M",
            "RRULE:FREQ=DAILY",
            "TRANSP:TRANSPARENT",
            f"SUMMARY:{_escaped(words)}",
            "BEGIN:VALARM",
            "ACTION:DISPLAY",
            "TRIGGER:PT0S",
            f"DESCRIPTION:{_escaped(words)}",
            "END:VALARM",
            "END:VEVENT",
        ]
    return "".join(f"{part}\r\n" for line in [*lines, "END:VCALENDAR"] for part in _folded(line))


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def _folded(line: str) -> Iterator[str]:
    """A line of more than 75 bytes goes on in the next, behind a space; no character is cut in two."""
    part = ""
    for character in line:
        if len((part + character).encode()) > LINE_MAX_BYTES:
            yield part
            part = " "
        part += character
    yield part
