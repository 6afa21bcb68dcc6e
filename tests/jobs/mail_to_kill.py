"""A process that delivers what is due, and kills itself as the n-th mail was taken, before it is marked."""

import os
import signal
from datetime import UTC, datetime, timedelta
from itertools import count

from diary.domain.delivery import Tried
from diary.gateways.mail import Mail, SmtpCarrier, SmtpMailer
from diary.storage.engine import make_engine
from jobs.courier import Courier, Way
from jobs.deliver import Rounds, deliver


class Deadly(SmtpCarrier):
    """Kills its process once so many mails were taken."""

    def __init__(self, port: int, kill_at: int) -> None:
        super().__init__(SmtpMailer(f"smtp://127.0.0.1:{port}", "diary@clinic.example"))
        self._sent = count(1)
        self._kill_at = kill_at

    def send(self, mail: Mail) -> Tried:
        tried = super().send(mail)
        if next(self._sent) == self._kill_at:
            os.kill(os.getpid(), signal.SIGKILL)
        return tried


def main(url: str, port: int, kill_at: int, ahead_min: int) -> None:
    """Deliver, as if it were so many minutes later, one mail at a time."""
    engine = make_engine(url)
    courier = Courier({Mail: Way("email", Deadly(port, kill_at))}, threads=1)

    def now() -> datetime:
        return datetime.now(UTC) + timedelta(minutes=ahead_min)

    deliver(Rounds(engine, courier, url="https://diary.example", owner=str(os.getpid())), now=now, wall=now)
    courier.close()
