"""`setup`: founds the installation, once: live or sandbox, its clinic, its first admin."""

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click
from sqlalchemy import select

from config.protocol import Protocol
from config.words import FORECAST_MODES, INSTALLATION_KINDS
from diary.cli.asking import Asked, password_from
from diary.cli.email import Email
from diary.cli.opening import database, read_settings, utc_now
from diary.cli.plain_name import PlainName
from diary.cli.zone import Zone
from diary.services.clinics import found_clinic, found_installation
from diary.services.staff import add_staff
from diary.storage.tables.clinic import Clinic, Installation
from diary.storage.unit import Scope, unit


@click.command()
@click.option(
    "--kind",
    cls=Asked,
    question="A live installation or a sandbox? It never changes",
    type=click.Choice(INSTALLATION_KINDS),
    help="Live, or a sandbox whose clock can be moved. It never changes.",
)
@click.option("--clinic", cls=Asked, question="Name of the clinic", help="Name of the clinic.")
@click.option(
    "--zone",
    cls=Asked,
    question="Its time zone, such as Europe/Amsterdam",
    type=Zone(),
    help="IANA name of its time zone, such as Europe/Amsterdam.",
)
@click.option(
    "--phone",
    cls=Asked,
    question="Telephone number that patients call",
    help="Telephone number that patients call.",
)
@click.option(
    "--opening-hours",
    cls=Asked,
    question="When somebody answers it",
    help="When somebody answers it, as patients read it.",
)
@click.option(
    "--emergency-text",
    cls=Asked,
    question="What patients do out of hours",
    help="What patients do out of hours, as they read it.",
)
@click.option(
    "--forecast",
    cls=Asked,
    question="Forecast: on, or shadow (logged and reported, not shown)",
    type=click.Choice(FORECAST_MODES),
    help="Whether staff see the forecast, or it is logged and reported only.",
)
@click.option(
    "--admin-email",
    cls=Asked,
    type=Email(),
    question="E-mail address of the first admin",
    help="To sign in by.",
)
@click.option(
    "--admin-name",
    cls=Asked,
    type=PlainName(),
    question="Name of the first admin",
    help="As colleagues read it.",
)
@click.option(
    "--password-file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File whose first line is the admin's password; - for standard input. Asked for on a terminal.",
)
@click.option(
    "--clock",
    type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M"]),
    metavar="MOMENT",
    help="What time it is in a sandbox at first, at the clinic, like 2026-09-07T09:00. By default, now.",
)
def command(
    kind: str,
    clinic: str,
    zone: str,
    phone: str,
    opening_hours: str,
    emergency_text: str,
    forecast: str,
    admin_email: str,
    admin_name: str,
    password_file: Path | None,
    clock: datetime | None,
) -> None:
    """Found the installation. Once: a database that was set up is refused.

    On a terminal, what is left out is asked for.
    """
    if clock is not None and kind != "sandbox":
        raise click.UsageError("Only a sandbox has a clock of its own; leave --clock out.")
    now = utc_now()
    clock_at = None
    if kind == "sandbox":
        clock_at = now if clock is None else clock.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    with database(read_settings()) as engine, unit(engine, Scope(None, "operator"), write=True) as session:
        if session.scalars(select(Installation)).one_or_none() is not None:
            names = ", ".join(session.scalars(select(Clinic.name).order_by(Clinic.name)))
            raise click.ClickException(f"This database is already set up, for: {names}. Nothing was changed.")
        password = password_from(password_file)
        found_installation(session, kind=kind, clock_at=clock_at, now=now)
        founded = found_clinic(
            session,
            name=clinic,
            zone=zone,
            phone=phone,
            opening_hours=opening_hours,
            emergency_text=emergency_text,
            forecast_mode=forecast,
            protocol=Protocol(),
            now=clock_at or now,
        )
        add_staff(
            session, email=admin_email, name=admin_name, role="admin", password=password, now=clock_at or now
        )
    click.echo(f"{founded.name} is set up ({kind}). {admin_name} signs in as {admin_email.lower()}.")
    click.echo("Next: python -m diary serve")
