"""Log lines as JSON on stderr, one object a line, made only of fields that are allowed to leave.

Free text is where scores and names slip out, so none is written: of our own records the constant words of the
event; of an exception its type and where it was raised, as its message may quote a value; of an `extra` the
fields in FIELDS; of other libraries' words only those about processes, jobs and migrations.
"""

import json
import logging
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parents[1]

# Set by whatever begins a piece of work: a request, a night, a command.
request_id: ContextVar[str | None] = ContextVar("request_id", default=None)

FIELDS: Final = frozenset(
    {
        # a request: `endpoint` is the route's name, never the address, which holds keys of patients
        "method", "endpoint", "code",
        # a night or another job
        "job", "night", "clinic_id", "course_id",
        "seen", "judged", "silent", "failed", "late_s",
    }
)  # fmt: skip

# Whose events may be shown as they are, since they are constant words (ruff's G rules see to ours).
OWN: Final = ("config", "diary", "jobs", "wsgi")
TRUSTED: Final = (*OWN, "apscheduler", "alembic")

TEXT_MAX_CHARACTERS: Final = 200
FRAMES_MAX: Final = 20


class JsonLines(logging.Formatter):
    """One JSON object a record; see the module's first lines for what may be in it."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as one line of JSON, in ASCII, so that no value can break the line."""
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": _event(record),
            "request_id": request_id.get(),
        }
        line |= {name: _plain(record.__dict__[name]) for name in sorted(FIELDS & record.__dict__.keys())}
        if record.exc_info and record.exc_info[0] is not None:
            line["error"] = record.exc_info[0].__name__
            line["raised_at"] = _frames(record.exc_info[2])
        return json.dumps({name: value for name, value in line.items() if value is not None})


def _event(record: logging.LogRecord) -> str:
    words = None
    if record.name.partition(".")[0] in TRUSTED:
        words = str(record.msg)
    elif record.name == "gunicorn.error":
        words = _gunicorns_words(record)
    return f"{record.module}:{record.lineno}" if words is None else words[:TEXT_MAX_CHARACTERS]


def _gunicorns_words(record: logging.LogRecord) -> str | None:
    """All of gunicorn writes through one logger: at INFO about processes, above it about requests too.

    There the words are constant as long as the values stand apart from them; else they may quote the request.
    """
    if record.levelno == logging.INFO:
        return record.getMessage()
    return record.msg if isinstance(record.msg, str) and record.args else None


def _plain(value: object) -> str | int | float | bool | None:
    if value is None or isinstance(value, bool | int | float):
        return value
    return str(value)[:TEXT_MAX_CHARACTERS]


def _frames(raised: TracebackType | None) -> list[str]:
    """Where the error came from, innermost last; files of the checkout by their path, others by name."""
    frames = traceback.extract_tb(raised)[-FRAMES_MAX:]
    return [f"{_short(Path(frame.filename))}:{frame.lineno} {frame.name}" for frame in frames]


def _short(file: Path) -> str:
    ours = file.is_relative_to(ROOT) and "site-packages" not in file.parts
    return str(file.relative_to(ROOT)) if ours else file.name


def logging_config(level: str) -> dict[str, Any]:
    """For logging.config.dictConfig: everything as JSON lines on stderr."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": JsonLines}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
        "root": {"level": level, "handlers": ["stderr"]},
        "loggers": {
            # At INFO it tells of every run of every job: 86,400 lines a day at a tick of one second.
            "apscheduler": {"level": "WARNING"},
            # At INFO it says two lines whenever the revision is asked for, which every look at /readyz does.
            "alembic": {"level": "WARNING"},
            "gunicorn.error": {"propagate": True},  # gunicorn cuts it off from the root
        },
    }
