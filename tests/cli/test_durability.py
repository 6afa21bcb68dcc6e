"""`durability` tells how long relief lasts, and keeps it for the desk."""

import csv
import json

import pytest

from diary.services.demo_trial import TRIAL_NAME
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
    assert "60 courses of 60 patients. Not randomised" in told
    for factor in ("agent", "dose", "hours", "adjunct", "setting", "course"):
        assert f"By {factor}" in told
    assert "not reached (9.4 or more)" in told
    assert "No patient has two courses" in told


def test_as_json_it_gives_curves_that_fall(terminal):
    found = json.loads(terminal.run("durability", "--json").stdout)
    (group,) = found["factors"][0]["groups"]
    shares = [step[1] for step in group["curve"]]
    assert shares[0] == 1.0
    assert shares == sorted(shares, reverse=True)
    assert 0 < group["at_risk"][0] <= group["responders"], "late responders come under watch later"


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
