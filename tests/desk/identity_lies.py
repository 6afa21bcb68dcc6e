"""Every lie that an identity provider can tell in a token, and every false signature under one."""

import base64
import hmac
import json

from joserfc import jwt
from joserfc.jwk import OctKey

from tests.desk.identity_house import CLIENT, key_of, signed


def with_the_public_key(claims: dict) -> str:
    """HS256, signed with what everybody may read: joserfc refuses to make such a thing."""
    head, body = (
        base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")
        for part in ({"alg": "HS256", "kid": "first"}, claims)
    )
    signature = hmac.digest(key_of("first").as_pem(private=False), f"{head}.{body}".encode(), "sha256")
    return f"{head}.{body}.{base64.urlsafe_b64encode(signature).decode().rstrip('=')}"


def unsigned(claims: dict) -> str:
    head, body = (
        base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")
        for part in ({"alg": "none", "kid": "first"}, claims)
    )
    return f"{head}.{body}."


LIES = {
    "another nonce": lambda claims: {**claims, "nonce": "of another sign-in"},
    "no nonce": lambda claims: {key: claims[key] for key in claims if key != "nonce"},
    "many nonces": lambda claims: {**claims, "nonce": [claims["nonce"], "another"]},
    "expired": lambda claims: {**claims, "exp": claims["iat"] - 120},
    "for ever": lambda claims: {key: claims[key] for key in claims if key != "exp"},
    "of tomorrow": lambda claims: {**claims, "iat": claims["iat"] + 86_400},
    "another audience": lambda claims: {**claims, "aud": "another-service"},
    "two audiences": lambda claims: {**claims, "aud": [CLIENT, "another-service"]},
    "another party": lambda claims: {**claims, "aud": [CLIENT, "x"], "azp": "x"},
    "another issuer": lambda claims: {**claims, "iss": "https://evil.example"},
    "nobody": lambda claims: {**claims, "sub": ""},
    "no word": lambda claims: {**claims, "sub": 5},
    "half a letter": lambda claims: {**claims, "sub": "\ud800"},
    "half a letter of a nonce": lambda claims: {**claims, "nonce": "\ud800"},
    "endless": lambda claims: {**claims, "sub": "x" * 300},
}
SIGNATURES = {
    "none": unsigned,
    "the public key": with_the_public_key,
    "a secret": lambda claims: jwt.encode({"alg": "HS256"}, claims, OctKey.import_key("s" * 32)),
    "another's key": lambda claims: signed(claims, "first", by="evil"),
    "an unknown key": lambda claims: signed(claims, "evil"),
    "a key of its own": lambda claims: signed(
        claims, "first", by="evil", jwk=key_of("evil").as_dict(private=False)
    ),
    "nonsense": lambda _: "a.b.c",
}
