"""The rules of the course chart, read back from the picture."""

import gzip
import re
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diary.charts.course import course_chart
from diary.charts.course_data import Baseline, DatedWord, DiaryDay, ForecastDay, Infusion
from tests.charts.drawn import (
    OWN_BASELINE,
    SVG,
    chart_of,
    day,
    days_of,
    marks,
    of_class,
    parsed,
    picture,
    relapsing_course,
    runs,
    told,
    words,
)

WIDTHS = (900, 360)
any_scores = st.lists(st.none() | st.integers(0, 10), min_size=1, max_size=120)


@given(st.integers(0, 9), st.integers(1, 10))
def test_a_worse_day_always_stands_higher(nrs, more):
    worse = min(nrs + more, 10)
    lower, higher = marks(picture(chart_of([nrs, worse])), "c-dot")

    assert float(higher.get("cy")) < float(lower.get("cy"))


def test_the_scale_runs_from_0_to_10_and_names_its_direction():
    seen = words(picture(chart_of([3, 3, 3, 3])))

    assert {"0", "2", "4", "6", "8", "10", "Worse", "Better"} <= set(seen)


@given(any_scores)
def test_every_answer_is_one_mark_and_every_missing_day_one_tick(scores):
    root = picture(chart_of(scores))

    assert len(marks(root, "c-dot")) == sum(nrs is not None for nrs in scores)
    ticks = [path for path in of_class(root, "c-gap") if path.get("d", "").count("v")]
    assert sum(path.get("d").count("v") for path in ticks) == scores.count(None)


def test_the_mean_is_not_drawn_across_days_without_answers():
    root = picture(chart_of([6] * 7 + [None] * 6 + [3] * 7))
    before, after = runs(of_class(root, "c-mean")[0])
    dot_xs = [float(dot.get("cx")) for dot in marks(root, "c-dot")]
    day_px = dot_xs[1] - dot_xs[0]

    steps = [b[0] - a[0] for run in (before, after) for a, b in pairwise(run)]
    assert max(steps) < 1.1 * day_px
    # Days 4-10 have 4 answers in their window; then there are too few until the fourth new answer.
    assert [len(before), len(after)] == [7, 4]


def test_there_is_no_mean_line_under_four_answers_in_seven_days():
    root = picture(chart_of([5, None, 5, None, None, 5, None, None, 5, None, 5]))

    assert of_class(root, "c-mean") == []
    assert not any("mean" in seen for seen in words(root))


def test_the_mean_says_its_last_and_its_lowest_value_on_the_line():
    seen = words(picture(relapsing_course()))

    assert "7-day mean, lowest 1.6" in seen
    assert "7.0" in seen


@pytest.mark.parametrize(("missing", "label"), [(2, None), (3, "3 d"), (9, "9 d")])
def test_a_long_run_without_answers_carries_its_length(missing, label):
    seen = words(picture(chart_of([4] * 5 + [None] * missing + [4] * 5)))

    assert [word for word in seen if word.endswith(" d")] == ([label] if label else [])


@pytest.mark.parametrize(
    ("mark", "drawn_as", "shape", "key"),
    [
        ("plain", "c-dot", "circle", "one day's score"),
        ("late", "c-hollow", "circle", "late or changed"),
        ("changed", "c-hollow", "circle", "late or changed"),
        ("staff", "c-staff", "rect", "filed by staff"),
        ("suspect", "c-suspect", "path", "clock in doubt"),
    ],
)
def test_how_an_answer_came_shows_in_its_shape_and_stands_in_the_key(mark, drawn_as, shape, key):
    root = picture(chart_of([], days=(DiaryDay(day(0), 6, mark),)))

    (drawn,) = marks(root, drawn_as)
    assert drawn.tag == f"{SVG}{shape}"
    assert key in words(root)


def test_pointing_at_a_changed_answer_tells_both_scores():
    root = picture(chart_of([], days=(DiaryDay(day(0), 6, "changed", first_nrs=4),)))

    assert told(marks(root, "c-hollow")[0]) == "5 Aug: 6, changed from 4"


def test_the_band_before_treatment_reaches_from_quartile_to_quartile_and_says_its_days():
    root = picture(relapsing_course())
    (band,) = of_class(root, "c-band")
    high, low = (float(mark.get("cy")) for mark in marks(picture(chart_of([8, 5])), "c-dot"))

    assert float(band.get("height")) == pytest.approx((low - high) / 3 * 1.5, abs=0.2)
    assert {"before treatment 7.4", "mean of 7 days"} <= set(words(root))
    assert not of_class(root, "c-weak")


