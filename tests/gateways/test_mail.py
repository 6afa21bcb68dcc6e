"""Mail leaves this machine over TLS only, to a server that proves who it is; a real one takes it here."""

import socket
import ssl
from collections.abc import Callable, Iterator
from email import message_from_bytes
from email.message import Message
from pathlib import Path
from typing import Any

import pytest
import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from diary.gateways.mail import Mail, MailFailed, SmtpMailer

# Reached by loopback, and yet no name of this machine's own that may do without TLS.
ELSEWHERE = "127.0.0.2"
PASSWORD = "p@ss/w:rd"
AS_TYPED = "p%40ss%2Fw%3Ard"
MAIL = Mail("operator@clinic.example", "Pain diary: look at it", "A night is overdue.", "0123abcd")


class Server(Controller):
    """A mail server, and what it was handed."""

    def __init__(self, hostname: str, **options: Any) -> None:
        self.letters: list[Message] = []
        self.shown: list[str] = []
        with socket.create_server((hostname, 0)) as free:
            port = free.getsockname()[1]
        super().__init__(self, hostname, port, authenticator=self.check, auth_require_tls=False, **options)

    async def handle_DATA(self, _server, _session, envelope) -> str:  # noqa: N802 - aiosmtpd's name
        self.letters.append(message_from_bytes(envelope.content))
        return "250 taken"

    def check(self, _server, _session, _envelope, _mechanism, login) -> AuthResult:
        self.shown.append(login.password.decode())
        return AuthResult(success=login.password.decode() == PASSWORD, handled=False)


Serve = Callable[..., Server]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Starts a server; it stops with the test."""
    running: list[Server] = []

    def start(hostname: str = ELSEWHERE, **options: Any) -> Server:
        running.append(Server(hostname, **options))
        running[-1].start()
        return running[-1]

    yield start
    for server in running:
        server.stop()


@pytest.fixture
def authority() -> trustme.CA:
    """Who signs the server's certificate."""
    return trustme.CA()


@pytest.fixture
def tls(authority: trustme.CA) -> ssl.SSLContext:
    """What the server shows."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(ELSEWHERE).configure_cert(context)
    return context


@pytest.fixture
def trusting(authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """This machine trusts that authority."""
    authority.cert_pem.write_to_path(str(tmp_path / "authority.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))


def send(server: Server, scheme: str = "smtp", password: str = AS_TYPED) -> None:
    url = f"{scheme}://diary:{password}@{server.hostname}:{server.port}"
    SmtpMailer(url, "diary@clinic.example").send(MAIL)


def test_a_message_goes_by_starttls(serve: Serve, tls, trusting):
    server = serve(tls_context=tls)
    send(server)
    (letter,) = server.letters
    assert (letter["From"], letter["To"]) == ("diary@clinic.example", MAIL.to)
    assert (letter["Subject"], letter["Message-ID"]) == (MAIL.subject, "<0123abcd@clinic.example>")
    assert letter.get_payload() == f"{MAIL.text}\r\n"
    assert server.shown == [PASSWORD]


def test_a_message_goes_by_smtps(serve: Serve, tls, trusting):
    server = serve(ssl_context=tls)
    send(server, "smtps")
    assert len(server.letters) == 1
    assert server.shown == [PASSWORD]


def test_a_line_can_be_tried_without_a_message(serve: Serve, tls, trusting):
    server = serve(tls_context=tls)
    SmtpMailer(f"smtp://diary:{AS_TYPED}@{ELSEWHERE}:{server.port}", "diary@clinic.example").try_line()
    assert (server.shown, server.letters) == ([PASSWORD], [])


def test_to_this_machine_itself_it_goes_as_it_is(serve: Serve):
    server = serve("127.0.0.1")
    send(server)
    assert len(server.letters) == 1


def refused(server: Server, *given: str) -> str:
    with pytest.raises(MailFailed) as refusal:
        send(server, *given)
    assert server.letters == []
    return str(refusal.value)


def test_a_server_elsewhere_without_tls_hears_neither_the_password_nor_the_message(serve: Serve):
    server = serve()
    assert refused(server) == "SMTPNotSupportedError"
    assert server.shown == []


@pytest.mark.parametrize(("scheme", "option"), [("smtp", "tls_context"), ("smtps", "ssl_context")])
def test_nor_does_one_that_cannot_prove_who_it_is(serve: Serve, tls, scheme, option):
    server = serve(**{option: tls})
    assert refused(server, scheme) == "SSLCertVerificationError"
    assert server.shown == []


def test_a_wrong_password_is_said_and_not_shown(serve: Serve, tls, trusting):
    assert refused(serve(tls_context=tls), "smtp", "wrong") == "SMTPAuthenticationError"


def test_a_password_that_mail_servers_cannot_read_is_said(serve: Serve, tls, trusting):
    assert refused(serve(tls_context=tls), "smtp", "gr%C3%BCn") == "UnicodeEncodeError"


def test_where_nobody_listens_it_says_so():
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(MailFailed, match="ConnectionRefusedError"):
        SmtpMailer(f"smtp://127.0.0.1:{port}", "diary@clinic.example").send(MAIL)


def test_tls_at_the_port_that_begins_without_it_is_said(serve: Serve, tls, trusting):
    assert refused(serve(tls_context=tls), "smtps") == "SSLError"


def test_a_server_that_says_nothing_is_given_up():
    with socket.create_server(("127.0.0.1", 0)) as mute:
        url = f"smtp://127.0.0.1:{mute.getsockname()[1]}"
        with pytest.raises(MailFailed, match="SMTPServerDisconnected"):
            SmtpMailer(url, "diary@clinic.example", timeout_s=0.1).send(MAIL)


def test_the_password_is_in_no_text_of_the_mailer():
    assert "secret" not in repr(SmtpMailer("smtps://diary:secret@mail.example", "diary@clinic.example"))
