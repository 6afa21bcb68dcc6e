"""`study` compares the arms of the simulated trial, and tells of a masked one nothing by arm."""

import contextlib
import csv
import json
import re
import shlex
from pathlib import Path

import numpy as np
import pytest
from scipy import stats
from sqlalchemy import update

from diary.domain.trials.weeks import week_means
from diary.services.demo_trial import TRIAL_NAME
from diary.services.diaries_as_of import as_of_now
from diary.services.study_figures import read_arms
from diary.storage.studies import study_named
from diary.storage.tables.clinic import Clinic
from diary.storage.tables.study import Study
from diary.storage.unit import SYSTEM, Scope, enter, unit
from tests.cli.terminal import Terminal
from tests.simulated_trial import NOW, trial_in

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def trial(tmp_path_factory):
    """The trial's database, and a terminal in it."""
    folder = tmp_path_factory.mktemp("trial")
    url, engine = trial_in(folder)
    yield Terminal(url, folder), engine
    engine.dispose()


@pytest.fixture(scope="module")
def reported(trial):
    """What the report wrote and said."""
    terminal, _ = trial
    done = terminal.run(
        "study", "report", TRIAL_NAME, "--trials", "100", "--out", str(terminal.folder / "out")
    )
    assert done.exit_code == 0, done.output
    return terminal.folder / "out", done.stdout


def test_the_studies_are_listed_with_their_arms(trial):
    terminal, _ = trial
    (row,) = json.loads(terminal.run("study", "list", "--json").stdout)
    assert row == {
        "study": TRIAL_NAME,
        "arms": "ketamine, placebo",
        "courses": 60,
        "masked": False,
        "closed": "2026-09-07",
    }


def test_the_demo_trial_has_the_shape_of_the_published_one(reported):
    """Sigtermans 2009: 2.68 and 5.45 in week 1, P < 0.001 over the period, P = 0.07 in week 12."""
    folder, _ = reported
    with (folder / "weeks.csv").open(encoding="utf-8", newline="") as text:
        weeks = list(csv.DictReader(text))
    assert [int(week["week"]) for week in weeks] == list(range(1, 13))
    first, last = weeks[0], weeks[-1]
    assert float(first["first_mean_nrs"]) == pytest.approx(2.68, abs=2 * 0.51)
    assert float(first["second_mean_nrs"]) == pytest.approx(5.45, abs=2 * 0.48)
    assert float(first["first_sem_nrs"]) == pytest.approx(0.51, abs=0.12)
    assert float(first["p"]) < 0.001
    assert float(last["difference_nrs"]) < float(first["difference_nrs"])
    assert 0.1 < float(last["simulated_significant_share"]) < 0.8
    assert float(last["p_holm"]) >= float(last["p"])


def test_the_figures_are_what_scipy_makes_of_the_same_diaries(trial, reported):
    folder, _ = reported
    _, engine = trial
    with unit(engine, SYSTEM, write=False) as session:
        enter(session, Scope(session.query(Clinic).one().id, "operator"))
        study = study_named(session, TRIAL_NAME)
        arms = read_arms(session, study, as_of_now(session, NOW))
        ketamine, placebo = (week_means(arm.scores) for arm in arms)
    with (folder / "weeks.csv").open(encoding="utf-8", newline="") as text:
        for place, week in enumerate(csv.DictReader(text)):
            theirs = stats.ttest_ind(
                placebo[:, place], ketamine[:, place], equal_var=False, nan_policy="omit"
            )
            assert float(week["p"]) == pytest.approx(theirs.pvalue, abs=1e-6)
            assert int(week["first_patients"]) == np.isfinite(ketamine[:, place]).sum()


def test_the_words_tell_the_period_the_weeks_and_how_such_trials_go(reported):
    _, told = reported
    assert re.search(
        r"Over weeks 1 to 12, pain on placebo less that on ketamine was [\d.]+ \([\d.]+ to [\d.]+\) points",
        told,
    )
    assert "P < 0.001, adjusted for each patient's baseline (60 patients)" in told
    assert "Of 100 simulated trials with 30 patients an arm, significance is gone for good in" in told
    assert "in up to 46 of 100 trials" in told
    assert "Treatment policy" in told


def test_the_page_stands_alone_and_the_figure_is_in_it(reported):
    folder, _ = reported
    page = (folder / "report.html").read_text("utf-8")
    assert page.count("<svg") == 1
    assert page.count('<th scope="row">') == 12
    assert "Simulated patients" in page
    assert not re.search(r"(?:src|href)=", page)
    assert (folder / "figure.svg").read_text("utf-8").startswith("<svg xmlns")


def test_the_same_seed_tells_the_same(trial):
    terminal, _ = trial
    one, other = (
        terminal.run("study", "report", TRIAL_NAME, "--trials", "50", "--json").stdout for _ in range(2)
    )
    assert json.loads(one) == json.loads(other)
    assert json.loads(one)["fading"]["trials"] == 50


def test_what_each_arm_was_given_is_said_of_every_arm_and_stands_already_in_the_demo(trial):
    terminal, _ = trial
    arms = ("--arm", "ketamine", "s_ketamine")
    refused = terminal.run("study", "given", TRIAL_NAME, *arms)
    assert refused.exit_code == 1
    assert "Name what each of ketamine, placebo was given" in refused.output
    told = terminal.run("study", "given", TRIAL_NAME, *arms, "--arm", "placebo", "placebo")
    assert told.output == "0 infusions corrected.\n"


def test_the_report_of_the_how_to_page_is_what_it_says(trial):
    terminal, _ = trial
    page = (ROOT / "docs" / "how-to" / "learn-from-diaries.md").read_text("utf-8")
    (line,) = re.findall(r"^    python -m diary (study report .*)$", page, re.MULTILINE)
    words = shlex.split(line.replace("NAME", TRIAL_NAME))
    with contextlib.chdir(terminal.folder):
        assert terminal.run(*words, "--trials", "0").exit_code == 0
    for name in re.findall(r"`report/(\w+\.\w+)`", page):
        assert (terminal.folder / "report" / name).stat().st_size > 0


def test_a_study_that_is_not_there_is_said_to_be_none(trial):
    terminal, _ = trial
    done = terminal.run("study", "report", "Another")
    assert done.exit_code == 1
    assert "There is no study 'Another'" in done.output


def test_a_masked_study_is_not_told_by_arm(tmp_path: Path):
    url, engine = trial_in(tmp_path)
    with unit(engine, SYSTEM, write=True) as session:
        session.execute(update(Study).values(unblinded_at=None))
    done = Terminal(url, tmp_path).run("study", "report", TRIAL_NAME, "--out", str(tmp_path / "out"))
    assert done.exit_code == 1
    assert "is masked" in done.output
    assert not (tmp_path / "out").exists()
    told = Terminal(url, tmp_path).run("durability").stdout
    assert "0 courses of 0 patients" in told, "what was given would tell the arms"
    engine.dispose()
