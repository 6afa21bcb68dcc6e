"""What `study` does for one that runs: begins it, keeps its list and its log, closes and unblinds it."""

import secrets
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

import click
from sqlalchemy.orm import Session

from config.words import ESTIMANDS, KETAMINES, STUDY_MASKINGS, STUDY_STEPS
from diary.charts.scale import count_text
from diary.cli.opening import clinic_option, clinic_work
from diary.cli.writing import tell_written, written_whole
from diary.domain.errors import Refusal
from diary.domain.randomisation import Plan
from diary.domain.taking_part import PlannedVisit
from diary.services import studies, study_list, study_steps, unblinding
from diary.services.course_today import today_of
from diary.services.csv_reading import BadCsv
from diary.services.exports import cell
from diary.services.study_drugs import name_drugs
from diary.storage.courses import courses_of
from diary.storage.patients import patient_by_pseudonym, patient_by_uid
from diary.storage.staff import staff_of_clinic
from diary.storage.studies import allotted_courses, arms_of, numbers_of, study_by_uid, study_named
from diary.storage.tables.patient import Patient
from diary.storage.tables.study import Study

AGENTS_NAMED: Final = (*KETAMINES, "placebo")
ONE_LIST: Final = "all"
SEED_BITS: Final = 63


@click.command()
@click.argument("name")
@click.option("--arm", "arms", multiple=True, required=True, help="One of its arms; needed twice or more.")
@click.option("--masking", type=click.Choice(STUDY_MASKINGS), required=True, help="Who knows the arms.")
@click.option(
    "--estimand",
    type=click.Choice(ESTIMANDS),
    required=True,
    help="What counts after a rescue drug or a booster: every answer, or none.",
)
@click.option(
    "--follow-up-days",
    type=click.IntRange(7, 365),
    default=studies.FOLLOW_UP_DAYS,
    show_default=True,
    help="The last course day that belongs to it.",
)
@click.option(
    "--visit",
    "visits",
    nargs=3,
    type=(str, int, int),
    multiple=True,
    help="Name, course day, days either way.",
)
@clinic_option
def new(
    name: str,
    arms: tuple[str, ...],
    masking: str,
    estimand: str,
    follow_up_days: int,
    visits: tuple[tuple[str, int, int], ...],
    clinic: str | None,
) -> None:
    """Begin the study NAME. What is stated here does not change."""
    with clinic_work(clinic=clinic, write=True) as work:
        studies.found_study(
            work.session,
            name=name,
            arms=arms,
            masking=masking,
            estimand=estimand,
            follow_up_days=follow_up_days,
            visits=[PlannedVisit(*visit) for visit in visits],
            now=work.now,
        )
    click.echo(f"{name} begins. Next: make its list (study make-list), or bring one in (study import-list).")


@click.command("make-list")
@click.argument("study")
@click.option("--places", type=click.IntRange(1), required=True, help="How many in each stratum.")
@click.option(
    "--block",
    "blocks",
    type=click.IntRange(2),
    multiple=True,
    required=True,
    help="A block's size; may vary.",
)
@click.option("--stratum", "strata", multiple=True, help="One list for each; without any, one list in all.")
@click.option(
    "--seed", type=click.IntRange(0), help="The same seed makes the same list; by default, a new one."
)
@click.option(
    "--pharmacy",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path, allow_dash=True),
    help="Where the list for the pharmacy goes; it says the arms, so let nobody who treats see it.",
)
@clinic_option
def make_list(
    study: str,
    places: int,
    blocks: tuple[int, ...],
    strata: tuple[str, ...],
    seed: int | None,
    pharmacy: Path,
    clinic: str | None,
) -> None:
    """Make the list of STUDY in permuted blocks, its arms in equal shares, and keep it.

    The service shows it to nobody; the file for the pharmacy is the one copy that says the arms.
    """
    with clinic_work(clinic=clinic, write=True) as work:
        chosen = the_study(work.session, study, lock=True)
        arms = [arm.name for arm in arms_of(work.session, chosen)]
        seed = secrets.randbits(SEED_BITS) if seed is None else seed
        plan = Plan(dict.fromkeys(arms, 1), blocks, strata or (ONE_LIST,), seed)
        made = study_list.made_list(plan, places)
        told = {
            "source": "made",
            "blocks": [*blocks],
            "strata": [*plan.strata],
            "places": places,
            "seed": seed,
        }
        study_list.keep_list(work.session, chosen, made, made=told, now=work.now)
        with written_whole(pharmacy) as text:
            text.write(",".join(study_list.COLUMNS) + "\r\n")
            text.writelines(f"{','.join(_cells(place))}\r\n" for place in made)
    tell_written(f"{count_text(len(made), 'place')} for the pharmacy", pharmacy)
    click.echo("The list is kept. `study verify` says whether it is still the same.", err=True)


@click.command("import-list")
@click.argument("study")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@clinic_option
def import_list(study: str, file: Path, clinic: str | None) -> None:
    """Bring in the list of STUDY from FILE (stratum,number,arm), in the order of allotting."""
    with clinic_work(clinic=clinic, write=True) as work:
        chosen = the_study(work.session, study, lock=True)
        try:
            places = study_list.read_list(file, [arm.name for arm in arms_of(work.session, chosen)])
        except BadCsv as bad:
            raise click.ClickException(f"nothing was brought in\n{bad}") from None
        told = {"source": "imported", "file": file.name}
        study_list.keep_list(work.session, chosen, places, made=told, now=work.now)
    click.echo(
        f"{count_text(len(places), 'place')} kept. `study verify` says whether they are still the same."
    )


