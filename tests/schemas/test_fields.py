"""What each strict field takes, refuses and says."""

import json
from datetime import date, datetime, timedelta
from typing import Any

import marshmallow as ma
import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.scales import ITEMS
from schemas import fields
from schemas.items import ItemAnswers

HUGE = 10**5000
ARABIC_FIVE = "٥"


def refusal(field: ma.fields.Field[Any], value: Any) -> fields.Fault:
    with pytest.raises(ma.ValidationError) as caught:
        field.deserialize(value)
    (message,) = caught.value.messages
    assert isinstance(message, fields.Fault)
    return message


NRS = fields.Nrs(description="Pain.")


@pytest.mark.parametrize("points", range(11))
def test_every_whole_number_from_0_to_10_is_a_pain_score(points):
    assert NRS.deserialize(points) == points


def test_seven_written_with_a_decimal_point_is_the_whole_number_seven():
    score = NRS.deserialize(json.loads("7.0"))
    assert score == 7
    assert type(score) is int


NOT_SCORES = [
    5.5,
    "7",
    " 7 ",
    "1_0",
    ARABIC_FIVE,
    b"7",
    True,
    False,
    float("nan"),
    float("inf"),
    float("-inf"),
    -0.5,
    11,
    -1,
    10.000001,
    pytest.param(HUGE, id="5,000 digits"),
    pytest.param(-HUGE, id="minus 5,000 digits"),
    1e308,
    [7],
    {"nrs": 7},
    "",
]


@pytest.mark.parametrize("value", NOT_SCORES)
def test_anything_else_is_no_pain_score_and_is_never_rounded_into_one(value):
    assert refusal(NRS, value) == "Enter a whole number from 0 to 10."


def test_a_missing_score_and_a_null_score_are_told_apart():
    needed = fields.Nrs(required=True, description="Pain.")
    with pytest.raises(ma.ValidationError) as missing:
        needed.deserialize(ma.missing)
    assert missing.value.messages[0].code == "required"
    assert refusal(needed, None).code == "null"


@pytest.mark.parametrize("text", ["0", "7", "200"])
def test_a_number_in_a_query_string_is_plain_digits(text):
    assert fields.QueryNumber(0, 200, description="Limit.").deserialize(text) == int(text)


@pytest.mark.parametrize(
    "text", ["", "07", "+7", "-1", "7.0", " 7", "1_0", ARABIC_FIVE, "201", "9" * 5000, "1e2"]
)
def test_other_spellings_of_a_number_are_refused_in_a_query_string(text):
    refusal(fields.QueryNumber(0, 200, description="Limit."), text)


@pytest.mark.parametrize(
    "value",
    ["0.5", True, float("nan"), float("inf"), pytest.param(HUGE, id="5,000 digits"), -0.1, 10.1, None],
)
def test_a_dose_is_a_number_within_its_range_and_no_text(value):
    refusal(fields.Number(0, 10, description="mg/kg/h."), value)


def test_minus_nothing_is_nothing_on_either_database():
    assert str(fields.Number(0, 10, description="NRS points.").deserialize(-0.0)) == "0.0"


@pytest.mark.parametrize("value", [1, 0, "yes", "true", "on", 1.0, None, []])
def test_yes_and_no_are_true_and_false_only(value):
    refusal(fields.YesNo(description="Stopped?"), value)


DAY = fields.Day(description="Day.")


@given(st.dates(min_value=date(1900, 1, 1), max_value=date(2199, 12, 31)))
def test_every_real_day_is_read_as_it_is_written(day):
    assert DAY.deserialize(day.isoformat()) == day


@pytest.mark.parametrize(
    "text",
    [
        "2026-02-30",
        "20260228",
        "2026-W09-1",
        "2026-2-3",
        "1899-12-31",
        "2200-01-01",
        "0000-00-00",
        "2026-02-03T00:00",
        " 2026-02-03",
        "2026-02-03\n",
        "٢٠٢٦-٠٢-٠٣",
        "2026-13-01",
        "",
        20260203,
        None,
        True,
    ],
)
def test_a_day_that_the_calendar_lacks_or_another_spelling_is_refused(text):
    refusal(DAY, text)


MOMENT = fields.Moment(description="When.")


def test_a_moment_keeps_the_offset_it_came_in():
    moment = MOMENT.deserialize("2026-11-22T20:15:00.123456789-03:30")
    assert moment.utcoffset() == timedelta(hours=-3, minutes=-30)
    assert moment.isoformat() == "2026-11-22T20:15:00.123456-03:30"


