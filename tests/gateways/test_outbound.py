"""What others chose as an address leads to no machine of ours, along no redirect, and never for long."""

import socket
import ssl
import time

import pytest
import trustme

from diary.gateways.outbound import NotAllowed, NotSent, Outbound, fault_of, is_public
from tests.gateways.far import far

PRIVATE = [
    "127.0.0.1", "127.1.2.3", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.0.1", "169.254.169.254",
    "100.64.0.1", "0.0.0.0", "255.255.255.255", "224.0.0.1", "192.0.2.1", "198.18.0.1", "198.51.100.1",
    "203.0.113.1", "240.0.0.1", "::1", "::", "fd00::1", "fc00::1", "fe80::1", "fe80::1%eth0", "ff02::1",
    "2001:db8::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:a9fe:a9fe", "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe", "2002:7f00:1::", "2002:c0a8:1::", "64:ff9b::a00:1",
]  # fmt: skip
# Names and spellings that this machine's own resolver turns into one of those.
SPELT = [
    "https://localhost/", "https://127.0.0.1/", "https://127.1/", "https://2130706433/", "https://0x7f000001/",
    "https://0177.0.0.1/", "https://[::1]/", "https://[::ffff:127.0.0.1]/", "https://[::]/", "https://0/",
    "https://[fe80::1]/", "https://169.254.169.254/latest/meta-data/", "https://10.0.0.1:22/",
]  # fmt: skip


@pytest.mark.parametrize("address", PRIVATE)
def test_no_private_address_is_public_whatever_it_is_wrapped_in(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1::1", "::ffff:93.184.216.34"])
def test_an_address_of_the_open_internet_is(address):
    assert is_public(address)


@pytest.mark.parametrize("url", SPELT)
def test_no_spelling_of_a_private_address_is_connected_to(url, monkeypatch):
    def connected(*_given, **_named):
        raise AssertionError("it connected")

    monkeypatch.setattr(socket, "create_connection", connected)
    with pytest.raises(NotSent):
        Outbound().post(url, body=b"{}", headers={})


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example/", "ftp://hooks.example/", "file:///etc/passwd", "https://", "x" * 3000,
        "https://a.example:0/", "https://a.example/#x", "https://a.example/ b", "https://a.example:99999/",
        "gopher://a.example", "//a.example", "https://é.example/", "https://u:p@a.example/",
    ],
)  # fmt: skip
def test_what_is_no_https_address_is_refused_before_anything_is_looked_up(url):
    assert fault_of(url) is not None
    with pytest.raises(NotAllowed):
        Outbound().post(url, body=b"{}", headers={})


def everywhere(**options) -> Outbound:
    return Outbound(allowed=lambda _address: True, plain_here=True, **options)


def test_a_redirect_is_an_answer_and_nobody_goes_there():
    with far() as there, far() as inside:
        there.status, there.headers = 307, {"Location": inside.url}
        assert everywhere().post(there.url, body=b"{}", headers={}).status == 307
        assert (len(there.came), inside.came) == (1, [])


def test_one_private_address_among_several_spoils_the_name():
    seen = []

    def allowed(address: str) -> bool:
        seen.append(address)
        return is_public(address)

    with far() as there, pytest.raises(NotAllowed):
        Outbound(allowed=allowed, plain_here=True).post(there.url, body=b"{}", headers={})
    assert there.came == []
    assert seen


def test_a_server_that_drips_is_cut_off_in_time():
    with far() as there:
        there.body, there.drip_s = b"x" * 100, 0.1
        began_s = time.monotonic()
        assert everywhere(whole_max_s=0.4).post(there.url, body=b"{}", headers={}).status == 201
        assert time.monotonic() - began_s < 3


def test_of_a_long_answer_no_more_than_64_kib_is_read_and_the_line_is_not_used_again():
    with far() as there:
        there.body = b"x" * 200_000
        client = everywhere()
        for _ in range(2):
            assert client.post(there.url, body=b"{}", headers={}, keep=True).status == 201
        assert there.lines == 2


def test_a_line_is_kept_for_the_next_one_to_the_same_host():
    with far() as there:
        client = everywhere()
        for _ in range(3):
            client.post(there.url, body=b"{}", headers={}, keep=True)
        assert (len(there.came), there.lines) == (3, 1)


def test_a_server_must_prove_that_it_is_the_host_of_the_address():
    authority = trustme.CA()
    mine = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(mine)
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    with far(mine) as there:
        by_name, by_number = (f"https://{host}:{there.port}/" for host in ("localhost", "127.0.0.1"))
        knowing = Outbound(allowed=lambda _: True, trust=trusting)
        assert knowing.post(by_name, body=b"{}", headers={}).status == 201
        with pytest.raises(NotSent, match="SSLCertVerificationError"):
            Outbound(allowed=lambda _: True).post(by_name, body=b"{}", headers={})
        with pytest.raises(NotSent, match="SSLCertVerificationError"):
            knowing.post(by_number, body=b"{}", headers={})
