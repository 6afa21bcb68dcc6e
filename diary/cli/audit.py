"""`audit`: shows the trail of who did or saw what, checks its chain, writes down where the chain stands."""

import json
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import click

from diary.charts.scale import count_text
from diary.cli.opening import (
    ClinicWork,
    clinic_option,
    clinic_work,
    database,
    look_around,
    read_settings,
    utc_now,
)
from diary.cli.output import json_option, show
from diary.cli.writing import tell_written, written_whole
from diary.domain.audit_chain import Anchor
from diary.services.audit_seal import check, seal_clinic
from diary.services.audit_trail import read_trail
from diary.storage.audit import Sought
from diary.storage.patients import patient_by_pseudonym
from diary.storage.staff import staff_of_clinic
from diary.storage.unit import Scope, unit

DAY = click.DateTime(formats=["%Y-%m-%d"])
ROWS_MAX = 10_000


@click.group()
def command() -> None:
    """Who did or saw what: the trail of one clinic, and the chain that shows whether it was changed."""


@command.command("show")
@click.option("--patient", metavar="PSEUDONYM", help="Rows about this patient, lists that showed it too.")
@click.option("--person", metavar="EMAIL", help="What this person of staff did or saw.")
@click.option("--since", type=DAY, help="From this day on (UTC).")
@click.option("--until", type=DAY, help="Up to this day, itself included (UTC).")
@click.option("--limit", type=click.IntRange(1, ROWS_MAX), default=50, show_default=True, help="At most.")
@clinic_option
@json_option
def show_trail(
    patient: str | None,
    person: str | None,
    since: datetime | None,
    until: datetime | None,
    limit: int,
    clinic: str | None,
    as_json: bool,
) -> None:
    """Show the newest rows. That they were shown leaves a row of its own."""
    with clinic_work(clinic=clinic, write=True) as work:
        sought = _sought(work, patient, person, since, until)
        rows = [
            {
                "at": one.at,
                "who": one.who,
                "did": one.action,
                "patients": " ".join(one.patients),
                "before": one.before,
                "after": one.after,
                "why": one.why,
                "from": one.origin,
                "sealed": one.position,
            }
            for one in read_trail(work.session, sought, now=work.now, before_id=None, limit=limit)
        ]
    show(rows, as_json=as_json, empty="There are no such rows.")


@command.command()
@click.option(
    "--anchor",
    "anchors",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A file that `audit anchor` wrote; may be repeated.",
)
@clinic_option
@json_option
def verify(anchors: tuple[Path, ...], clinic: str | None, as_json: bool) -> None:
    """Read the whole chain, and tell each row that was changed, put in or taken out. Then it ends with 1.

    An anchor kept elsewhere also finds a chain that somebody made anew from a place on.
    """
    with clinic_work(clinic=clinic, write=False) as work:
        verdict = check(work.session, anchors=[_read_anchor(path, work.clinic.uid) for path in anchors])
    rows = [{"place": one.position, "what": one.what} for one in verdict.breaks]
    if as_json:
        found = {"sealed": verdict.head.position, "unsealed": verdict.unsealed, "breaks": rows}
        click.echo(json.dumps(found, indent=1))
    else:
        show(rows, as_json=False, empty="Every sealed row stands as it was sealed.")
        click.echo(f"{verdict.head.position} sealed, {verdict.unsealed} not sealed yet.", err=True)
    if rows:
        raise SystemExit(1)


@command.command()
@click.option(
    "--out",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path, allow_dash=True),
    help="Where it goes; - for standard output. Keep it on another machine.",
)
@clinic_option
def anchor(out: Path, clinic: str | None) -> None:
    """Seal what is not sealed yet, and write down where the chain stands: its length and its last digest."""
    with database(read_settings()) as engine:
        chosen, _ = look_around(engine, clinic)
        seal_clinic(engine, chosen.id, now=utc_now())
        with unit(engine, Scope(chosen.id, "operator"), write=False) as session:
            verdict = check(session)
    if verdict.breaks:
        first = verdict.breaks[0]
        told = f"{first.what} (place {first.position})"
        raise click.ClickException(f"The chain is broken: {told}. Run: python -m diary audit verify")
    with written_whole(out) as text:
        head = {"clinic": chosen.uid, "position": verdict.head.position, "digest": verdict.head.digest}
        json.dump({**head, "written_at": utc_now().isoformat(timespec="seconds")}, text)
        text.write("\n")
    tell_written(f"The chain up to its {count_text(verdict.head.position, 'row')}", out)


def _sought(
    work: ClinicWork,
    pseudonym: str | None,
    email: str | None,
    since: datetime | None,
    until: datetime | None,
) -> Sought:
    patient = patient_by_pseudonym(work.session, pseudonym) if pseudonym is not None else None
    if pseudonym is not None and patient is None:
        raise click.ClickException(f"There is no patient {pseudonym} here.")
    people = {person.email: person.id for person in staff_of_clinic(work.session)}
    if email is not None and email.lower() not in people:
        raise click.ClickException("There is nobody with this address here. See: python -m diary staff list")
    return Sought(
        patient_id=patient.id if patient is not None else None,
        pseudonym=pseudonym,
        staff_id=people[email.lower()] if email is not None else None,
        first_at=_midnight(since.date()) if since is not None else None,
        end_at=_midnight(until.date() + timedelta(days=1)) if until is not None else None,
    )


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _read_anchor(path: Path, clinic_uid: str) -> Anchor:
    try:
        kept = json.loads(path.read_text("utf-8"))
        if kept["clinic"] != clinic_uid:
            raise click.ClickException(f"{path} is the anchor of another clinic.")
        return Anchor(int(kept["position"]), str(kept["digest"]))
    except (ValueError, KeyError, TypeError):
        raise click.ClickException(f"{path} is no anchor that `audit anchor` wrote.") from None
