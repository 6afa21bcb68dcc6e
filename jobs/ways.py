"""Which ways messages travel, by the settings; of a sandbox only events leave, to who asked for them."""

import time
from collections.abc import Mapping
from threading import Lock
from typing import Final

from sqlalchemy import Engine

from config.settings import Settings
from diary.gateways.kept import Kept
from diary.gateways.mail import Mail, SmtpCarrier, SmtpMailer
from diary.gateways.outbound import Outbound, is_public_or_here
from diary.gateways.push import Push, PushCarrier, PushKeys
from diary.gateways.webhook import Hook, HookCarrier
from diary.services.sandbox import installation
from diary.storage.unit import SYSTEM, unit
from jobs.courier import Carrier, Courier, Way

EMAIL: Final = "email"
PUSH: Final = "push"
WEBHOOK: Final = "webhook"


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
    hooks = Outbound() if live else Outbound(allowed=is_public_or_here, plain_here=True)
    return {
        Mail: Way(EMAIL, _mail(settings) if live else Kept("delivered", "sandbox")),
        Push: Way(PUSH, _push(settings) if live else Kept("delivered", "sandbox")),
        Hook: Way(WEBHOOK, HookCarrier(hooks, clock_s=time.time)),
    }


def _mail(settings: Settings) -> Carrier:
    if settings.smtp_url is None:
        return Kept("later", "no mail server")
    return SmtpCarrier(SmtpMailer(settings.smtp_url, settings.mail_from))


def _push(settings: Settings) -> Carrier:
    if settings.push_keys is None:
        return Kept("later", "no push keys")
    contact = f"mailto:{settings.operator_email or settings.mail_from}"
    return PushCarrier(PushKeys(*settings.push_keys), contact=contact, outbound=Outbound(), clock_s=time.time)
