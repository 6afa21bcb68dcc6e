"""Allocation is level after every block, the same from one seed, and cannot be guessed from the last."""

import hashlib
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diary.domain.randomisation import Plan, allocation

plans = st.builds(
    lambda shares, multiples, strata, seed: Plan(
        {f"arm {place}": share for place, share in enumerate(shares)},
        tuple(multiple * sum(shares) for multiple in multiples),
        tuple(f"s{place}" for place in range(strata)),
        seed,
    ),
    st.lists(st.integers(1, 3), min_size=2, max_size=4),
    st.lists(st.integers(1, 3), min_size=1, max_size=3),
    st.integers(1, 4),
    st.integers(0, 2**63),
)


def fingerprint(plan: Plan, count: int) -> str:
    """SHA-256 over every stratum's list."""
    lines = [
        f"{stratum}\t{place}\t{arm}\n"
        for stratum in plan.strata
        for place, arm in enumerate(allocation(plan, stratum, count), start=1)
    ]
    return hashlib.sha256("".join(lines).encode()).hexdigest()


@settings(max_examples=60)
@given(plans)
def test_arms_are_never_further_apart_than_one_block_allows(plan):
    listed = allocation(plan, plan.strata[0], 120)
    half_block = max(plan.block_sizes)
    smallest = sum(plan.ratio.values())
    for place in range(1, 121):
        counts = Counter(listed[:place])
        for arm, share in plan.ratio.items():
            assert abs(counts[arm] - place * share / smallest) <= half_block * share / smallest


@settings(max_examples=60)
@given(plans)
def test_a_list_of_whole_blocks_holds_the_arms_as_the_ratio_says(plan):
    whole = Plan(plan.ratio, plan.block_sizes[:1], plan.strata, plan.seed)
    counts = Counter(allocation(whole, whole.strata[-1], 5 * whole.block_sizes[0]))
    smallest = sum(plan.ratio.values())
    assert counts == {arm: 5 * whole.block_sizes[0] * share // smallest for arm, share in plan.ratio.items()}


@settings(max_examples=40)
@given(plans, st.integers(0, 60))
def test_the_same_seed_gives_the_same_list_and_a_longer_one_begins_with_the_shorter(plan, count):
    longer = allocation(plan, plan.strata[0], 80)
    assert allocation(plan, plan.strata[0], count) == longer[:count]
    assert fingerprint(plan, 20) == fingerprint(plan, 20)


def test_strata_and_seeds_have_lists_of_their_own():
    plan = Plan({"a": 1, "b": 1}, (4, 6), ("left", "right"), seed=11)
    assert allocation(plan, "left", 60) != allocation(plan, "right", 60)
    other = Plan(plan.ratio, plan.block_sizes, plan.strata, seed=12)
    assert allocation(plan, "left", 60) != allocation(other, "left", 60)
    assert fingerprint(plan, 60) != fingerprint(other, 60)


def test_a_list_that_was_drawn_once_is_drawn_for_ever():
    """Kept here: a version of Python that drew otherwise would break every running study."""
    plan = Plan({"ketamine": 1, "placebo": 1}, (4, 6), ("",), seed=2009)
    assert fingerprint(plan, 60) == "4f7fd4021d5d7c7fe06fa001e36d91c64b5be430bca257eab05c54b433aee54d"


def test_who_knows_all_before_guesses_less_than_everything():
    """With blocks of 4 alone the last of a block is certain; with 4 and 6 it is not always."""
    plan = Plan({"a": 1, "b": 1}, (4, 6), ("",), seed=3)
    right = 0
    listed = allocation(plan, "", 4_000)
    for place, arm in enumerate(listed):
        ahead = Counter(listed[:place])
        right += arm == ("a" if ahead["a"] <= ahead["b"] else "b")
    assert 0.5 < right / len(listed) < 0.75


@pytest.mark.parametrize(
    ("plan", "told"),
    [
        (Plan({"a": 1}, (2,), ("",), 1), "2 to 6 arms"),
        (Plan({"a": 1, "b": 2}, (4,), ("",), 1), "a block of 4 cannot hold 1 a and 2 b"),
        (Plan({"a": 1, "b": 1}, (), ("",), 1), "at least one block size"),
        (Plan({"a": 1, "b": 0}, (4,), ("",), 1), "1 to 10 of the smallest block"),
        (Plan({"a": 1, "b": 1}, (4,), ("x", "x"), 1), "each named once"),
    ],
)
def test_a_plan_that_cannot_be_is_refused_in_words(plan, told):
    with pytest.raises(ValueError, match=told):
        allocation(plan, plan.strata[0], 4)
