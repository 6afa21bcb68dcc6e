"""No pain at all, the worst pain imaginable, and a wild answer now and then ring nobody's bell.

Each diary is judged on every night as a clinic's night does it, by the rule and the forecast together. What
rings is a watch, likely lost, a loss or a step.
"""

from functools import cache

import numpy as np
import pytest

from config.priors import SHIPPED
from config.protocol import DEFAULT
from diary.domain.packed import NO_ANSWER
from diary.domain.relapse.assess import Assessed, assess
from diary.domain.relapse.baselines import own_baselines
from diary.domain.relapse.likelihood import score_chances
from diary.domain.relapse.states import STATES
from tests.makers import DrawnDiary, diary

RELIEF_STAYS = {
    "no pain at all, for ten weeks": "8x14 | 0x70",
    "no pain, and 1 on some days": "8x14 | 0x20 1 0x6 1 1 0x9 1 0x5 1 0 1 0x9",
    "mild pain before, none since": "3x14 | 0x50",
    "one 10 among weeks of 2": "8x14 | 2x30 10 2x20",
    "a 10 every two weeks": "8x14 | 2x13 10 2x13 10 2x13 10 2x13",
    "a 0 pressed by mistake, and a 9": "8x14 | 2x25 0 2x6 9 2x18",
    "a flare of two days": "8x14 | 2x30 6 7 2x18",
    "the worst pain before, half of it gone": "10x14 | 5x50",
    "even numbers only": "8x14 | 2x9 4 2x8 0 2x5 4 2x7 2 4 2x15",
}
NEVER_RELIEVED = {
    "the worst pain imaginable before and after": "10x14 | 10x50",
    "always 5, before and after": "5x14 | 5x50",
    "9 and 10 in turn": "9x7 10x7 | 9 10 10 9x3 10x4 9 10 9x2 10x3 9x4 10 9x9 10x9 9x10",
}
OTHERS = {
    "quiet": "8x14 | 2x42",
    "one 10": "8x14 | 2x41 10",
    "a week of 8": "8x14 | 2x35 8x7",
    "a week of 10": "8x14 | 2x35 10x7",
    "worse than before": "8x14 | 2x35 10x14",
    "back at the ceiling": "10x14 | 3x30 10x21",
}


@cache
def judged() -> tuple[dict[str, DrawnDiary], Assessed]:
    """All diaries on all nights, together."""
    drawn = {name: diary(text) for name, text in (RELIEF_STAYS | NEVER_RELIEVED | OTHERS).items()}
    scores = np.full((len(drawn), max(len(one.after) for one in drawn.values())), NO_ANSWER, dtype=np.uint8)
    for row, one in enumerate(drawn.values()):
        scores[row, : len(one.after)] = one.after
    before = np.array([one.before for one in drawn.values()], dtype=np.uint8)
    baselines = own_baselines(before, DEFAULT)
    return drawn, assess(scores, baselines, protocol=DEFAULT, prior=SHIPPED)


def states(name: str) -> list[str]:
    """Of all nights of a diary, the first to the last."""
    drawn, assessed = judged()
    codes = assessed.states[list(drawn).index(name)]
    return [STATES[code] for code in codes[: len(drawn[name].after)]]


def lost_at_the_end(name: str) -> float:
    drawn, assessed = judged()
    assert assessed.forecast is not None
    return float(assessed.forecast.p_lost[list(drawn).index(name), len(drawn[name].after) - 1])


@pytest.mark.parametrize("name", RELIEF_STAYS)
def test_relief_that_stays_rings_nothing(name):
    assert set(states(name)[13:]) == {"holding"}
    assert lost_at_the_end(name) < 0.05


@pytest.mark.parametrize("name", NEVER_RELIEVED)
def test_whoever_never_had_relief_has_none_to_lose(name):
    assert set(states(name)[13:]) == {"no_response"}


def test_one_wild_answer_moves_the_chance_of_a_loss_by_little_and_a_week_of_pain_by_all():
    assert lost_at_the_end("one 10") - lost_at_the_end("quiet") < 0.05
    assert lost_at_the_end("a week of 8") > 0.9


def test_pain_far_above_that_before_the_infusion_is_a_step_at_once_then_likely_lost_then_lost():
    """Where a diary is as even as this few curves of the bank fit to the day: that takes a week longer."""
    found = states("worse than before")
    assert [found.index(state) + 1 for state in ("step", "likely_lost", "loss")] == [38, 43, 46]
    assert lost_at_the_end("worse than before") > 0.99
    assert 0.2 < lost_at_the_end("a week of 10") < lost_at_the_end("a week of 8")


def test_relief_from_the_ceiling_is_seen_to_go_back_to_the_ceiling():
    """The scale ends at 10: whoever felt worse than that before cannot say so, nor that it is back."""
    found = states("back at the ceiling")
    assert set(found[13:30]) == {"holding"}
    assert found[50] == "loss"


def test_an_answer_at_either_end_may_mean_anything_beyond_it():
    """Far more of what is felt fits beyond the last number than between two."""
    chances = score_chances(np.array([1.2]), np.array([0.0, 5.0, 10.0]))[0]
    assert chances[0].argmax() == 0
    assert chances[2].argmax() == 10
    assert chances[0, 0] > 2 * chances[1, 5] > 0.5
    assert chances[2, 10] > chances[1, 5]


def test_an_answer_far_off_is_rare_and_never_impossible():
    """A normal of this noise would give 9 at a level of 2 once in a hundred million days."""
    chances = score_chances(np.array([1.2]), np.array([2.0]))[0, 0]
    assert 0.001 < chances[9] < 0.01
    assert 0.001 < chances[8] < 0.01