@click.command()
@click.argument("study")
@click.argument("pseudonym")
@click.argument("step", type=click.Choice(STUDY_STEPS))
@click.option("--day", type=click.DateTime(["%Y-%m-%d"]), help="When it was; by default, today.")
@click.option("--visit", help="Which visit, of a visit.")
@click.option("--stratum", default=ONE_LIST, show_default=True, help="Which list, of an allotment.")
@click.option("--detail", help="In words; no name.")
@clinic_option
def log(
    study: str,
    pseudonym: str,
    step: str,
    day: datetime | None,
    visit: str | None,
    stratum: str,
    detail: str | None,
    clinic: str | None,
) -> None:
    """Write a line into the log of STUDY; "allotted" takes the next place of the list."""
    with clinic_work(clinic=clinic, write=True) as work:
        chosen, patient = the_study(work.session, study, lock=True), _patient(work.session, pseudonym)
        if step == study_steps.BY_THE_LIST:
            course = study_list.allot(work.session, chosen, patient, stratum=stratum, now=work.now)
            _, number = numbers_of(work.session, chosen)[course.course_id]
            click.echo(f"{pseudonym} has place {number}.")
            return
        today: date = today_of(patient, work.now)
        study_steps.record_step(
            work.session,
            chosen,
            patient,
            kind=step,
            day=day.date() if day else today,
            visit=visit,
            detail=detail,
            today=today,
            now=work.now,
        )
    click.echo(f"{pseudonym}: {step}.")


@click.command()
@click.argument("study")
@clinic_option
def close(study: str, clinic: str | None) -> None:
    """Close STUDY: nobody is allotted any more, and its record can be frozen."""
    with clinic_work(clinic=clinic, write=True) as work:
        studies.close_study(work.session, the_study(work.session, study, lock=True), now=work.now)
    click.echo("Closed. Next: freeze its record (study freeze).")


@click.command()
@click.argument("study")
@click.option("--patient", help="Whose arm has to be known; without it, the whole study is unblinded.")
@click.option("--asked", metavar="EMAIL", required=True, help="Who of staff asks.")
@click.option("--agreed", metavar="EMAIL", required=True, help="Who else agrees.")
@click.option("--reason", required=True, help="Why.")
@clinic_option
def unblind(
    study: str, patient: str | None, asked: str, agreed: str, reason: str, clinic: str | None
) -> None:
    """Unblind STUDY, or one patient of it, by agreement of two people: a study that is closed and frozen."""
    with clinic_work(clinic=clinic, write=True) as work:
        chosen = the_study(work.session, study, lock=True)
        people = {person.email: person.id for person in staff_of_clinic(work.session)}
        if not {asked.lower(), agreed.lower()} <= people.keys():
            raise click.ClickException("Not everybody named works here. See: python -m diary staff list")
        course_id = None if patient is None else _course(work.session, chosen, patient)
        first, second = people[asked.lower()], people[agreed.lower()]
        facts: dict[str, Any] = {"reason": reason, "staff_id": first, "now": work.now}
        request = unblinding.ask(work.session, chosen, course_id=course_id, **facts)
        unblinding.agree(work.session, chosen, request, staff_id=second, now=work.now)
        arm = unblinding.arm_told(work.session, chosen, request, reader_id=first)
    click.echo(f"{study} is unblinded." if patient is None else f"{patient}: {arm}")


@click.command()
@click.argument("study")
@click.option(
    "--arm",
    "arms",
    nargs=2,
    type=(str, click.Choice(AGENTS_NAMED)),
    multiple=True,
    required=True,
    help="An arm, and what it was given; once for each.",
)
@clinic_option
def given(study: str, arms: tuple[tuple[str, str], ...], clinic: str | None) -> None:
    """Say what each arm of STUDY was given, once it is unblinded: its study drugs are recorded as that."""
    with clinic_work(clinic=clinic, write=True) as work:
        chosen = the_study(work.session, study, lock=True)
        named = name_drugs(work.session, chosen, dict(arms), now=work.now)
    click.echo(f"{count_text(named.corrected, 'infusion')} corrected.")
    if named.otherwise:
        click.echo(
            f"Recorded otherwise than their arm was given: {', '.join(named.otherwise)}. "
            "Correct that at the desk, or leave it as a deviation."
        )


def the_study(session: Session, name: str, *, lock: bool = False) -> Study:
    """The study of that name or uid.

    Raises:
        Refusal: not_found.
    """
    chosen = study_named(session, name)
    if chosen is not None and lock:
        chosen = study_by_uid(session, chosen.uid, lock=True)
    if chosen is None:
        raise Refusal("not_found", f"There is no study {name!r}; `study list` names them.")
    return chosen


def _patient(session: Session, pseudonym: str) -> Patient:
    known = patient_by_pseudonym(session, pseudonym)
    held = None if known is None else patient_by_uid(session, known.uid, lock=True)
    if held is None:
        raise click.ClickException(f"There is no patient {pseudonym} here.")
    return held


def _course(session: Session, study: Study, pseudonym: str) -> int:
    taking_part = allotted_courses(session, study)
    courses = [course.id for course in courses_of(session, _patient(session, pseudonym).id)]
    found = [course_id for course_id in courses if course_id in taking_part]
    if not found:
        raise click.ClickException(f"{pseudonym} was not allotted to an arm of {study.name}.")
    return found[0]


def _cells(place: study_list.Place) -> list[str]:
    return [str(cell(getattr(place, column))) for column in study_list.COLUMNS]
