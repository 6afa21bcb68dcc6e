"""Sends one message by SMTP, over TLS except on this machine itself."""

import smtplib
import ssl
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Final, Protocol
from urllib.parse import unquote, urlsplit

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

    def send(self, mail: Mail) -> None:
        """Connect, prove who we are, hand over, hang up: some messages a day are worth no open line."""
        try:
            with self._connected() as server:
                server.send_message(self._written(mail))
        except (OSError, smtplib.SMTPException) as error:
            raise MailFailed(type(error).__name__) from error

    def _connected(self) -> smtplib.SMTP:
        parts = urlsplit(self.url)
        host = parts.hostname or ""
        port = parts.port or PORTS[parts.scheme]
        trusted = ssl.create_default_context()
        if parts.scheme == "smtps":
            server: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=TIMEOUT_S, context=trusted)
        else:
            server = smtplib.SMTP(host, port, timeout=TIMEOUT_S)
            if host not in LOCAL_HOSTS:
                server.starttls(context=trusted)
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
        return server

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
