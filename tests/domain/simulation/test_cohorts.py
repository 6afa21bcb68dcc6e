"""Each cohort with a name is what its name says, measured on diaries drawn from it."""

from dataclasses import fields

import numpy as np
import pytest

from diary.domain.packed import NO_ANSWER
from diary.domain.simulation.cohort import Cohort, simulate
from diary.domain.simulation.cohorts import COHORTS
from diary.domain.simulation.curves import GRADUAL, LATE, STEP
from tests.house.rooms import ROOT


def drawn(name: str, courses: int = 4_000, seed: int = 17) -> Cohort:
    return simulate(courses, rng=np.random.default_rng(seed), parameters=COHORTS[name].parameters)


def answered(cohort: Cohort) -> np.ndarray:
    return cohort.scores != NO_ANSWER


@pytest.mark.parametrize("name", COHORTS)
def test_the_same_seed_draws_the_same_cohort_and_another_seed_another(name):
    first, again, other = (drawn(name, courses=30, seed=seed) for seed in (1, 1, 2))
    for one in fields(Cohort):
        np.testing.assert_array_equal(getattr(first, one.name), getattr(again, one.name))
    assert not np.array_equal(first.scores, other.scores)


@pytest.mark.parametrize(
    ("name", "share"),
    [("A", 0.72), ("B", 0.57), ("C", 0.87), ("completion-65", 0.54), ("completion-40", 0.31)],
)
def test_so_many_of_180_days_are_answered(name, share):
    assert answered(drawn(name)).mean() == pytest.approx(share, abs=0.015)


def test_relief_goes_as_late_and_as_suddenly_as_the_name_says():
    """The median true loss of those who lose it within 180 days, and the share of steps among responders."""
    found = {}
    for name in ("A", "B", "midpoint-30", "midpoint-90", "steps-40"):
        cohort = drawn(name)
        days = cohort.relapse_day[cohort.relapse_day > 0]
        steps = (cohort.kind == STEP)[cohort.responder].mean()
        found[name] = [float(np.median(days)), 100 * float(steps)]
    assert found == {
        "A": pytest.approx([58, 20], abs=3),
        "B": pytest.approx([77, 35], abs=3),
        "midpoint-30": pytest.approx([39, 20], abs=3),
        "midpoint-90": pytest.approx([84, 20], abs=3),
        "steps-40": pytest.approx([56, 40], abs=3),
    }


@pytest.mark.parametrize(("name", "lost_share"), [("no-plateau", 0.78), ("part-way", 0.22)])
def test_no_responder_loses_relief_gradually_where_another_way_took_its_place(name, lost_share):
    cohort = drawn(name)
    assert not (cohort.kind == GRADUAL).any()
    assert (cohort.relapse_day > 0)[cohort.responder].mean() == pytest.approx(lost_share, abs=0.03)


def test_late_responders_have_no_relief_in_the_first_days_and_most_lose_it_in_the_end():
    cohort = drawn("late")
    late = cohort.kind == LATE
    assert late.mean() == pytest.approx(0.3 * 0.72, abs=0.02)
    assert cohort.relief[late, 2].max() < 0.30
    assert cohort.responder[late].mean() == pytest.approx(0.99, abs=0.01)
    assert (cohort.relapse_day[late & cohort.responder] > 0).mean() == pytest.approx(0.92, abs=0.03)
    assert cohort.relapse_day[late & (cohort.relapse_day > 0)].min() > 20


def test_a_booster_on_day_40_begins_the_curve_of_those_who_responded_anew():
    cohort = drawn("booster-40")
    assert cohort.boosters is not None
    assert (np.argwhere(cohort.boosters)[:, 1] == 39).all()
    assert (cohort.boosters.any(axis=1) == cohort.responder).all()
    boosted = cohort.relief[cohort.responder]
    assert np.array_equal(boosted[:, 40:79], boosted[:, :39])  # days 41-79 as days 1-39
    lost_before = (cohort.relapse_day > 0) & (cohort.relapse_day < 40)
    assert lost_before[cohort.responder].mean() == pytest.approx(0.22, abs=0.02)
    assert cohort.relief[lost_before, 39].min() > 0.30


@pytest.mark.parametrize("name", [name for name in COHORTS if name != "booster-40"])
def test_the_other_cohorts_have_no_boosters(name):
    assert drawn(name, courses=5).boosters is None


def test_pain_or_relief_keeps_patients_from_answering_in_these_cohorts_alone():
    """Of days 1-60, the share answered with a true pain of 6 or more, less that with 3 or less."""
    more_in_pain = {}
    for name in ("A", "missing-in-pain", "missing-in-relief"):
        cohort = drawn(name)
        pain = (cohort.baseline_nrs[:, None] * (1 - cohort.relief))[:, :60]
        came = answered(cohort)[:, :60]
        more_in_pain[name] = float(came[pain >= 6].mean() - came[pain <= 3].mean())
    assert more_in_pain["A"] == pytest.approx(0, abs=0.02)
    assert more_in_pain["missing-in-pain"] < -0.08
    assert more_in_pain["missing-in-relief"] > 0.12


@pytest.mark.parametrize(("name", "share"), [("A", 0.10), ("even-30", 0.30)])
def test_some_give_even_numbers_only(name, share):
    cohort = drawn(name)
    odd = (cohort.scores % 2 == 1) & answered(cohort)
    often = answered(cohort).sum(axis=1) > 60
    assert (~odd.any(axis=1))[often].mean() == pytest.approx(share, abs=0.02)


def test_one_of_five_always_gives_the_same_number_and_loses_relief_all_the_same():
    cohort, other = drawn("constant-20"), drawn("A")
    came = answered(cohort)
    highest = np.where(came, cohort.scores, 0).max(axis=1)
    lowest = np.where(came, cohort.scores, 99).min(axis=1)
    constant = (highest == lowest) & (came.sum(axis=1) > 30)
    assert constant.mean() == pytest.approx(0.20, abs=0.02)
    assert (cohort.relapse_day[constant] > 0).mean() > 0.5
    assert np.array_equal(cohort.relapse_day, other.relapse_day)


def test_patients_at_the_ceiling_begin_between_9_and_10():
    baseline_nrs = drawn("ceiling").baseline_nrs
    assert (baseline_nrs.min(), baseline_nrs.max()) == (
        pytest.approx(9, abs=0.01),
        pytest.approx(10, abs=0.01),
    )


def test_another_drug_lowers_felt_pain_by_up_to_two_points_in_half_and_leaves_the_truth_as_it_was():
    helped, alone = drawn("rescue-drug"), drawn("A")
    for unmoved in ("baseline_nrs", "relief", "kind", "responder", "relapse_day", "before"):
        assert np.array_equal(getattr(helped, unmoved), getattr(alone, unmoved)), unmoved
    came = answered(alone)
    assert np.array_equal(came, answered(helped))
    less_nrs = np.where(came, alone.scores.astype(int) - helped.scores, 0)
    assert less_nrs.min() == 0
    assert (less_nrs[:, -30:].max(axis=1) > 0)[came[:, -30:].sum(axis=1) > 10].mean() == pytest.approx(
        0.46, abs=0.05
    )
    in_pain = came & (alone.scores >= 5) & (less_nrs > 0)
    assert less_nrs[in_pain].mean() == pytest.approx(2.0, abs=0.05)


def test_every_cohort_stands_in_the_guide_as_it_is_told_here():
    guide = (ROOT / "docs/how-to/backtest.md").read_text("utf-8")
    rows = [f"| {name} | {named.about} |" for name, named in COHORTS.items()]
    assert "\n".join(rows) in guide
