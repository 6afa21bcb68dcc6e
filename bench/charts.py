"""How long a chart takes to build and how much of it goes over the wire: `python -m bench.charts`.

Goals: a chart of 105 days in at most 1 ms and 3 kB gzip, a sparkline in at most 1 kB as it stands.
"""

import gzip
import random
import statistics
import time
from collections.abc import Callable
from datetime import date, timedelta

from diary.charts.course import course_chart
from diary.charts.course_data import Baseline, CourseChart, DatedWord, DiaryDay, ForecastDay, Infusion
from diary.charts.sparkline import sparkline
from diary.charts.trial import TrialArm, WeekMean, trial_chart

FIRST = date(2026, 8, 5)
ROUNDS = 300
GZIP_LEVEL = 6


def course(days: int, *, forecast: bool) -> CourseChart:
    """A course of that many days: two weeks before, five days of infusion, relief that fades; 8 % missing."""
    draw = random.Random(20090904)
    entries = []
    for i in range(days):
        day = FIRST + timedelta(days=i)
        if 14 <= i < 19:
            continue
        level = 7.4 if i < 14 else 7.4 * (1 - 0.78 / (1 + 2 ** ((i - 80) / 12)))
        nrs = min(max(round(level + draw.gauss(0, 1.3)), 0), 10)
        mark = draw.choices(("plain", "late", "changed", "staff"), (92, 4, 2, 2))[0]
        entries.append(DiaryDay(day, None if draw.random() < 0.08 else nrs, mark))
    today = FIRST + timedelta(days=days - 1)
    fan = tuple(ForecastDay(today + timedelta(days=i), 5 - i / 20, 6.5, 7.5 + i / 20) for i in range(29))
    return CourseChart(
        days=tuple(entries),
        today=today,
        infusions=(Infusion(FIRST + timedelta(days=14), FIRST + timedelta(days=18), "Infusion 1"),),
        baseline=Baseline(kind="own", nrs=7.4, low_nrs=6.5, high_nrs=8, n=7),
        relief_line_nrs=5.18,
        half_line_nrs=3.7,
        alerts=(DatedWord(today, "likely lost"),),
        events=(DatedWord(FIRST + timedelta(days=50), "nerve block"),),
        forecast=fan if forecast else (),
    )


def arm(label: str, start_nrs: float) -> TrialArm:
    """Twelve weekly means that rise a little."""
    return TrialArm(label, tuple(WeekMean(week, start_nrs + 0.1 * week, 0.5) for week in range(1, 13)))


def measure(name: str, draw: Callable[[], str]) -> None:
    """Print one line: the median CPU time to build, and the size as it stands and compressed."""
    times = []
    for _ in range(ROUNDS):
        start = time.process_time()  # what others do on the machine is no cost of the chart
        made = draw()
        times.append(time.process_time() - start)
    size = len(made.encode())
    wire = len(gzip.compress(made.encode(), GZIP_LEVEL))
    print(f"{name:<34} {statistics.median(times) * 1000:8.3f} ms {size:8,} B {wire:8,} B gzip")


def main() -> None:
    """Measure every chart."""
    whole, bare, year = course(105, forecast=True), course(105, forecast=False), course(379, forecast=True)
    scores = [entry.nrs for entry in whole.days][-28:]
    measure("course, 105 days, forecast", lambda: course_chart(whole))
    measure("course, 105 days, no forecast", lambda: course_chart(bare))
    measure("course, 105 days, narrow", lambda: course_chart(whole, width_px=340))
    measure("course, 379 days, forecast", lambda: course_chart(year))
    measure("sparkline, 28 days", lambda: sparkline(scores, baseline_nrs=7.4, relief_line_nrs=5.18))
    measure("trial, 2 arms", lambda: trial_chart(arm("ketamine", 2.5), arm("placebo", 5.4)))


if __name__ == "__main__":
    main()
