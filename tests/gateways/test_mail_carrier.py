"""Many messages over one line; and what each thing that mail servers do means for a message."""

import socket
from collections.abc import Iterator

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP

from diary.domain.delivery import Tried
from diary.gateways.mail import Mail, SmtpCarrier, SmtpMailer


class Server(Controller):
    """A mail server that answers as it is told to, and counts lines and letters by their Message-ID."""

    def __init__(self) -> None:
        self.ids: list[str] = []
        self.lines = 0
        self.at_rcpt = "250 fine"
        self.at_data = "250 taken"
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        super().__init__(self, "127.0.0.1", port)

    def factory(self) -> SMTP:
        self.lines += 1
        self.newest = super().factory()
        return self.newest

    def cut(self) -> None:
        """Hang up on the newest line."""
        self.loop.call_soon_threadsafe(self.newest.transport.abort)

    async def handle_RCPT(self, _server, _session, envelope, address, _options) -> str:  # noqa: N802
        if self.at_rcpt.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.at_rcpt

    async def handle_DATA(self, _server, _session, envelope) -> str:  # noqa: N802
        line = next(one for one in envelope.content.splitlines() if one.lower().startswith(b"message-id"))
        self.ids.append(line.decode().split("<")[1].split("@")[0])
        return self.at_data


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    server.start()
    lines_of_the_start = server.lines
    server.lines -= lines_of_the_start
    yield server
    server.stop()


def mail(key: str = "0123abcd") -> Mail:
    return Mail("nurse@clinic.example", "Pain diary: 1 case needs a decision", "Look at the list.", key)


def carrier(port: int, *, timeout_s: float = 5.0) -> SmtpCarrier:
    return SmtpCarrier(SmtpMailer(f"smtp://127.0.0.1:{port}", "diary@clinic.example", timeout_s=timeout_s))


def test_many_messages_go_over_one_line(server):
    carries = carrier(server.port)
    assert [carries.send(mail(str(n))) for n in range(5)] == [Tried("delivered")] * 5
    assert (server.ids, server.lines) == (["0", "1", "2", "3", "4"], 1)


@pytest.mark.parametrize(
    ("at_rcpt", "at_data", "tried"),
    [
        ("451 greylisted, come again", "250 taken", Tried("later", "451")),
        ("550 nobody of that name", "250 taken", Tried("refused", "550")),
        ("250 fine", "451 busy", Tried("later", "451")),
        ("250 fine", "554 looks like spam", Tried("refused", "554")),
        ("250 fine", "421 going down", Tried("later", "421")),
    ],
)
def test_a_4xx_is_asked_again_and_a_5xx_is_not(server, at_rcpt, at_data, tried):
    server.at_rcpt, server.at_data = at_rcpt, at_data
    assert carrier(server.port).send(mail()) == tried


def test_after_a_refusal_the_line_takes_the_next_message(server):
    carries = carrier(server.port)
    server.at_rcpt = "550 nobody of that name"
    assert carries.send(mail("1")).result == "refused"
    server.at_rcpt = "250 fine"
    assert carries.send(mail("2")).result == "delivered"


def test_a_server_that_hangs_is_given_up_in_time_and_counts_as_away():
    with socket.create_server(("127.0.0.1", 0)) as mute:
        tried = carrier(mute.getsockname()[1], timeout_s=0.1).send(mail())
    assert (tried.result, tried.away) == ("later", True)


def test_where_nobody_listens_it_counts_as_away():
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    assert carrier(port).send(mail()) == Tried("later", "ConnectionRefusedError", away=True)


def test_a_line_that_the_server_has_cut_is_opened_anew_for_the_next_message(server):
    carries = carrier(server.port)
    carries.send(mail("1"))
    server.cut()
    assert [carries.send(mail(key)).result for key in "23"] == ["later", "delivered"]
