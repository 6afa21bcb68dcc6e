"""`setup`: founds the installation, once: live or sandbox, its clinic, its first admin."""

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click
from sqlalchemy import select

from config.protocol import DEFAULT
from config.wordings import QUESTION
from config.words import FORECAST_MODES, INSTALLATION_KINDS
from diary.cli.asking import Asked, password_from
from diary.cli.email import Email
from diary.cli.opening import database, read_settings, utc_now
from diary.cli.plain_name import PlainName
from diary.cli.zone import Zone
from diary.services.founding import Founding, found, is_founded
from diary.storage.tables.clinic import Clinic
from diary.storage.unit import Scope, unit


@click.command(context_settings={"auto_envvar_prefix": "DIARY_SETUP"})
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
    "--locale",
    type=click.Choice(tuple(QUESTION)),
    default="en",
    show_default=True,
    help="Language that new patients start with.",
)
@click.option(
    "--lead-days",
    type=click.IntRange(7, 84),
    default=DEFAULT.lead_days,
    show_default=True,
    help="Days from an alert to a bed: authorisation plus waiting.",
)
@click.option("--beds", type=click.IntRange(0, 50), default=0, help="Beds, used from Monday to Friday.")
@click.option("--chairs", type=click.IntRange(0, 50), default=0, help="Chairs, used from Monday to Friday.")
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
    locale: str,
    lead_days: int,
    beds: int,
    chairs: int,
    password_file: Path | None,
    clock: datetime | None,
) -> None:
    """Found the installation. Once: a database that was set up is refused.

    On a terminal, what is left out is asked for. Each option may stand in the environment, as
    DIARY_SETUP_KIND for --kind. In the browser, `serve` opens the same at /setup.
    """
    if clock is not None and kind != "sandbox":
        raise click.UsageError("Only a sandbox has a clock of its own; leave --clock out.")
    now = utc_now()
    clock_at = None
    if kind == "sandbox":
        clock_at = now if clock is None else clock.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    with database(read_settings()) as engine, unit(engine, Scope(None, "operator"), write=True) as session:
        if is_founded(session):
            names = ", ".join(session.scalars(select(Clinic.name).order_by(Clinic.name)))
            raise click.ClickException(f"This database is already set up, for: {names}. Nothing was changed.")
        founding = Founding(
            kind=kind,
            name=clinic,
            zone=zone,
            locale=locale,
            phone=phone,
            opening_hours=opening_hours,
            emergency_text=emergency_text,
            forecast=forecast,
            admin_email=admin_email,
            admin_name=admin_name,
            password=password_from(password_file),
            lead_days=lead_days,
            beds=beds,
            chairs=chairs,
        )
        founded = found(session, founding, clock_at=clock_at, now=now)
    click.echo(f"{founded.name} is set up ({kind}). {admin_name} signs in as {admin_email.lower()}.")
    click.echo("Next: python -m diary serve")
