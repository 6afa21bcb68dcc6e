"""Speaks HTTP to addresses that others chose: public machines, over TLS, never along a redirect, in bounds.

The name is looked up once, every address it has must be allowed, and the connection goes to the one that was
checked: a name that means another machine a moment later leads nowhere else.
"""

import ipaddress
import socket
import ssl
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse, RemoteDisconnected
from threading import Timer, local
from typing import Final
from urllib.parse import SplitResult, urlsplit

CONNECT_MAX_S: Final = 5.0
WHOLE_MAX_S: Final = 10.0
"""For one POST, from looking the name up to the last byte of the answer."""
ANSWER_MAX_BYTES: Final = 64 * 1024
URL_MAX_CHARACTERS: Final = 2048
REST_MAX_S: Final = 3.0

Allowed = Callable[[str], bool]
"""Whether an address, as text, may be connected to."""

NAT64: Final = ipaddress.ip_network("64:ff9b::/96")


class NotSent(Exception):
    """Nothing arrived, or nobody knows. Its text is a word and no address."""


class NotAllowed(NotSent):
    """This address is never written to."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What the other side said: its status, the wait that it asks for, the beginning of its answer."""

    status: int
    retry_after_s: float | None
    body: bytes = b""


def is_public(address: str) -> bool:
    """Whether an address is one of the open internet's, whatever it is wrapped in.

    >>> is_public("93.184.216.34"), is_public("::ffff:127.0.0.1"), is_public("64:ff9b::a9fe:a9fe")
    (True, False, False)
    """
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour or (found.teredo[1] if found.teredo else None)
        if found in NAT64:
            inner = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
    return found.is_global and not found.is_multicast


def is_public_or_here(address: str) -> bool:
    """The same, and this machine itself: a sandbox's developer listens there."""
    return ipaddress.ip_address(address.partition("%")[0]).is_loopback or is_public(address)


def is_any(_address: str) -> bool:
    """Every address: for one that the operator of this installation chose, which may be of the house."""
    return True


def fault_of(url: str, *, plain_here: bool = False) -> str | None:
    """Why this cannot be posted to, in words for whoever typed it; None when it can.

    >>> fault_of("https://hooks.example/diary")
    >>> fault_of("http://hooks.example/diary")
    'it does not begin with https://'
    """
    try:
        parts = urlsplit(url)
        name, port = parts.hostname, parts.port
    except ValueError:
        return "it is no web address"
    if len(url) > URL_MAX_CHARACTERS or not url.isascii() or not url.isprintable() or " " in url:
        return "it is no web address"
    local_http = plain_here and parts.scheme == "http" and name in ("localhost", "127.0.0.1", "::1")
    if parts.scheme != "https" and not local_http:
        return "it does not begin with https://"
    if not name or port == 0 or parts.username is not None or parts.fragment:
        return "it must be a host and a path, without a user, a password or a #"
    return None


class Outbound:
    """A client; each thread keeps the connections that it used a moment ago."""

    def __init__(
        self,
        *,
        allowed: Allowed = is_public,
        plain_here: bool = False,
        trust: ssl.SSLContext | None = None,
        whole_max_s: float = WHOLE_MAX_S,
    ) -> None:
        self._allowed = allowed
        self._plain_here = plain_here
        self._trust = trust or ssl.create_default_context()
        self._whole_max_s = whole_max_s
        self._of_thread = local()

    def post(self, url: str, *, body: bytes, headers: Mapping[str, str], keep: bool = False) -> Reply:
        """Send, and read what came of it.

        Args:
            url: of https; http for this machine itself, where that was allowed.
            body: sent as it is.
            headers: with their content type.
            keep: the connection for the next one to the same host.

        Raises:
            NotAllowed: the address is none to write to.
            NotSent: nobody answered in time, or not in HTTP.
        """
        return self._send(url, body, headers, keep=keep)

    def get(self, url: str) -> Reply:
        """Ask for what stands there; raises as `post` does."""
        return self._send(url, None, {"Accept": "application/json"}, keep=False)

    def _send(self, url: str, body: bytes | None, headers: Mapping[str, str], *, keep: bool) -> Reply:
        if fault_of(url, plain_here=self._plain_here) is not None:
            raise NotAllowed("address")
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        kept = self._kept(origin)
        try:
            if kept is not None:
                with suppress(RemoteDisconnected, BrokenPipeError, ConnectionResetError):
                    return self._exchange(kept, parts, origin, body, headers, keep=keep)
            return self._exchange(self._connected(parts), parts, origin, body, headers, keep=keep)
        except (OSError, HTTPException, ValueError) as error:
            raise NotSent(type(error).__name__) from None

    def _exchange(
        self,
        connection: HTTPConnection,
        parts: SplitResult,
        origin: str,
        body: bytes | None,
        headers: Mapping[str, str],
        *,
        keep: bool,
    ) -> Reply:
        path = f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"
        cut = Timer(self._whole_max_s, _cut, [connection.sock])
        cut.start()
        try:
            connection.request("GET" if body is None else "POST", path, body=body, headers=dict(headers))
            response = connection.getresponse()
            read = response.read(ANSWER_MAX_BYTES)
            stays = keep and response.isclosed() and not response.will_close
            reply = Reply(response.status, _retry_after(response), read)
        except BaseException:
            connection.close()
            raise
        finally:
            cut.cancel()
        if stays:
            self._of_thread.kept[origin] = (connection, time.monotonic())
        else:
            connection.close()
        return reply

    def _kept(self, origin: str) -> HTTPConnection | None:
        if not hasattr(self._of_thread, "kept"):
            self._of_thread.kept = {}
        kept: dict[str, tuple[HTTPConnection, float]] = self._of_thread.kept
        for name, (connection, used_at_s) in list(kept.items()):
            if time.monotonic() - used_at_s > REST_MAX_S:
                connection.close()
                del kept[name]
        return kept.pop(origin)[0] if origin in kept else None

    def _connected(self, parts: SplitResult) -> HTTPConnection:
        name = parts.hostname or ""
        port = parts.port or (443 if parts.scheme == "https" else 80)
        found = socket.getaddrinfo(name, port, type=socket.SOCK_STREAM)
        addresses = [str(info[4][0]) for info in found]
        if not addresses or not all(self._allowed(address) for address in addresses):
            raise NotAllowed("private address")
        line = socket.create_connection((addresses[0], port), timeout=CONNECT_MAX_S)
        try:
            line.settimeout(self._whole_max_s)
            if parts.scheme == "https":
                line = self._trust.wrap_socket(line, server_hostname=name)
        except BaseException:
            line.close()
            raise
        connection = HTTPConnection(parts.netloc, timeout=self._whole_max_s)
        connection.sock = line
        connection.auto_open = 0
        return connection


def _cut(line: socket.socket) -> None:
    """Time is over, however slowly the other side still talks."""
    with suppress(OSError):
        line.shutdown(socket.SHUT_RDWR)


def _retry_after(response: HTTPResponse) -> float | None:
    text = response.headers.get("Retry-After", "")
    return float(text) if text.isascii() and text.isdigit() and len(text) <= 6 else None
