"""Sends messages by SMTP, over TLS except on this machine itself."""

import smtplib
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from threading import local
from typing import Final, Protocol
from urllib.parse import SplitResult, unquote, urlsplit

from config.readers import LOCAL_HOSTS
from diary.domain.delivery import Tried

TIMEOUT_S: Final = 10.0
# Servers hang up on who says nothing, and limit how much one connection brings.
LINE_RESTS_MAX_S: Final = 3.0
LINE_LETTERS_MAX: Final = 100
PORTS: Final = {"smtp": 587, "smtps": 465}


class MailFailed(Exception):
    """The message did not leave; the text says why, without what it says."""


@dataclass(frozen=True, slots=True)
class Mail:
    """One message to one address. A copy with the same `key` has the same Message-ID."""

    to: str
    subject: str
    text: str
    key: str


class Mailer(Protocol):
    """Whatever takes a message away."""

    def send(self, mail: Mail) -> None:
        """Hand it over.

        Raises:
            MailFailed: nobody took it.
        """


@dataclass(frozen=True, slots=True)
class SmtpMailer:
    """Through the server of `url`: smtps://user:password@host, or smtp:// with STARTTLS."""

    url: str = field(repr=False)
    sender: str
    timeout_s: float = TIMEOUT_S

    def send(self, mail: Mail) -> None:
        """Connect, prove who we are, hand over, hang up: some messages a day are worth no open line."""
        with self._line() as server:
            server.send_message(self.written(mail))

    def try_line(self) -> None:
        """All but the handing over.

        Raises:
            MailFailed: a message would not be taken either.
        """
        with self._line():
            pass

    @contextmanager
    def _line(self) -> Iterator[smtplib.SMTP]:
        try:
            with self.open_line() as server:
                yield server
        except (OSError, UnicodeError, smtplib.SMTPException) as error:
            raise MailFailed(type(error).__name__) from error

    def open_line(self) -> smtplib.SMTP:
        """A line to the server, which knows who we are; errors as smtplib has them."""
        parts = urlsplit(self.url)
        server = self._connected(parts)
        try:
            if parts.scheme == "smtp" and parts.hostname not in LOCAL_HOSTS:
                server.starttls(context=ssl.create_default_context())
            if parts.username:
                server.login(unquote(parts.username), unquote(parts.password or ""))
        except BaseException:
            server.close()
            raise
        return server

    def _connected(self, parts: SplitResult) -> smtplib.SMTP:
        host = parts.hostname or ""
        port = parts.port or PORTS[parts.scheme]
        if parts.scheme == "smtps":
            trusted = ssl.create_default_context()
            return smtplib.SMTP_SSL(host, port, timeout=self.timeout_s, context=trusted)
        return smtplib.SMTP(host, port, timeout=self.timeout_s)

    def written(self, mail: Mail) -> EmailMessage:
        """The message as it travels."""
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = self.sender, mail.to, mail.subject
        message["Message-ID"] = f"<{mail.key}@{self.sender.rpartition('@')[2]}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(mail.text)
        return message


class SmtpCarrier:
    """Takes many messages: each thread keeps its line to the server open between them."""

    def __init__(self, mailer: SmtpMailer) -> None:
        self._mailer = mailer
        self._of_thread = local()
        self._destination = urlsplit(mailer.url).netloc.rpartition("@")[2]

    def destination(self, _mail: Mail) -> str:
        """All of it goes to one server."""
        return self._destination

    def send(self, mail: Mail) -> Tried:
        """Hand it over. A line that broke is opened anew for the next message, and not for this one twice."""
        try:
            line = self._line()
            line.send_message(self._mailer.written(mail))
        except (OSError, UnicodeError, smtplib.SMTPException) as error:
            tried = _told(error)
            if tried.away:
                self._hang_up()
            return tried
        self._of_thread.used_at_s = time.monotonic()
        self._of_thread.letters += 1
        return Tried("delivered")

    def _line(self) -> smtplib.SMTP:
        of = self._of_thread
        line: smtplib.SMTP | None = getattr(of, "line", None)
        if line is not None and (
            of.letters >= LINE_LETTERS_MAX or time.monotonic() - of.used_at_s > LINE_RESTS_MAX_S
        ):
            self._hang_up()
            line = None
        if line is None:
            line = of.line = self._mailer.open_line()
            of.letters, of.used_at_s = 0, time.monotonic()
        return line

    def _hang_up(self) -> None:
        line: smtplib.SMTP | None = getattr(self._of_thread, "line", None)
        if line is not None:
            line.close()
        self._of_thread.line = None


def _told(error: BaseException) -> Tried:
    """What an error means for the message: a 5xx about it or its reader is for good, all else is not."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code = max(answer[0] for answer in error.recipients.values())
        return Tried("refused" if code >= 500 else "later", str(code))
    if isinstance(error, smtplib.SMTPDataError):
        return Tried("refused" if error.smtp_code >= 500 else "later", str(error.smtp_code))
    if isinstance(error, smtplib.SMTPSenderRefused):
        return Tried("later", str(error.smtp_code))
    return Tried("later", type(error).__name__, away=True)
