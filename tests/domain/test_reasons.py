"""The sentence that says why."""

import pytest

from config.words import ALERT_KINDS, LOSS_LEVELS
from diary.domain.reasons import title, why

FACTS = {
    "mean_7d": 5.571,
    "baseline_nrs": 7.43,
    "best_14d": 1.857,
    "below_since": 61,
    "relief_7d": 0.25,
    "mean_14d": 4.9,
    "days_since_answer": 9,
    "early_relief": 0.12,
    "step_before": 2.14,
    "step_now": [6, 7, 6],
    "items": ["Trouble or pain passing urine"],
}
NEVER_SAY = ("relapse diagnosed", "ai detected", "confirmed relapse", "100 %", "high risk", "needs ketamine")


@pytest.mark.parametrize("kind", ALERT_KINDS)
def test_every_kind_has_a_title_and_a_sentence_with_and_without_facts(kind):
    for level in LOSS_LEVELS if kind == "loss" else (None,):
        for facts in (FACTS, {}):
            sentence = why(kind, level, facts)
            assert sentence.endswith(".")
            assert "None" not in sentence
            assert not any(phrase in (title(kind) + sentence).lower() for phrase in NEVER_SAY)


def test_a_confirmed_loss_tells_the_numbers_a_nurse_can_check():
    sentence = why("loss", "confirmed", FACTS)
    assert "mean of 7 days 5.6" in sentence
    assert "baseline 7.4" in sentence
    assert "best 1.9" in sentence
    assert "since day 61" in sentence


def test_a_step_does_not_claim_to_be_a_relapse():
    assert "may not be relapse" in title("step")
    assert (
        why("step", None, FACTS) == "The last 3 answers are 6, 7, 6; the mean of the 7 before them was 2.1."
    )
