"""What the detector says of some diaries that never change: the verdicts that its version stands for.

    python -m tests.domain.relapse.reference

writes them anew, and says what the version has to be called. The diaries bring a prior and a protocol of
their own, near those that were shipped first; what came later is not in them, and is as it is shipped.
"""

import hashlib
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

from config.priors import Prior
from config.protocol import Protocol
from diary.domain.packed import NO_ANSWER
from diary.domain.relapse.assess import Assessed, assess
from diary.domain.relapse.baselines import baselines_of
from diary.domain.relapse.forecast import Forecast
from diary.domain.relapse.states import STATES
from diary.domain.relapse.version import DETECTOR_VERSION

FILE = Path(__file__).with_name("reference_verdicts.json")
NIGHTS = (5, 14, 28, 42, 56, 70, 84, 112, 133)
# Machines round the last digit of a chance one way or the other, and a loss day may stand on an edge.
CHANCE_TOLERANCE, DAY_TOLERANCE = 2.5e-4, 1
# Where a chance is nearer than this to a line the state hangs on the machine: that night is left out.
NEAR = 2e-3
LINES = ("watch_probability", "likely_lost_probability", "loss_probability_min")


def read() -> dict[str, Any]:
    """The diaries, what they are judged by, and the verdicts that are kept."""
    return json.loads(FILE.read_text("utf-8"))


def verdicts(reference: dict[str, Any], **changes: float) -> list[list[str]]:
    """By diary what the detector says on each of its nights, with some numbers of the prior changed."""
    diaries, protocol = reference["diaries"], Protocol.from_values(reference["protocol"])
    scores = _bytes([one["scores"] for one in diaries])
    days = np.arange(1, scores.shape[1] + 1)
    boosters = np.array([np.isin(days, one["boosters"]) for one in diaries])
    expected = ~np.array([np.isin(days, one["unasked"]) for one in diaries])
    baselines = baselines_of(
        [one["kind"] for one in diaries],
        [one["nrs"] for one in diaries],
        _bytes([one["before"] for one in diaries]),
    )
    prior = Prior.from_values({**reference["prior"], **changes})
    by_night = [
        assess(
            scores[:, :night],
            baselines,
            protocol=protocol,
            prior=prior,
            boosters=boosters[:, :night],
            expected=expected[:, :night],
            only=np.full(len(diaries), night),
        )
        for night in NIGHTS
    ]
    rows = range(len(diaries))
    return [[_told(one, row, night) for one, night in zip(by_night, NIGHTS, strict=True)] for row in rows]


def same(kept: str, found: str) -> bool:
    """Whether two verdicts differ in no more than machines do."""
    then, now = kept.split(), found.split()
    tolerances = [0, 0, 0] + 4 * [CHANCE_TOLERANCE] + 3 * [DAY_TOLERANCE]
    return all(
        was == is_now
        or (tolerance and "-" not in (was, is_now) and abs(float(was) - float(is_now)) <= tolerance)
        for was, is_now, tolerance in zip(then, now, tolerances, strict=True)
    )


def renewed() -> str:
    """The file with the verdicts of the detector as it is."""
    reference = read()
    for one, found in zip(reference["diaries"], verdicts(reference), strict=True):
        one["verdicts"] = [verdict for verdict in found if _stands(verdict, reference["protocol"])]
    return json.dumps(reference, indent=1) + "\n"


def name_for(text: str, number: int) -> str:
    """What a detector with these verdicts is called."""
    return f"curves {number} {hashlib.sha256(text.encode()).hexdigest()[:6]}"


def _stands(verdict: str, protocol: dict[str, Any]) -> bool:
    chances = [float(chance) for chance in verdict.split()[3:7] if chance != "-"]
    return all(abs(chance - protocol[line]) > NEAR for chance in chances for line in LINES)


def _told(assessed: Assessed, row: int, night: int) -> str:
    """Night, state, review, four chances, three loss days."""
    column, foreseen = night - 1, assessed.forecast
    assert foreseen is not None
    figures = [float(getattr(foreseen, name)[row, column]) for name in Forecast.__slots__]
    review = "review" if assessed.nights.review[row, column] else "-"
    words = ["-" if np.isnan(figure) else f"{figure:g}" for figure in figures]
    return " ".join([str(night), STATES[assessed.states[row, column]], review, *words])


def _bytes(drawn: list[str]) -> np.ndarray:
    """A digit a day, `x` for 10 and `.` for no answer."""
    codes = {".": NO_ANSWER, "x": 10, **{str(nrs): nrs for nrs in range(10)}}
    return np.array([[codes[letter] for letter in one] for one in drawn], dtype=np.uint8)


if __name__ == "__main__":
    text = renewed()
    number = int(DETECTOR_VERSION.split()[1]) + (text != FILE.read_text("utf-8"))
    FILE.write_text(text, "utf-8")
    sys.stdout.write(f'DETECTOR_VERSION: Final = "{name_for(text, number)}"\n')
