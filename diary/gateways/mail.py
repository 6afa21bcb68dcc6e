"""Sends one message by SMTP, over TLS except on this machine itself."""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Final, Protocol
from urllib.parse import SplitResult, unquote, urlsplit

from config.readers import LOCAL_HOSTS

TIMEOUT_S: Final = 10.0
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
            server.send_message(self._written(mail))

    def try_line(self) -> None:
        """All but the handing over.

        Raises:
            MailFailed: a message would not be taken either.
        """
        with self._line():
            pass

    @contextmanager
    def _line(self) -> Iterator[smtplib.SMTP]:
        parts = urlsplit(self.url)
        try:
            with self._connected(parts) as server:
                if parts.scheme == "smtp" and parts.hostname not in LOCAL_HOSTS:
                    server.starttls(context=ssl.create_default_context())
                if parts.username:
                    server.login(unquote(parts.username), unquote(parts.password or ""))
                yield server
        except (OSError, UnicodeError, smtplib.SMTPException) as error:
            raise MailFailed(type(error).__name__) from error

    def _connected(self, parts: SplitResult) -> smtplib.SMTP:
        host = parts.hostname or ""
        port = parts.port or PORTS[parts.scheme]
        if parts.scheme == "smtps":
            trusted = ssl.create_default_context()
            return smtplib.SMTP_SSL(host, port, timeout=self.timeout_s, context=trusted)
        return smtplib.SMTP(host, port, timeout=self.timeout_s)

    def _written(self, mail: Mail) -> EmailMessage:
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = self.sender, mail.to, mail.subject
        message["Message-ID"] = f"<{mail.key}@{self.sender.rpartition('@')[2]}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(mail.text)
        return message


@dataclass(frozen=True, slots=True)
class KeptMail:
    """The twin in memory: keeps what it is handed."""

    sent: list[Mail] = field(default_factory=list)

    def send(self, mail: Mail) -> None:
        """Keep it."""
        self.sent.append(mail)
