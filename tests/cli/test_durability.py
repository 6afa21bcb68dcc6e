"""`durability` tells how long relief lasts, and keeps it for the desk."""

import csv
import json
from datetime import date

import pytest

from diary.domain.durability.groups import Factor, Group
from diary.domain.durability.repeats import Repeats
from diary.services.demo_trial import TRIAL_NAME
from diary.services.durability import COUNTS, Durability
from tests.cli.terminal import Terminal
from tests.simulated_trial import trial_in


@pytest.fixture(scope="module")
def terminal(tmp_path_factory):
    folder = tmp_path_factory.mktemp("durability")
    url, engine = trial_in(folder)
    yield Terminal(url, folder)
    engine.dispose()


def test_it_tells_each_way_to_tell_courses_apart(terminal):
    told = terminal.run("durability").stdout
    assert "30 courses of 30 patients. Not randomised" in told
    for factor in ("agent", "dose", "hours", "adjunct", "setting", "course"):
        assert f"By {factor}" in told
    assert "not reached (10.7 or more)" in told
    assert "No patient has two courses" in told


def test_as_json_it_gives_curves_that_fall(terminal):
    found = json.loads(terminal.run("durability", "--json").stdout)
    (group,) = found["factors"][0]["groups"]
    shares = [step[1] for step in group["curve"]]
    assert shares[0] == 1.0
    assert shares == sorted(shares, reverse=True)
    assert 0 < group["at_risk"][0] <= group["responders"], "late responders come under watch later"
    known = [week[0] for week in group["shares"] if week[0] is not None]
    assert min(known) >= 10
    assert all(week == [None, None, None] for week in group["shares"] if week[0] is None)


def test_as_json_a_group_of_few_is_named_and_not_counted():
    few = Group(
        "ketamine", patients=9, courses=9, responders=4, no_response=3, unknown=2, lost=1, treated_again=0
    )
    repeats = Repeats(pairs=(), shorter=0, longer=0, undecided=0, p=None)
    factors = (Factor("agent", (few,), None),)
    found = Durability(date(2026, 4, 1), courses=9, patients=9, weak=0, factors=factors, repeats=repeats)

    (group,) = found.to_values()["factors"][0]["groups"]

    assert (group["name"], group["drawn"]) == ("ketamine", False)
    assert {group[name] for name in COUNTS} == {None}


def test_its_table_has_a_row_for_each_week_of_a_drawn_group(terminal):
    path = terminal.folder / "counts.csv"
    assert terminal.run("durability", "--out", str(path)).exit_code == 0
    with path.open(encoding="utf-8", newline="") as text:
        rows = list(csv.DictReader(text))
    assert len(rows) == 6 * 26
    assert {row["group"] for row in rows if row["factor"] == "agent"} == {"s_ketamine"}
    known = [int(row["known"]) for row in rows if row["known"] != "under 10"]
    assert min(known) >= 10
    assert all(row["relief_30_share"] == "" for row in rows if row["known"] == "under 10")


def test_nothing_is_kept_before_a_night_is_finished(terminal):
    done = terminal.run("durability", "--keep", "--clinic", TRIAL_NAME)
    assert done.exit_code == 1
    assert "No night is finished yet" in done.output
