"""A log line holds allow-listed fields only: no score, no name, no token, whatever the code hands in."""

import ast
import io
import json
import logging
import logging.config
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.logging import FIELDS, JsonLines, logging_config, request_id

ROOT = Path(__file__).parents[2]


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """What loggers of the service, of gunicorn and of a stranger write, through the real formatter."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines())
    loggers = [
        logging.getLogger(name) for name in ("diary.services.entries", "gunicorn.error", "sqlalchemy.engine")
    ]
    for logger in loggers:
        logger.addHandler(handler)
        logger.setLevel(logging.DEBUG)
    yield stream
    for logger in loggers:
        logger.removeHandler(handler)
        logger.setLevel(logging.NOTSET)


def only_line(stream: io.StringIO) -> dict[str, object]:
    (line,) = stream.getvalue().splitlines()
    found = json.loads(line)
    assert isinstance(found, dict)
    return found


def test_a_line_says_when_what_and_the_fields_that_may_leave(written):
    logging.getLogger("diary.services.entries").info("entry stored", extra={"method": "POST", "late_s": 4.5})

    line = only_line(written)
    assert line["event"] == "entry stored"
    assert line["level"] == "info"
    assert line["method"] == "POST"
    assert line["late_s"] == 4.5
    assert str(line["at"]).endswith("+00:00")


def test_a_score_a_name_and_a_token_never_reach_the_line(written):
    hidden = {"nrs": 7, "patient_name": "Lena", "email": "lena@example.org", "token": "t0ken"}
    logging.getLogger("diary.services.entries").info("score %s of %s", 7, "Lena", extra=hidden)

    assert only_line(written)["event"] == "score %s of %s"
    assert not any(word in written.getvalue() for word in ("Lena", "lena", "t0ken", "nrs"))
    assert not FIELDS & hidden.keys()


def test_every_field_that_our_lines_give_may_leave():
    """One that may not would be left out without a word, as would what the line was written for."""
    given = {
        (str(path.relative_to(ROOT)), key.value)
        for room in ("config", "diary", "jobs")
        for path in (ROOT / room).rglob("*.py")
        for call in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(call, ast.keyword) and call.arg == "extra" and isinstance(call.value, ast.Dict)
        for key in call.value.keys
        if isinstance(key, ast.Constant)
    }
    assert {"seen", "code"} <= {name for _, name in given}
    assert sorted((path, name) for path, name in given if name not in FIELDS) == []


def test_an_error_is_told_by_its_kind_and_place_without_its_words(written):
    try:
        raise ValueError("nrs 7 of Lena")
    except ValueError:
        logging.getLogger("diary.services.entries").exception("entry failed")

    line = only_line(written)
    assert line["error"] == "ValueError"
    assert "tests/config/test_logging.py" in str(line["raised_at"])
    assert "Lena" not in written.getvalue()


def test_another_librarys_words_are_replaced_by_the_place_they_came_from(written):
    logging.getLogger("sqlalchemy.engine").info("INSERT INTO entry VALUES ('Lena', 7)")
    logging.getLogger("gunicorn.error").warning("Invalid request from ip=10.0.0.7: /enrol?code=ABCD")

    assert "Lena" not in written.getvalue()
    assert "ABCD" not in written.getvalue()
    assert all("test_logging:" in json.loads(line)["event"] for line in written.getvalue().splitlines())


def test_the_lines_of_one_request_share_its_id(written):
    token = request_id.set("r-1")
    try:
        logging.getLogger("diary.services.entries").info("entry stored")
    finally:
        request_id.reset(token)

    assert only_line(written)["request_id"] == "r-1"


def test_a_value_cannot_break_the_line_or_fill_the_disk(written):
    logging.getLogger("diary.services.entries").info("refused", extra={"code": "a\nb\u2028" + "x" * 10_000})

    assert len(written.getvalue()) < 1000
    assert str(only_line(written)["code"]).startswith("a\nb")


def test_the_configuration_writes_json_to_stderr_and_nothing_to_stdout():
    program = (
        "import logging, logging.config; from config.logging import logging_config; "
        "logging.config.dictConfig(logging_config('INFO')); "
        "logging.getLogger('jobs').info('night done', extra={'seen': 60}); "
        "logging.getLogger('jobs').debug('looked'); "
        "logging.getLogger('alembic.runtime.migration').info('Context impl %s.', 'x'); "
        "logging.getLogger('apscheduler.scheduler').info('Running job')"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert ended.stdout == ""
    line = json.loads(ended.stderr)
    assert (line["event"], line["seen"]) == ("night done", 60)


def test_the_level_comes_from_the_settings():
    assert logging_config("ERROR")["root"]["level"] == "ERROR"
