"""An identity provider on loopback: real HTTP, real RS256, and every lie that a test asks of it."""

import base64
import hashlib
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from joserfc import jws
from joserfc.jwk import RSAKey

CLIENT, CLIENT_SECRET = "diary", "made-up-for-this-service"
Claims = dict[str, Any]


@cache
def key_of(kid: str) -> RSAKey:
    """A key, made once: 2,048 bits take a while."""
    return RSAKey.generate_key(2048, {"kid": kid, "use": "sig", "alg": "RS256"})


def signed(claims: Claims, kid: str, *, by: str | None = None, **header: Any) -> str:
    """A token that names this key; signed `by` another one, where that is said."""
    body = json.dumps(claims).encode()
    return jws.serialize_compact({"alg": "RS256", "kid": kid, **header}, body, key_of(by or kid))


@dataclass
class House:
    """The provider: who is signed in there, what it has given codes for, and how it misbehaves."""

    port: int = 0
    subject: str = "u-4711"
    kid: str = "first"
    published: tuple[str, ...] = ("first",)
    spoil: Callable[[Claims], Claims] = field(default=lambda claims: claims)
    """What it changes about the claims before it signs them."""
    sign: Callable[[Claims], str] | None = None
    """How it signs instead."""
    about: dict[str, Any] = field(default_factory=dict)
    """What its own description says otherwise."""
    redirect_to: str | None = None
    """Where it sends whoever asks for a token."""
    drip_s: float = 0.0
    """How long it waits before each byte: no test waits for that, the service gives up."""
    asked: list[str] = field(default_factory=list)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def issuer(self) -> str:
        return f"http://localhost:{self.port}"

    def settings(self, **more: str) -> dict[str, str]:
        """What the service is told of it."""
        return {
            "DIARY_PROVIDER_ISSUER": self.issuer,
            "DIARY_PROVIDER_CLIENT_ID": CLIENT,
            "DIARY_PROVIDER_CLIENT_SECRET": CLIENT_SECRET,
            "DIARY_PROVIDER_NAME": "St Anna",
            **more,
        }

    def authorise(self, address: str) -> str:
        """What a person does there: the path that the browser comes back by."""
        asked = dict(parse_qsl(urlsplit(address).query))
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        code = f"code-{len(self.codes)}"
        self.codes[code] = asked
        back = urlsplit(asked["redirect_uri"]).path
        return f"{back}?code={code}&state={asked['state']}&iss={self.issuer.replace(':', '%3A')}"

    def token(self, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        """What it gives for a code: once, to who can open the challenge."""
        asked = self.codes.pop(form.get("code", ""), None)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        if asked is None or challenge != asked["code_challenge"] or form["client_id"] != CLIENT:
            return 400, {"error": "invalid_grant"}
        now = int(time.time())
        claims = self.spoil(
            {
                "iss": self.issuer,
                "aud": CLIENT,
                "sub": self.subject,
                "iat": now,
                "exp": now + 300,
                "nonce": asked["nonce"],
            }
        )
        token = self.sign(claims) if self.sign else signed(claims, self.kid)
        return 200, {"access_token": "none", "token_type": "Bearer", "id_token": token}

    def document(self, path: str) -> dict[str, Any] | None:
        if path == "/keys":
            return {"keys": [key_of(kid).as_dict(private=False) for kid in self.published]}
        if path == "/.well-known/openid-configuration":
            places = {"authorization_endpoint": "/sign-in", "token_endpoint": "/token", "jwks_uri": "/keys"}
            known = {name: f"{self.issuer}{place}" for name, place in places.items()}
            return {"issuer": self.issuer, **known, **self.about}
        return None


@contextmanager
def identity_house() -> Iterator[House]:
    house = House()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            house.asked.append(f"GET {self.path}")
            if self.path.startswith("/sign-in?"):
                asked = dict(parse_qsl(urlsplit(self.path).query))
                host = urlsplit(asked["redirect_uri"])._replace(path="", query="").geturl()
                self.send_response(302)
                self.send_header("Location", f"{host}{house.authorise(self.path)}")
                self.end_headers()
                return
            found = house.document(self.path)
            self._answer(404 if found is None else 200, found or {})

        def do_POST(self) -> None:
            house.asked.append(f"POST {self.path}")
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            right = base64.b64encode(f"{CLIENT}:{CLIENT_SECRET}".encode()).decode()
            if self.headers["Authorization"] != f"Basic {right}":
                self._answer(401, {"error": "invalid_client"})
            elif house.redirect_to is not None:
                self.send_response(307)
                self.send_header("Location", house.redirect_to)
                self.end_headers()
            else:
                self._answer(*house.token(dict(parse_qsl(body))))

        def _answer(self, status: int, document: dict[str, Any]) -> None:
            body = json.dumps(document).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            for at in range(0, len(body), 1 if house.drip_s else len(body)):
                try:
                    self.wfile.write(body[at : at + (1 if house.drip_s else len(body))])
                except OSError:
                    return
                if house.drip_s:
                    time.sleep(house.drip_s)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    house.port = server.server_port
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield house
    finally:
        server.shutdown()
        server.server_close()
