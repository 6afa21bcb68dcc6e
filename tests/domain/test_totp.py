"""Codes of an authenticator app: those of the standard, near enough in time, and each of them once."""

from datetime import UTC, datetime, timedelta

import pytest

from diary.domain.totp import code_of, step_at, step_shown

RFC_SECRET = b"12345678901234567890"
NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("second", "code"),
    [
        (59, "287082"),
        (1111111109, "081804"),
        (1111111111, "050471"),
        (1234567890, "005924"),
        (2000000000, "279037"),
        (20000000000, "353130"),
    ],
)
def test_a_code_is_that_of_the_standard(second, code):
    """RFC 6238, appendix B, with SHA-1: the last six of its eight digits."""
    assert code_of(RFC_SECRET, step_at(datetime.fromtimestamp(second, UTC))) == code


def test_half_a_minute_either_way_is_forgiven_and_no_more():
    shown = code_of(RFC_SECRET, step_at(NOON))
    seconds = {
        after: step_shown(RFC_SECRET, shown, now=NOON + timedelta(seconds=after), after=0)
        for after in (-31, -30, -1, 0, 29, 30, 59, 60)
    }
    assert {after for after, step in seconds.items() if step is not None} == {-30, -1, 0, 29, 30, 59}


def test_a_code_is_good_once_and_so_is_every_earlier_one():
    step = step_shown(RFC_SECRET, code_of(RFC_SECRET, step_at(NOON)), now=NOON, after=0)
    assert step == step_at(NOON)
    for earlier in (step, step - 1):
        assert step_shown(RFC_SECRET, code_of(RFC_SECRET, earlier), now=NOON, after=step) is None
    assert step_shown(RFC_SECRET, code_of(RFC_SECRET, step + 1), now=NOON, after=step) == step + 1


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "abcdef", "٠٨١٨٠٤", "\u0000", "081804 "])
def test_what_is_no_code_of_six_digits_is_no_code(typed):
    at = datetime.fromtimestamp(1111111109, UTC)
    assert step_shown(RFC_SECRET, typed, now=at, after=0) is None
