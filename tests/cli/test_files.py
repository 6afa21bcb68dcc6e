"""Commands that read and write files: whole or not at all, and clear about what is wrong."""

import csv
import json
from datetime import timedelta

import pytest
from sqlalchemy import update

from diary.storage.engine import make_engine
from diary.storage.tables.entry import CourseDays
from diary.storage.unit import Scope, unit
from tests.cli.terminal import Terminal
from tests.little_clinic import FIRST_DAY

INFUSIONS = (
    "pseudonym,course,first_day,last_day,agent,dose,setting\n"
    "P-1,1,2025-11-03,2025-11-07,s_ketamine,100 h by relief,inpatient\n"
)


@pytest.fixture
def clinic(shell: Terminal) -> Terminal:
    shell.set_up()
    return shell


def bring_in(clinic: Terminal, *options: str, scores: str = "8 7 9 8 8"):
    first_day = FIRST_DAY - timedelta(days=70)
    rows = [f"P-1,1,{first_day + timedelta(days=n)},{nrs}\n" for n, nrs in enumerate(scores.split())]
    diaries = clinic.write("old diaries.csv", "pseudonym,course,day,nrs\n" + "".join(rows))
    infusions = clinic.write("infusions.csv", INFUSIONS)
    return clinic.run("import", str(diaries), "--infusions", str(infusions), *options)


def test_an_import_says_what_came_in(clinic):
    said = bring_in(clinic)
    assert said.exit_code == 0
    assert said.output == "5 answers and 1 infusion of 1 patient, 1 of them new here, were brought in.\n"


def test_a_dry_run_of_an_import_leaves_nothing_behind(clinic):
    assert "would be brought in" in bring_in(clinic, "--dry-run").output
    assert json.loads(bring_in(clinic, "--json").output)["admitted"] == 1


def test_a_bad_row_is_named_and_nothing_comes_in(clinic):
    said = bring_in(clinic, scores="8 7 12")
    assert said.exit_code == 1
    assert said.stderr == (
        "Error: nothing was brought in\nold diaries.csv:4: nrs '12' is no whole number from 0 to 10\n"
    )
    assert json.loads(bring_in(clinic, "--json").output)["admitted"] == 1


def test_an_unknown_time_zone_of_new_patients_is_named(lite):
    lite.set_up()
    said = bring_in(lite, "--zone", "Europe/Atlantis")
    assert said.exit_code == 2
    assert "there is no time zone 'Europe/Atlantis'" in said.stderr


def test_an_export_is_what_was_brought_in(clinic, tmp_path):
    bring_in(clinic)
    out = tmp_path / "entries.csv"
    said = clinic.run("export", "entries", "--out", str(out))
    assert (said.exit_code, said.stdout, said.stderr) == (0, "", f"5 rows of entries: {out}\n")
    with out.open(newline="") as text:
        rows = list(csv.DictReader(text))
    assert [row["nrs"] for row in rows] == ["8", "7", "9", "8", "8"]
    assert {row["source"] for row in rows} == {"import"}
    assert out.stat().st_mode & 0o077 == 0
    piped = clinic.run("export", "infusions", "--out", "-")
    assert piped.stdout.splitlines()[1].startswith("P-1,1,2025-11-03")
    assert piped.stderr == "1 row of infusions: standard output\n"


def test_an_export_into_no_folder_is_one_line(clinic, tmp_path):
    said = clinic.run("export", "entries", "--out", str(tmp_path / "none" / "entries.csv"))
    assert said.exit_code == 1
    assert said.stderr.startswith("Error: There is no folder")


def test_verify_finds_what_differs_and_repairs_it_when_told_to(clinic):
    bring_in(clinic)
    assert clinic.run("verify").output == "1 course compared; all are as their entries say.\n"
    engine = make_engine(clinic.url)
    with unit(engine, Scope(1, "operator"), write=True) as session:
        session.execute(update(CourseDays).values(days=b"\x01"))
    engine.dispose()

    found = clinic.run("verify")
    assert found.exit_code == 1
    assert "the row differs from the entries on" in found.output
    assert "verify --repair" in found.stderr
    assert clinic.run("verify", "--repair").exit_code == 0
    assert clinic.run("verify").exit_code == 0


