"""`watch`: says what is wrong with the nights and the jobs, and tells the operator."""

from dataclasses import asdict

import click
from sqlalchemy import Engine

from config.settings import Settings
from diary.cli.opening import database, read_settings, utc_now
from diary.cli.output import json_option, show
from diary.gateways.mail import Mail, MailFailed, SmtpMailer
from diary.services.founding import is_founded
from diary.services.operator_news import mark_told, news_of
from diary.services.sandbox import installation
from diary.services.watch import Watched, watch
from diary.storage.unit import SYSTEM, unit


@click.command()
@click.option(
    "--tell",
    is_flag=True,
    help="Send the operator a message about what is new, what has lasted for a day, and what is over.",
)
@json_option
def command(tell: bool, as_json: bool) -> None:
    """Say what is wrong: an overdue night, a course not assessed, a job that stands still. Ends with 1 then.

    It needs neither the scheduler nor the web process. `serve` looks every ten minutes; who starts the
    processes by other means lets a timer run `watch --tell`.
    """
    settings = read_settings()
    with database(settings) as engine:
        with unit(engine, SYSTEM, write=False) as session:
            if not is_founded(session):
                click.echo("Nothing is set up yet: there is nothing to watch.", err=True)
                return
            found = watch(session, wall_now=utc_now())
            live = installation(session).kind == "live"
        show([asdict(finding) for finding in found.findings], as_json=as_json, empty="All is well.")
        if tell and live:
            tell_operator(engine, settings, found)
    raise SystemExit(1 if found.findings else 0)


def tell_operator(engine: Engine, settings: Settings, found: Watched) -> None:
    """Send what is news; it is marked as told once a server has taken it, a failed try is repeated."""
    with unit(engine, SYSTEM, write=True) as session:
        news = news_of(session, found.findings, now=utc_now())
    if news is None:
        return
    if settings.operator_email is None or settings.smtp_url is None:
        click.echo("Nobody was told: set DIARY_OPERATOR_EMAIL and DIARY_SMTP_URL.", err=True)
        return
    mailer = SmtpMailer(settings.smtp_url, settings.mail_from)
    try:
        mailer.send(Mail(settings.operator_email, news.subject, news.text, news.key))
    except MailFailed as error:
        raise click.ClickException(f"The operator was not told: {error}. See DIARY_SMTP_URL.") from None
    with unit(engine, SYSTEM, write=True) as session:
        mark_told(session, news, now=utc_now())
