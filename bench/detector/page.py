"""The page of figures and its pictures, made from the numbers that a run has written: `make reference`.

Everything on it comes from `detector_numbers.json`; what the figures mean is told in `detector.md`, by hand.
"""

import json
from collections.abc import Iterator
from typing import Final

from bench.detector import page_alerts, page_bounds, page_forecasts, page_goals, page_stress
from bench.detector.pictures import ROOT, Numbers, pictures
from bench.detector.tables import paragraph

DOCS: Final = ROOT / "docs" / "explanation"
NUMBERS: Final = DOCS / "detector_numbers.json"
PAGE: Final = DOCS / "detector_results.md"

_MADE: Final = (
    "<!-- Made by `make reference` from detector_numbers.json, which `make bench-detector` writes. -->"
)
_SIMULATED: Final = (
    "**Every figure here is of simulated patients.** What they mean, and what they cannot tell, stands "
    "in [how a loss is foreseen](detector.md)."
)
_RUN: Final = (
    'Detector "{detector}". Reported are {courses_a_seed:,} courses of {days} days of each of {seeds} '
    "in every cohort. Settings and thresholds were chosen on {calibration_courses:,} others of the same "
    "cohort (seed {calibration_seed}), for at most 0.05, 0.10 or 0.20 false alerts a patient-month "
    "there; a clinic's own prior was learned from {clinic_courses} more (seed {clinic_seed}). The "
    "oracle weighs {oracle_curves:,} draws (seed {oracle_seed}). Intervals are 95 % over patients, of "
    "{bootstrap_rounds} draws."
)
_MEASURED: Final = "Measured: {parts}. The commit is the last one that had changed the detector."
_PART: Final = "{on} {name} (commit {commit}, Python {python}, numpy {numpy}, {processor})"
_NAMES: Final = {
    "cohorts": "cohorts A, B and C",
    "bounds": "what bounds them",
    "stress": "the patients that thresholds were not chosen on",
}
_WORDS: Final = (
    "Early is an alert 7 to 28 days before the true loss, of the losses after day 28; seen is one from "
    "28 days before to 7 days after, of all losses. First openings leave out that an alert of ours may "
    "rise, which no rival's can. Gated rivals, named with responders, are silent until there was relief "
    "to lose. As shipped are the thresholds of the default protocol."
)


def main() -> None:
    """Write the page and the pictures anew."""
    numbers = json.loads(NUMBERS.read_text("utf-8"))
    PAGE.write_text(page(numbers), encoding="utf-8")
    for name, picture in pictures(numbers):
        (DOCS / name).write_text(picture, encoding="utf-8")


def page(numbers: Numbers) -> str:
    """The whole page."""
    return "\n\n".join(_parts(numbers)) + "\n"


def _parts(numbers: Numbers) -> Iterator[str]:
    run = numbers["run"]
    first, *_, last = run["report_seeds"]
    seeds = f"{len(run['report_seeds'])} seeds ({first} to {last})"
    yield "# How well a loss is foreseen: the figures"
    yield _MADE
    yield paragraph(_SIMULATED)
    yield paragraph(_RUN.format(**run, seeds=seeds))
    parts = [_PART.format(name=_NAMES[name], **of) for name, of in numbers["made"].items()]
    yield paragraph(_MEASURED.format(parts="; ".join(parts)))
    yield paragraph(_WORDS)
    yield from page_goals.sections(numbers)
    if numbers.get("bounds"):
        yield from page_bounds.sections(numbers)
    yield from page_alerts.sections(numbers)
    yield from page_forecasts.sections(numbers)
    if numbers["stress"]:
        yield from page_stress.sections(numbers["stress"], run["few_oracle_curves"])


if __name__ == "__main__":
    main()
