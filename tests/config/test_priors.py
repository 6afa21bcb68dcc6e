"""Every number that the detector believes stands in one file, each with its source and mark."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from config.priors import FIXED, PRIOR_FILE, SHIPPED, Fixed, read_facts

RELAPSE = Path(__file__).parents[2] / "diary" / "domain" / "relapse"
TEXT = PRIOR_FILE.read_text("utf-8")


def test_every_number_has_a_mark_and_a_source():
    facts = read_facts(PRIOR_FILE)
    assert set(facts) == {*SHIPPED.to_values(), *(spec.name for spec in fields(Fixed))}
    assert not [name for name, fact in facts.items() if len(fact.source.split()) < 3]


def test_what_the_bank_is_built_on_is_learned_by_no_clinic():
    facts = read_facts(PRIOR_FILE)
    assert not [spec.name for spec in fields(Fixed) if facts[spec.name].learned]
    assert not set(SHIPPED.to_values()) & {spec.name for spec in fields(FIXED)}


@pytest.mark.parametrize(
    ("was", "is_now", "says"),
    [
        (
            'mark = "published"',
            'mark = "likely"',
            "needs a source, and a mark of published, derived, assumed",
        ),
        ('source = "Any score may be pressed by mistake"', 'source = ""', "stray_share needs a source"),
        ("[flare_share]", "[flares]", "give each of .*flare_share.* once, and nothing else"),
    ],
)
def test_a_file_that_leaves_one_out_is_refused(tmp_path, was, is_now, says):
    file = tmp_path / "prior.toml"
    file.write_text(TEXT.replace(was, is_now, 1), "utf-8")
    with pytest.raises(ValueError, match=says):
        read_facts(file)


def test_no_belief_is_left_in_the_code():
    """In what weighs a course, constants with decimals are the steps and limits of grids, named here."""
    kept = {
        "likelihood.py": {"LEVEL_STEP_NRS", "_CHANCE_FLOOR"},
        "posterior.py": {"CENTRE_STEP_NRS", "CENTRES_NRS", "NARROW_NRS", "WIDE_NRS"},
        "cells.py": {
            "RELIEF_LINE",
            "_NOISE",
            "_RELIEF",
            "_OTHER_RELIEF",
            "_MIDPOINT",
            "_HALF_LIFE",
            "_NO_SHARE",
        },
        "evidence.py": {"LOWEST_BASELINE_NRS", "_IMPOSSIBLE"},
        "baselines.py": set(),
    }
    for name, allowed in kept.items():
        code = (RELAPSE / name).read_text("utf-8")
        found = re.findall(r"^(\w+): Final.* = .*\d(?:\.\d|e-?\d)", code, re.MULTILINE)
        assert set(found) - {"NOISE_NRS", "LEVELS_NRS"} == allowed, name
