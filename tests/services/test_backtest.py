"""The offline replay keeps its contract: causal, complete, exact in its columns, strict with bad rows."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.priors import Prior
from config.protocol import DEFAULT
from diary.services.backtest import NIGHT_COLUMNS, Diaries, loss_alerts, read_diaries, replay
from diary.services.csv_reading import BadCsv
from tests.makers import diary


def alerts_of(states):
    return loss_alerts(states, [True] * len(states), absence_nights=DEFAULT.absence_nights)


def written(folder: Path, rows: str, *, header: str = "course,day,nrs\n") -> Path:
    path = folder / "diaries.csv"
    path.write_text(header + rows, encoding="utf-8")
    return path


def rows_of(course: str, drawn: str) -> str:
    """A drawn diary as rows of the file."""
    parts = diary(drawn)
    numbered = [*enumerate(parts.before, start=-len(parts.before)), *enumerate(parts.after, start=1)]
    return "".join(f"{course},{day},{nrs}\n" for day, nrs in numbered if nrs is not None)


def nights(folder: Path, rows: str, prior: Prior | None = None) -> list[dict]:
    read = read_diaries(written(folder, rows))
    return [
        dict(zip(NIGHT_COLUMNS, row, strict=True))
        for of_course in replay(read, protocol=DEFAULT, prior=prior)
        for row in of_course
    ]


def test_there_is_a_row_for_each_course_and_night_to_the_files_largest_day(tmp_path):
    told = nights(tmp_path, rows_of("A", "8x14 | 2x20") + rows_of("B", "7x14 | 3x5"))
    assert [(row["course"], row["night"]) for row in told] == [
        (course, night) for course in "AB" for night in range(1, 21)
    ]


def test_a_loss_is_told_once_and_on_the_night_that_confirms_it(tmp_path):
    told = nights(tmp_path, rows_of("A", "8x14 | 2x30 8x20"))
    (alert,) = [row for row in told if row["alert"]]
    before = told[alert["night"] - 2]
    assert (before["state"], alert["state"]) == ("step", "loss") or before["state"] in ("holding", "step")
    assert alert["state"] == "loss"
    assert [row["state"] for row in told[:13]] == ["learning"] * 13


def test_with_the_plain_rule_alone_there_is_no_forecast(tmp_path):
    for row in nights(tmp_path, rows_of("A", "8x14 | 2x20")):
        assert [row[name] for name in NIGHT_COLUMNS[4:10]] == [""] * 6


def test_answers_are_counted_over_fourteen_days_or_since_day_one(tmp_path):
    told = nights(tmp_path, rows_of("A", "8x14 | 2 . 2 .x5 2x10"))
    assert [told[night - 1]["answered_14d"] for night in (1, 3, 8, 18)] == [1, 2, 2, 10]


def test_without_a_baseline_nothing_is_judged_against_it(tmp_path):
    told = nights(tmp_path, rows_of("A", "| 2x30 9x20"))
    assert {row["state"] for row in told} <= {"learning", "cannot_tell", "step", "silent"}
    assert not any(row["alert"] for row in told)


def test_rows_may_stand_in_any_order(tmp_path):
    rows = rows_of("A", "8x14 | 2x30 8x20").splitlines(keepends=True)
    assert nights(tmp_path, "".join(rows)) == nights(tmp_path, "".join(reversed(rows)))


def test_day_nought_is_read_and_passed_over(tmp_path):
    rows = rows_of("A", "8x14 | 2x20")
    assert nights(tmp_path, f"{rows}A,0,9\nA,0,1\n") == nights(tmp_path, rows)


def test_decimals_are_rounded_half_up_and_counted(tmp_path):
    read = read_diaries(written(tmp_path, "A,1,2.5\nA,2,3.49\nA,3,7.0\nA,4,6\n"))
    assert list(read.after["A"]) == [3, 3, 7, 6]
    assert read.rounded == 2


answers = st.lists(st.one_of(st.none(), st.integers(0, 10)), min_size=15, max_size=60)


@settings(deadline=None, max_examples=40)
@given(before=st.lists(st.integers(0, 10), max_size=14), after=answers, later=answers)
def test_what_is_told_of_a_night_stays_whatever_follows(before, after, later):
    def told(days):
        diaries = Diaries(
            before={"A": bytearray(before)},
            after={"A": bytearray(255 if nrs is None else nrs for nrs in days)},
        )
        (rows,) = replay(diaries, protocol=DEFAULT)
        return rows

    assert told(after + later)[: len(after)] == told(after)


@pytest.mark.parametrize("day", ["2026-01-05", "5.1.2026", "01/05/26", "2026-01-05 00:00:00"])
def test_calendar_days_are_told_apart_from_course_days(tmp_path, day):
    with pytest.raises(BadCsv) as bad:
        read_diaries(written(tmp_path, f"A,{day},5\n"))
    assert str(bad.value) == (
        f"diaries.csv:2: day {day!r} is a date; this file wants course days: "
        "-1 is the day before the first infusion day, 1 the day after the last"
    )


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("A,1.5,3", "day '1.5' is no whole number from -366 to 800"),
        ("A,801,3", "day '801' is no whole number from -366 to 800"),
        ("A,2,10.5", "nrs '10.5' is no number from 0 to 10"),
        ("A,2,-1", "nrs '-1' is no number from 0 to 10"),
        ("A,2,nan", "nrs 'nan' is no number from 0 to 10"),
        ("A,2,1e0", "nrs '1e0' is no number from 0 to 10"),
        ("A,2,", "nrs '' is no number from 0 to 10"),
        (",2,5", "a course needs a name of 1 to 200 characters"),
        ("A,1,5", "course A has day 1 twice"),
        ("A,2", "has 2 cells, and the header 3"),
    ],
)
def test_a_bad_row_is_named_by_file_and_line(tmp_path, row, said):
    with pytest.raises(BadCsv) as bad:
        read_diaries(written(tmp_path, f"A,1,5\n\n{row}\n"))
    assert str(bad.value) == f"diaries.csv:4: {said}"


def test_the_same_day_before_the_infusion_twice_is_an_error_too(tmp_path):
    with pytest.raises(BadCsv, match="course A has day -3 twice"):
        read_diaries(written(tmp_path, "A,-3,5\nA,-3,5\nA,1,2\n"))


def test_a_file_without_follow_up_has_no_night(tmp_path):
    with pytest.raises(BadCsv, match="there is no night to judge"):
        read_diaries(written(tmp_path, "A,-3,5\n"))


def test_a_file_without_its_columns_is_refused(tmp_path):
    with pytest.raises(BadCsv, match=r"diaries\.csv:1: has no column nrs"):
        read_diaries(written(tmp_path, "A,1,2\n", header="course,day,score\n"))


def test_a_loss_that_comes_back_rings_again():
    lost, well, doubt = ["loss"] * 5, ["holding"], ["cannot_tell"]
    assert alerts_of(well + lost + well * 3 + lost) == {2, 10}
    assert alerts_of(well + lost + doubt * 3 + lost) == {2}, "it never recovered"


def test_a_higher_level_rings_at_once():
    assert alerts_of(["holding", "watch", "likely_lost", "loss", "watch"]) == {2, 3, 4}
