"""The benchmark's figures as pictures for the page: plain lists out of the numbers, and the charts draw."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from bench.detector.names import GATED, OPENINGS, ORACLE, OWN, PLAIN, RATES, US
from diary.charts.looks import Look
from diary.charts.reliability import Alike, Forecasts, reliability_chart
from diary.charts.share_rows import ShareRow, share_rows_chart
from diary.charts.svg import standalone
from diary.charts.trade_off import TradeOff, trade_off_chart

Numbers = Mapping[str, Any]

ROOT: Final = Path(__file__).parents[2]
STYLES: Final = (ROOT / "diary/desk/static/chart.css", Path(__file__).with_name("pictures.css"))

EARLY: Final = "detector_early.svg"
CHANCES: Final = "detector_chances.svg"
STRESS: Final = "detector_stress.svg"

ABOVE: Final = "Losses seen 7 to 28 days ahead, of all after day 28"
SIMULATED: Final = "Simulated patients."


def pictures(numbers: Numbers) -> Iterator[tuple[str, str]]:
    """Each picture's file name and content; those that the numbers are there for."""
    style = "\n".join(path.read_text("utf-8") for path in STYLES)
    for name, drawn in ((EARLY, _early), (CHANCES, _chances), (STRESS, _stress)):
        if picture := drawn(numbers):
            yield name, standalone(picture, style)


def best_rival(told: Numbers, rate: float, *, gated: bool) -> str:
    """The rival with the most early alerts in these courses."""
    rivals = [name for name in told["methods"] if name not in OWN and name.endswith(GATED) == gated]
    return max(rivals, key=lambda name: told["methods"][name][str(rate)]["early"])


def _early(numbers: Numbers) -> str:
    cohorts = [(f"Cohort {name}", [*_detectors(told)]) for name, told in numbers["cohorts"].items()]
    return trade_off_chart(
        cohorts,
        false_ticks=(0, 0.05, 0.1, 0.15, 0.2),
        title="Losses seen early, by how often an alert is false; simulated patients",
        above=ABOVE,
        below="False alerts a patient-month in the same courses",
        note=f"{SIMULATED} Points: thresholds chosen for 0.05, 0.10 and 0.20; bars: 95 % over patients. "
        "Best rivals: at 0.05.",
    )


def _detectors(told: Numbers) -> Iterator[TradeOff]:
    methods = told["methods"]
    rivals = {gated: best_rival(told, RATES[0], gated=gated) for gated in (True, False)}
    looks: list[tuple[str, Look, str]] = [
        ("curves (ours)", "bold", US),
        ("ours, first openings", "light", US + OPENINGS),
        ("oracle", "dashed", ORACLE),
        ("best rival, gated", "plain", rivals[True]),
        ("best as published", "dotted", rivals[False]),
        ("plain rule", "thin", PLAIN),
    ]
    for name, look, method in looks:
        if method not in methods:
            continue
        at = {(of["false_per_month"], of["early"]): of["early_95"] for of in methods[method].values()}
        yield TradeOff(name, look, [*at], [*at.values()] if look == "bold" else [])


def _chances(numbers: Numbers) -> str:
    nights: tuple[Look, ...] = ("thin", "plain", "bold")
    cohorts = [
        (
            f"Cohort {name}",
            [
                Forecasts(
                    f"day {of['night']}", look, [Alike(**of_bin) for of_bin in of["of_all"]["reliability"]]
                )
                for of, look in zip(told["many"][US], nights, strict=True)
            ],
        )
        for name, told in numbers["cohorts"].items()
    ]
    return reliability_chart(
        cohorts,
        title="Chances of a loss within 28 days, told and come true; simulated patients",
        above="Courses that lost relief within 28 days",
        below="The chance of it that was told",
        note=f"{SIMULATED} A mark's area tells of how many courses it is. Dashed: chances that are right.",
    )


def _stress(numbers: Numbers) -> str:
    stress = numbers["stress"]
    if not stress:
        return ""
    methods = [US, US + OPENINGS, stress["rivals"][0], PLAIN]
    looks: list[tuple[Look, str]] = [
        ("bold", "curves (ours)"),
        ("light", "ours, first openings"),
        ("plain", stress["rivals"][0].replace(GATED, ", gated")),
        ("thin", "plain rule"),
    ]
    rows = [
        ShareRow(name, [row_of(told, method, RATES[0])["early"] for method in methods])
        for name, told in stress["cohorts"].items()
    ]
    return share_rows_chart(
        rows,
        looks,
        title="Losses seen early in every cohort, with the thresholds of cohort A; simulated patients",
        above=f"{ABOVE}, with the thresholds of cohort A at 0.05",
        note=f"{SIMULATED} How often each is false differs by cohort: the table tells.",
    )


def row_of(told: Numbers, method: str, rate: float) -> Numbers:
    """One method's figures in one cohort of the stress list."""
    return next(row for row in told["rows"] if row["method"] == method and row["rate"] == rate)
