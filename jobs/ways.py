"""Which ways messages travel, by the settings; of a sandbox none leaves this machine."""

from collections.abc import Mapping
from threading import Lock
from typing import Final

from sqlalchemy import Engine

from config.settings import Settings
from diary.gateways.kept import Kept
from diary.gateways.mail import Mail, SmtpCarrier, SmtpMailer
from diary.services.sandbox import installation
from diary.storage.unit import SYSTEM, unit
from jobs.courier import Carrier, Courier, Way

EMAIL: Final = "email"


class Post:
    """The courier of this process, made when it is first needed: by then the database is set up."""

    def __init__(self, engine: Engine, settings: Settings) -> None:
        self._engine = engine
        self._settings = settings
        self._courier: Courier | None = None
        self._lock = Lock()

    def courier(self) -> Courier:
        """The one courier."""
        with self._lock:
            if self._courier is None:
                self._courier = Courier(_ways(self._engine, self._settings))
            return self._courier

    def close(self) -> None:
        """Let go of its threads."""
        if self._courier is not None:
            self._courier.close()


def _ways(engine: Engine, settings: Settings) -> Mapping[type, Way]:
    """By the kind of the parcel."""
    with unit(engine, SYSTEM, write=False) as session:
        live = installation(session).kind == "live"
    return {Mail: Way(EMAIL, _mail(settings) if live else Kept("delivered", "sandbox"))}


def _mail(settings: Settings) -> Carrier:
    if settings.smtp_url is None:
        return Kept("later", "no mail server")
    return SmtpCarrier(SmtpMailer(settings.smtp_url, settings.mail_from))