def test_a_moment_is_answered_in_utc():
    moment = MOMENT.deserialize("2026-11-22T20:15:00+01:00")
    assert MOMENT._serialize(moment, None, None) == "2026-11-22T19:15:00.000Z"


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-22T20:15:00",
        "2026-11-22 20:15:00Z",
        "2026-11-22T20:15Z",
        "2026-11-22T24:00:00Z",
        "2026-02-30T00:00:00Z",
        "2026-11-22T20:15:60Z",
        "2026-11-22T20:15:00+24:00",
        "2026-11-22T20:15:00+0100",
        "1899-12-31T23:59:59Z",
        "3000-01-01T00:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "２026-11-22T20:15:00Z",
        "2026-11-22T20:15:00.Z",
        "2026-11-22T20:15:00Z\n",
        1763842500,
        None,
        "",
    ],
)
def test_a_moment_without_offset_or_outside_the_calendar_is_refused(text):
    refusal(MOMENT, text)


EDGE_MOMENTS = [
    datetime.fromisoformat(text)
    for text in (
        "1900-01-01T00:00:00+23:59",
        "1900-01-01T00:00:00-23:59",
        "2999-12-31T23:59:59+23:59",
        "2999-12-31T23:59:59-23:59",
    )
]


@pytest.mark.parametrize("answered_at", EDGE_MOMENTS)
@pytest.mark.parametrize("sent_at", EDGE_MOMENTS)
@pytest.mark.parametrize("received_at", EDGE_MOMENTS)
def test_correcting_one_moment_by_two_others_never_leaves_the_calendar(answered_at, sent_at, received_at):
    for moment in (answered_at, sent_at, received_at):
        assert MOMENT.deserialize(moment.isoformat()) == moment
    corrected = answered_at - (sent_at - received_at)
    assert 1 <= corrected.year <= 9999


UUID = fields.Uuid(description="Id.")
GOOD_UUID = "0193b5c2-7d1e-7a40-9c55-3f0e6a1b2c4d"


def test_a_canonical_uuid_is_taken_as_text():
    assert UUID.deserialize(GOOD_UUID) == GOOD_UUID


@pytest.mark.parametrize(
    "text",
    [
        GOOD_UUID.upper(),
        "{" + GOOD_UUID + "}",
        "urn:uuid:" + GOOD_UUID,
        GOOD_UUID.replace("-", ""),
        GOOD_UUID + "\n",
        GOOD_UUID.replace("0", "٠"),
        GOOD_UUID[:-1],
        "00000000-0000-0000-0000-000000000000",
        "",
        None,
        7,
        [GOOD_UUID],
    ],
)
def test_any_other_spelling_of_an_id_is_refused(text):
    refusal(UUID, text)


TEXT = fields.Text(20, description="Text.")
LINES = fields.Text(20, lines=True, description="Lines.")


@pytest.mark.parametrize("text", ["\u00ad", "a\u200bb", "P-1\ufeff", "\u200d", "\u3164", "P\u2060-1"])
def test_what_nobody_can_see_is_refused_where_two_names_would_look_alike(text):
    refusal(TEXT, text)


def test_joiners_inside_a_word_stay():
    assert TEXT.deserialize("می\u200cخواهم") == "می\u200cخواهم"


def test_text_is_trimmed_and_composed():
    assert TEXT.deserialize("  Zoe\u0308 ") == "Zo\u00eb"


def test_a_text_area_keeps_its_lines_as_plain_line_feeds():
    assert LINES.deserialize("one\r\ntwo\tthree") == "one\ntwo\tthree"


@pytest.mark.parametrize(
    "character",
    [
        "\x00",
        "\x01",
        "\x1b",
        "\x7f",
        "\x85",
        "\x9f",
        chr(0xD800),
        chr(0xDFFF),
        "\u202e",
        "\u2066",
        "\u200f",
        "\u061c",
        "\u2028",
        "\u2029",
        "\r",
    ],
    ids=lambda character: f"U+{ord(character):04X}",
)
@pytest.mark.parametrize("field", [TEXT, LINES], ids=["line", "lines"])
def test_a_character_that_nobody_sees_is_refused_in_every_text(field, character):
    assert refusal(field, f"a{character}b").code == "characters"


@pytest.mark.parametrize("character", ["\n", "\t"])
def test_a_line_of_text_holds_no_line_break(character):
    assert refusal(TEXT, f"a{character}b").code == "characters"


