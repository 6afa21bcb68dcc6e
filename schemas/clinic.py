"""What a clinic says of itself, and who sees its forecast."""

from config.wordings import QUESTION
from config.words import FORECAST_MODES
from schemas.base import Incoming
from schemas.fields import Choice, Text


class ClinicIn(Incoming):
    """A clinic's name, and what its patients read when they look for help."""

    name = Text(100, required=True, description="Name of the clinic.")
    phone = Text(40, required=True, description="Telephone number that patients call.")
    opening_hours = Text(200, required=True, description="When somebody answers it, as patients read it.")
    emergency_text = Text(500, required=True, description="What patients do out of hours, as they read it.")
    locale = Choice(tuple(QUESTION), required=True, description="Language that new patients start with.")


class ForecastModeIn(Incoming):
    """Who sees the forecast."""

    mode = Choice(FORECAST_MODES, required=True, description="On: staff see it. Shadow: logged only.")
    note = Text(300, required=True, description="Why, for colleagues.")