@pytest.mark.parametrize("width_px", WIDTHS)
def test_a_baseline_of_three_days_is_dashed_and_says_few_days(width_px):
    weak = replace(relapsing_course(), baseline=replace(OWN_BASELINE, n=3))
    root = picture(weak, width_px=width_px)

    assert {path.get("class") for path in of_class(root, "c-weak")} == {"c-edge c-weak", "c-baseline c-weak"}
    assert any("few days (3)" in seen for seen in words(root))


@pytest.mark.parametrize(
    "baseline",
    [
        OWN_BASELINE,
        replace(OWN_BASELINE, low_nrs=7.0, high_nrs=7.9),
        replace(OWN_BASELINE, nrs=9.8, low_nrs=9.4, high_nrs=10),
    ],
)
def test_on_a_phone_no_line_strikes_through_the_name_of_the_baseline(baseline):
    root = picture(replace(relapsing_course(), baseline=baseline), width_px=340)
    (name,) = [seen for seen in root.iter(f"{SVG}text") if (seen.text or "").startswith("before treatment")]
    foot, x = float(name.get("y")), float(name.get("x"))
    level = "".join(path.get("d", "") for path in of_class(root, "c-edge") + of_class(root, "c-baseline"))
    heights = [float(y) for y in re.findall(r"M[\d.]+ ([\d.]+)H", level)]
    drawn = [point for run in runs(of_class(root, "c-mean")[0]) for point in run]
    letters_reach = x + 6 * len(name.text)

    assert len(heights) == 3
    assert not [y for y in heights if foot - 9 < y < foot]
    assert not [y for at, y in drawn if x <= at <= letters_reach and foot - 9 < y < foot]
    assert foot - 9 > min(float(text.get("y")) for text in of_class(root, "c-infusion-word"))


def test_without_a_baseline_there_is_no_band_and_no_relief_line():
    root = picture(replace(relapsing_course(), baseline=Baseline(), relief_line_nrs=None))

    assert not [name for name in ("c-band", "c-baseline", "c-relief", "c-half") if of_class(root, name)]
    assert not any("relief" in seen for seen in words(root))


@pytest.mark.parametrize("width_px", WIDTHS)
def test_the_relief_line_starts_after_the_infusion_and_is_named_beside_it(width_px):
    root = picture(relapsing_course(), width_px=width_px)
    (line,) = [path for path in of_class(root, "c-relief") if path.tag == f"{SVG}path"]
    (name,) = [element for element in root.iter(f"{SVG}text") if element.text == "30 % relief 5.2"]
    block = of_class(root, "c-series")[0]
    x, y = re.match(r"M([\d.]+) ([\d.]+)", line.get("d")).groups()

    assert float(x) == pytest.approx(float(block.get("x")) + float(block.get("width")), abs=0.2)
    assert abs(float(name.get("y")) - float(y)) < 8


def test_the_fifty_per_cent_line_is_drawn_only_when_asked_for():
    course = relapsing_course()

    assert not of_class(picture(course), "c-half")
    assert "50 % relief 3.7" in words(picture(replace(course, half_line_nrs=3.7)))


def test_an_infusion_covers_its_days_and_a_planned_one_is_an_outline():
    planned = Infusion(day(10), day(11), "offered", "planned")
    root = picture(chart_of([5] * 9, infusions=(Infusion(day(2), day(4), "Infusion 1"), planned)))
    dots = [float(dot.get("cx")) for dot in marks(root, "c-dot")]
    day_px = dots[1] - dots[0]
    (given_block,), (planned_block,) = of_class(root, "c-series"), of_class(root, "c-planned")

    assert float(given_block.get("x")) == pytest.approx(dots[2] - day_px / 2, abs=0.2)
    assert float(given_block.get("width")) == pytest.approx(3 * day_px, abs=0.5)
    assert float(planned_block.get("width")) == pytest.approx(2 * day_px, abs=0.5)
    assert {"Infusion 1", "offered"} <= set(words(root))


@pytest.mark.parametrize("width_px", WIDTHS)
def test_alerts_events_and_today_are_named_above_their_days(width_px):
    course = relapsing_course()
    course = replace(
        course,
        alerts=(DatedWord(course.today, "likely lost"),),
        events=(DatedWord(day(50), "nerve block"),),
    )
    root = picture(course, width_px=width_px)

    assert {"likely lost", "nerve block", "today"} <= set(words(root))
    assert len(of_class(root, "c-pin")) == 1


@pytest.mark.parametrize("width_px", WIDTHS)
def test_an_alert_without_room_for_its_word_keeps_its_pin(width_px):
    crowd = tuple(DatedWord(day(i % 12), f"an alert with many words {i}") for i in range(24))
    root = picture(chart_of([5] * 12, alerts=crowd), width_px=width_px)

    assert len(of_class(root, "c-pin")) == len({(alert.day, alert.word) for alert in crowd})