@pytest.mark.parametrize("value", ["", "   ", "x" * 21, 7, None, True, b"x", ["x"]])
def test_text_that_is_empty_too_long_or_no_text_is_refused(value):
    refusal(TEXT, value)


def test_a_megabyte_of_combining_marks_is_too_long_before_it_is_composed():
    # Composing it takes minutes: the time grows with the square of the run.
    assert refusal(TEXT, "a" + "\u0301\u0323" * 250_000).code == "invalid"


@given(st.text())
def test_what_a_text_field_takes_can_be_stored_and_taken_again(text):
    try:
        taken = TEXT.deserialize(text)
    except ma.ValidationError:
        return
    assert "\x00" not in taken
    taken.encode()
    assert 1 <= len(taken) <= 20
    assert TEXT.deserialize(taken) == taken


def test_a_password_keeps_its_spaces_and_is_never_dumped():
    password = fields.Password(200, description="Password.")
    assert password.deserialize("  four words or five ") == "  four words or five "
    assert password.load_only


@pytest.mark.parametrize("value", ["nul\x00", "half \ud800", "", "x" * 201])
def test_a_password_that_cannot_be_hashed_is_refused(value):
    refusal(fields.Password(200, description="Password."), value)


@pytest.mark.parametrize(
    "name", ["Europe/Amsterdam", "Pacific/Apia", "America/Argentina/Ushuaia", "UTC", "Asia/Calcutta"]
)
def test_a_zone_is_a_name_that_the_zone_database_ships(name):
    assert fields.Zone(description="Zone.").deserialize(name) == name


@pytest.mark.parametrize(
    "name",
    [
        "",
        "Mars/Olympus",
        "europe/amsterdam",
        "../../etc/passwd",
        "/etc/localtime",
        "localtime",
        "Factory",
        "CEST-1",
        7,
    ],
)
def test_a_path_or_an_invented_zone_is_refused(name):
    refusal(fields.Zone(description="Zone."), name)


@pytest.mark.parametrize("tag", ["nl", "pt-BR", "zh-Hant-TW", "es-419"])
def test_a_language_tag_is_taken(tag):
    assert fields.Locale(description="Language.").deserialize(tag) == tag


@pytest.mark.parametrize("tag", ["", "english", "EN", "nl_NL", "n", "nl-nl", "../en", "٥٥"])
def test_a_language_in_another_spelling_is_refused(tag):
    refusal(fields.Locale(description="Language."), tag)


CODE = fields.Code(description="Code.")


@pytest.mark.parametrize("typed", ["K7QF29MD", "k7qf-29md", " K7QF 29MD ", "k7-qf-29-md"])
def test_case_dashes_and_spaces_of_an_enrolment_code_are_forgiven(typed):
    assert CODE.deserialize(typed) == "K7QF29MD"


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "K7QF29M",
        "K7QF29MDD",
        "K7QF29M0",
        "K7QFI9MD",
        "K7QF29M٥",
        "K7QF29Mſ",
        "ßßßß",
        "-" * 16,
        "K" * 17,
        12345678,
    ],
)
def test_a_code_with_a_look_alike_or_of_another_length_is_refused(typed):
    refusal(CODE, typed)


def test_a_choice_names_what_can_be_chosen():
    choice = fields.Choice(("yes", "no"), description="?")
    assert choice.deserialize("yes") == "yes"
    assert refusal(choice, "Yes") == "Choose one of: yes, no."
    for value in (["yes"], {"yes": 1}, 1, None, ""):
        refusal(choice, value)


def test_a_list_that_is_too_long_is_refused_before_its_items_are_read():
    few = fields.ListOf(NRS, max_items=2, description="Few.")
    assert few.deserialize([1, 2.0]) == [1, 2]
    assert refusal(few, ["unread"] * 3) == "Send a list of 0 to 2 items."
    for value in ("ab", {"0": 1}, 1):
        refusal(few, value)


def test_an_item_is_answered_on_its_own_scale():
    items = ItemAnswers(description="Items.")
    assert items.deserialize({"pgic": 7, "urine": 1, "sleep": 10.0}) == {"pgic": 7, "urine": 1, "sleep": 10}
    with pytest.raises(ma.ValidationError) as caught:
        items.deserialize({"pgic": 0, "urine": True, "nonsense": 1})
    assert set(caught.value.messages) == {"pgic", "urine", "nonsense"}
    for value in ({}, [], "urine", None):
        refusal(items, value)


def test_every_item_stands_in_the_documentation_with_its_range():
    assert set(ItemAnswers(description="Items.").metadata["properties"]) == set(ITEMS)