def test_simulated_diaries_are_what_backtest_reads(lite, tmp_path):
    drawn, nights = tmp_path / "drawn.csv", tmp_path / "nights.csv"
    said = lite.run("simulate", str(drawn), "--courses", "30", "--days", "60", "--seed", "7")
    assert said.exit_code == 0
    with (tmp_path / "drawn.truth.csv").open() as text:
        truth = list(csv.DictReader(text))
    assert len(truth) == 30
    assert {row["kind"] for row in truth} <= {"gradual", "step", "durable", "non_responder"}

    replayed = lite.run("backtest", str(drawn), "--out", str(nights))
    assert (replayed.exit_code, replayed.stdout) == (0, "")
    assert replayed.stderr == f"30 courses of 60 nights: {nights}\n"
    with nights.open() as text:
        rows = list(csv.DictReader(text))
    assert len(rows) == 30 * 60
    assert ",".join(rows[0]) == (
        "course,night,answered_14d,state,p_lost,p_lost_14d,p_lost_28d,lost_p10,lost_p50,lost_p90,alert"
    )


def test_the_same_seed_draws_the_same_diaries_and_more_courses_only_add(lite, tmp_path):
    few, many, again = (tmp_path / name for name in ("few.csv", "many.csv", "again.csv"))
    lite.run("simulate", str(few), "--courses", "5", "--days", "20")
    lite.run("simulate", str(again), "--courses", "5", "--days", "20")
    lite.run("simulate", str(many), "--courses", "9", "--days", "20")
    assert few.read_text() == again.read_text()
    assert many.read_text().startswith(few.read_text())


def test_a_cohort_is_chosen_by_its_name_and_its_truth_stands_in_the_second_file(lite, tmp_path):
    for name in ("repeat", "booster-40"):
        said = lite.run("simulate", str(tmp_path / f"{name}.csv"), "--cohort", name, "--courses", "40")
        assert said.exit_code == 0
    truth = {
        name: list(csv.DictReader((tmp_path / f"{name}.truth.csv").read_text().splitlines()))
        for name in ("repeat", "booster-40")
    }
    carried = [row["carried_nrs"] for row in truth["repeat"]]
    assert sum(4 <= float(nrs) <= 10 for nrs in carried if nrs) > 30
    assert {row["booster_day"] for row in truth["repeat"]} == {""}
    given = {(row["responder"], row["booster_day"]) for row in truth["booster-40"]}
    assert given == {("yes", "40"), ("no", "")}


def test_a_parameter_changes_the_cohort_that_was_chosen(lite, tmp_path):
    said = [
        lite.run("simulate", str(tmp_path / f"{number}.csv"), "--courses", "3", *options)
        for number, options in enumerate(([], ["--cohort", "steps-40"], ["--step-share", "0.4"]))
    ]
    assert [one.exit_code for one in said] == [0, 0, 0]
    default, named, spelt_out = ((tmp_path / f"{number}.csv").read_text() for number in range(3))
    assert named == spelt_out != default


def test_a_cohort_that_nobody_named_is_one_line_with_the_names_there_are(lite, tmp_path):
    said = lite.run("simulate", str(tmp_path / "x.csv"), "--cohort", "D")
    assert said.exit_code == 2
    assert "'A', 'B', 'C', 'completion-65'" in said.stderr


def test_a_parameter_that_draws_nothing_is_one_line(lite, tmp_path):
    said = lite.run("simulate", str(tmp_path / "x.csv"), "--completion-mean", "2")
    assert said.exit_code == 1
    assert said.stderr.startswith("Error: These parameters draw no cohort")
    assert list(tmp_path.glob("*.csv")) == []


def test_a_bad_row_of_a_replay_leaves_what_was_there(lite, tmp_path):
    bad = lite.write("diaries.csv", "course,day,nrs\nA,1,5\nA,1,6\n")
    out = lite.write("nights.csv", "of yesterday")
    said = lite.run("backtest", str(bad), "--out", str(out))
    assert said.exit_code == 1
    assert said.stderr == "Error: nothing was written\ndiaries.csv:3: course A has day 1 twice\n"
    assert out.read_text() == "of yesterday"


def test_a_replay_says_that_it_rounded(lite):
    path = lite.write("diaries.csv", "course,day,nrs\nA,1,5.5\nA,2,6\n")
    said = lite.run("backtest", str(path), "--out", "-")
    assert "Rounded half up: 1 score with decimals." in said.stderr
    assert said.stdout.splitlines()[1] == "A,1,1,learning,,,,,,,0"
