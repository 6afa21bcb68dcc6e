"""A new installation, as the first visitor with the code from the terminal fills it in."""

from config.wordings import QUESTION
from config.words import AGENTS, FORECAST_MODES, INSTALLATION_KINDS, SETTINGS_OF_CARE
from schemas.base import Incoming
from schemas.clinic import ClinicIn
from schemas.fields import Choice, Number, Part, Password, Text, WholeNumber, Zone
from schemas.regimen import DOSE_MG_KG_H_MAX
from schemas.rota import WorkingWeekIn

CHAIRS_MAX = 50


class FirstRegimenIn(Incoming):
    """The first regimen, without what is given along with it."""

    name = Text(100, required=True, description="What the clinic calls it.")
    agent = Choice(AGENTS, required=True, description="Which ketamine, a placebo, or a study drug.")
    setting = Choice(SETTINGS_OF_CARE, required=True, description="In a bed or in a chair.")
    infusion_days = WholeNumber(1, 60, required=True, description="Infusion days of one series.")
    hours_a_day = Number(0.1, 24, required=True, description="Hours of infusion a day.")
    dose_as_written = Text(300, required=True, description="The dose as the protocol writes it.")
    dose_mg_kg_h = Number(0, DOSE_MG_KG_H_MAX, description="The dose normalised, mg/kg/h.")
    series_gap_max_days = WholeNumber(
        0, 60, required=True, description="Longest gap within one series, days."
    )


class MailTestIn(Incoming):
    """Where a test message goes."""

    setup_code = Text(200, required=True, description="The code from the terminal.")
    email = Text(254, required=True, description="E-mail address of the first admin.")


class FoundingIn(ClinicIn, WorkingWeekIn):
    """Everything that a new installation is asked for."""

    setup_code = Text(200, required=True, description="The code from the terminal.")
    kind = Choice(INSTALLATION_KINDS, required=True, description="Live, or a sandbox.")
    zone = Zone(required=True, description="Time zone of the clinic.")
    locale = Choice(tuple(QUESTION), required=True, description="Language that new patients start with.")
    admin_name = Text(200, required=True, description="Name of the first admin.")
    email = Text(254, required=True, description="E-mail address of the first admin.")
    password = Password(200, required=True, description="Password of the first admin.")
    password_again = Password(200, required=True, description="The same again.")
    beds = WholeNumber(0, CHAIRS_MAX, required=True, description="How many beds.")
    chairs = WholeNumber(0, CHAIRS_MAX, required=True, description="How many chairs.")
    lead_days = WholeNumber(7, 84, required=True, description="Days from an alert to a bed.")
    forecast = Choice(FORECAST_MODES, required=True, description="Whether staff see the forecast.")
    regimen = Part(FirstRegimenIn, description="The first regimen.")