def test_the_forecast_is_a_fan_with_a_median_and_strokes_that_read_without_colour():
    course = relapsing_course()
    fan = tuple(ForecastDay(day(104 + i), 6 - i / 14, 7, 8 + i / 14) for i in range(29))
    root = picture(replace(course, forecast=fan))

    assert [len(of_class(root, name)) for name in ("c-fan", "c-strokes", "c-median")] == [1, 1, 1]
    assert {"forecast", "8 in 10 inside"} <= set(words(root))
    assert not of_class(picture(course), "c-fan")


def test_a_diary_without_an_answer_says_so():
    assert "No answers yet" in words(picture(chart_of([None] * 5)))
    assert "No answers yet" in words(picture(chart_of([])))


def test_the_picture_has_a_name_and_tells_itself_in_words():
    root = picture(relapsing_course())
    description = root.findtext(f"{SVG}desc")

    assert root.get("role") == "img"
    assert root.findtext(f"{SVG}title") == "Daily pain scores, 5 Aug to 17 Nov 2026"
    assert "90 of 100 days answered, longest gap 5 days." in description
    assert "Before treatment 7.4 (mean of 7 days). 30 % relief is at 5.2." in description


@given(label=st.text(max_size=60), word=st.text(max_size=60))
def test_whatever_a_label_holds_the_picture_is_well_formed_and_nothing_in_it_becomes_markup(label, word):
    course = chart_of(
        [5] * 20,
        infusions=(Infusion(day(3), day(5), f"<script>{label}"),),
        alerts=(DatedWord(day(12), f'"><a href="{word}'),),
    )
    root = picture(course)

    assert {element.tag for element in root.iter()}.isdisjoint({f"{SVG}script", f"{SVG}a"})
    assert any(seen.startswith("<script>") for seen in words(root))


@given(any_scores)
def test_no_element_carries_a_style_for_the_pages_allow_none(scores):
    root = picture(chart_of(scores, baseline=OWN_BASELINE, relief_line_nrs=5.18))

    assert not [element for element in root.iter() if element.get("style") or element.tag == f"{SVG}style"]


@pytest.mark.parametrize("width_px", WIDTHS)
@given(scores=any_scores)
def test_no_mark_lies_outside_the_picture(width_px, scores):
    root = picture(chart_of(scores), width_px=width_px)
    height = float(root.get("height"))

    for circle in root.iter(f"{SVG}circle"):
        assert 0 <= float(circle.get("cx")) <= width_px
        assert 0 <= float(circle.get("cy")) <= height
    for element in root.iter(f"{SVG}text"):
        assert 0 <= float(element.get("x")) <= width_px
        assert 0 <= float(element.get("y")) <= height


def test_the_same_diary_gives_the_same_picture():
    assert course_chart(relapsing_course()) == course_chart(relapsing_course())


def test_a_picture_of_105_days_with_everything_in_it_is_under_3_kb_on_the_wire():
    course = relapsing_course()
    fan = tuple(ForecastDay(day(104 + i), 6 - i / 14, 7, 8 + i / 14) for i in range(29))
    full = replace(
        course,
        half_line_nrs=3.7,
        forecast=fan,
        alerts=(DatedWord(day(102), "likely lost"),),
        events=(DatedWord(day(50), "nerve block"),),
    )

    assert len(gzip.compress(course_chart(full).encode(), 6)) <= 3_000


def test_two_years_of_diary_still_fit_one_picture():
    root = parsed(course_chart(chart_of([4, 6, None, 5] * 182)))

    assert len(marks(root, "c-dot")) == 3 * 182
    assert len(days_of([4, 6, None, 5] * 182)) == 728


def test_an_alert_leads_to_its_place_from_over_the_picture_by_a_target_as_large_as_a_finger():
    chart = chart_of([5] * 12, alerts=(DatedWord(day(9), "watch", leads_to="a-1"), DatedWord(day(3), "step")))
    for width_px in (1120, 340):
        root = parsed(course_chart(chart, width_px=width_px, linked=True))
        assert (root.get("role"), root.get("aria-label")) == (
            "group",
            "Daily pain scores, 5 Aug to 16 Aug 2026",
        )
        image, *links = root
        assert image.get("role") == "img", "nothing inside an image can be reached"
        (link,) = links
        assert (link.get("href"), link.get("aria-label")) == ("#a-1", "Alert of 14 Aug: watch")
        (target,) = link
        assert min(float(target.get("width")), float(target.get("height"))) * 0.75 >= 24
    assert "<a " not in course_chart(chart), "on paper nothing leads anywhere"
