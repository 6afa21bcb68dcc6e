"""A long list is read page by page, without a gap or a repeat while it grows; no cursor makes an error."""

import base64
import json
from datetime import UTC, date, datetime

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from diary.web.body import Invalid
from diary.web.pages import Place, cursor_of, page, place_of
from schemas.page import CURSOR_LENGTH_MAX


def read(rows: list[tuple[str, int]], after: Place | None, limit: int) -> list[tuple[str, int]]:
    """What a query would find: rows after the place, one more than the page holds."""
    found = [row for row in sorted(rows) if after is None or row > (after.key, after.id)]
    return found[: limit + 1]


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(1, 99)), unique=True), st.integers(1, 5))
def test_following_the_cursors_reads_every_row_once_in_order(rows, limit):
    seen, cursor = [], None
    with Flask("t").test_request_context("/v1/entries"):
        while True:
            shown = page(
                read(rows, place_of(cursor, str), limit), limit=limit, place=lambda row: Place(row[0], row[1])
            )
            seen += shown.items
            cursor = shown.next_cursor
            assert (cursor is None) == (shown.headers == {})
            if cursor is None:
                break
            rows = [*rows, ("", len(seen))]  # something new arrives before the place
            assert len(shown.items) == limit
    assert seen == sorted(row for row in rows if row[0])


def test_the_link_to_the_next_page_keeps_the_question():
    with Flask("t").test_request_context("/v1/entries?from=2026-11-01&limit=1&cursor=old&q=%C3%A9%20%3E"):
        shown = page(["x", "y"], limit=1, place=lambda _: Place("x", 1))
    cursor = cursor_of(Place("x", 1))
    assert shown.headers["Link"] == (
        f'</v1/entries?from=2026-11-01&limit=1&cursor={cursor}&q=%C3%A9+%3E>; rel="next"'
    )


KEYS = [
    (str, st.text().filter(lambda text: "\0" not in text and len(text) < 100)),
    (int, st.integers(-(10**14), 10**14)),
    (date, st.dates()),
    (datetime, st.datetimes(timezones=st.just(UTC))),
]


@pytest.mark.parametrize(("kind", "keys"), KEYS, ids=lambda value: getattr(value, "__name__", ""))
@given(data=st.data(), row_id=st.integers(1, 2**53 - 1).filter(lambda number: number < 10**15))
def test_a_cursor_names_its_place_exactly(kind, keys, data, row_id):
    place = Place(data.draw(keys), row_id)
    assert place_of(cursor_of(place), kind) == place


def test_a_name_of_a_hundred_characters_of_any_script_fits_into_a_cursor():
    assert len(cursor_of(Place("\U0001f600" * 100, 2**53))) <= CURSOR_LENGTH_MAX


def forged(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value, separators=(",", ":")).encode()).decode().rstrip("=")


FORGED = [
    "",
    "x",
    "!",
    "ä",
    "=",
    "AAAA",
    "a" * 801,
    "a" * 5,
    "\x00",
    forged([]),
    forged({}),
    forged(None),
    forged(["a"]),
    forged(["a", 0]),
    forged(["a", -1]),
    forged(["a", 2**53]),
    forged(["a", 10**30]),
    forged(["a", True]),
    forged(["a", 1.5]),
    forged([None, 1]),
    forged([["a"], 1]),
    forged(["\0", 1]),
    forged(["\ud800", 1]),
    forged(["a", 1, 1]),
    forged(["a", "1"]),
    forged([True, 1]),
    forged(["é", 1]),
]


@pytest.mark.parametrize("kind", [str, int, date, datetime])
@pytest.mark.parametrize("cursor", FORGED)
def test_a_forged_cursor_is_a_wrong_value_and_nothing_worse(cursor, kind):
    with pytest.raises(Invalid):
        place_of(cursor, kind)


@pytest.mark.parametrize(
    ("kind", "key"),
    [
        (date, "20260228"),
        (date, "2026-02-30"),
        (date, 7),
        (datetime, "2026-02-28T00:00:00"),
        (datetime, "x"),
        (int, "7"),
        (str, 7),
    ],
)
def test_a_cursor_of_another_list_is_refused(kind, key):
    with pytest.raises(Invalid):
        place_of(forged([key, 1]), kind)
