"""`study`: lists a clinic's studies, and compares the arms of one."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Final

import click

from diary.cli.opening import clinic_option, clinic_work
from diary.cli.output import bar, json_option, show
from diary.cli.study_conduct import close, given, import_list, log, make_list, new, the_study, unblind
from diary.cli.study_files import export, freeze, verify
from diary.cli.study_report import write_report
from diary.domain.trials.fading import BLOCK_TRIALS, Fading, fading_of
from diary.services.diaries_as_of import as_of_now
from diary.services.results import plain
from diary.services.study_figures import SIMULATED_SEED, StudyFigures, study_figures, trials_like
from diary.services.study_words import told, week_row
from diary.storage.studies import allotted_courses, arms_of, studies

# As many as tell a share to 2 in 100, in about five seconds.
TRIALS: Final = 1_000
TRIALS_MAX: Final = 100_000


@click.group()
def command() -> None:
    """Run a clinic's studies, and compare their arms."""


for one in (new, make_list, import_list, log, close, unblind, given, export, freeze, verify):
    command.add_command(one)


@command.command(name="list")
@clinic_option
@json_option
def list_studies(clinic: str | None, as_json: bool) -> None:
    """List the studies with their arms and how many courses take part."""
    with clinic_work(clinic=clinic, write=False) as work:
        rows = [
            {
                "study": study.name,
                "arms": ", ".join(arm.name for arm in arms_of(work.session, study)),
                "courses": len(allotted_courses(work.session, study)),
                "masked": study.unblinded_at is None,
                "closed": study.closed_at.date() if study.closed_at else None,
            }
            for study in studies(work.session)
        ]
    show(rows, as_json=as_json, empty="This clinic has no study.")


@command.command(name="report")
@click.argument("study")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="The folder for the page, the figure and the table; without it, only what is told here.",
)
@click.option(
    "--trials",
    type=click.IntRange(0, TRIALS_MAX),
    default=TRIALS,
    show_default=True,
    help="Simulate so many trials of this size, to say in which week significance goes; 0 for none.",
)
@click.option(
    "--seed", type=click.IntRange(0), default=SIMULATED_SEED, show_default=True, help="Of the simulation."
)
@clinic_option
@json_option
def report(study: str, out: Path | None, trials: int, seed: int, clinic: str | None, as_json: bool) -> None:
    """Compare the two arms of STUDY week by week and over the whole period.

    Writes report.html, figure.svg and weeks.csv into the folder. Only an unblinded study is compared.
    """
    with clinic_work(clinic=clinic, write=False) as work:
        chosen = the_study(work.session, study)
        figures = study_figures(work.session, chosen, as_of_now(work.session, work.now))
        simulated = work.clinic.name.endswith("(simulated)")
    fading = _fading(figures, trials=trials, seed=seed) if trials else None
    if out is not None:
        write_report(out, figures, fading, simulated=simulated)
    if as_json:
        click.echo(json.dumps(plain({**asdict(figures), "fading": fading and asdict(fading)}), indent=1))
        return
    for line in told(figures, fading):
        click.echo(line)
        click.echo()
    show([week_row(week, figures.arms) for week in figures.weeks], as_json=False, empty="")


def _fading(figures: StudyFigures, *, trials: int, seed: int) -> Fading:
    """What trials of this size come to."""
    blocks = trials_like(figures, trials, seed=seed)
    with bar("simulating trials", over=blocks, length=-(-trials // BLOCK_TRIALS)) as progress:
        return fading_of(list(progress), patients_per_arm=figures.smaller_arm)
