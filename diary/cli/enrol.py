"""`enrol`: makes a one-time code that pairs a patient's phone."""

import json

import click
from sqlalchemy import select

from diary.cli.opening import clinic_option, clinic_work
from diary.cli.output import json_option
from diary.services.enrolment import make_code
from diary.storage.tables.patient import Patient


@click.command()
@click.argument("pseudonym")
@clinic_option
@json_option
def command(pseudonym: str, clinic: str | None, as_json: bool) -> None:
    """Make a one-time code for the patient's phone, and say where it is typed. Earlier codes end."""
    with clinic_work(clinic=clinic, write=True) as work:
        found = select(Patient).where(Patient.clinic_id == work.clinic.id, Patient.pseudonym == pseudonym)
        patient = work.session.scalars(found.with_for_update()).one_or_none()
        if patient is None:
            raise click.ClickException(f"{work.clinic.name} has no patient {pseudonym}. Check the pseudonym.")
        code, expires_at = make_code(work.session, patient, secret_key=work.settings.secret_key, now=work.now)
        address = f"{work.settings.public_url}/app/join"
    if as_json:
        # In the fragment, which browsers keep to themselves: no log of a server or proxy holds the code.
        made = {"code": code, "expires_at": expires_at.isoformat(), "url": f"{address}#{code}"}
        click.echo(json.dumps(made))
    else:
        click.echo(
            f"Open   {address}\nCode   {code[:4]}-{code[4:]}\nUntil  {expires_at:%Y-%m-%d %H:%M} UTC, once"
        )
