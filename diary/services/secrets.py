"""Makes tokens and codes, and the digests that are stored in their place."""

import hashlib
import hmac
import secrets

from config.words import ENROLMENT_CODE_ALPHABET, ENROLMENT_CODE_LENGTH, SHARE_CODE_LENGTH

# The first letters tell what a token opens, so that a leaked one can be recognised.
DEVICE, STAFF, KEY_TEST, KEY_LIVE, FEED = "dv_", "ss_", "dk_test_", "dk_live_", "cal_"


def new_token(prefix: str) -> str:
    """A 256-bit token; shown once, stored as its digest."""
    return prefix + secrets.token_urlsafe(32)


def token_digest(token: str) -> str:
    """SHA-256: enough for a token that cannot be guessed."""
    return hashlib.sha256(token.encode()).hexdigest()


def new_code() -> str:
    """An enrolment code of 8 characters (39 bits): throttled, one-time and short-lived."""
    return _letters(ENROLMENT_CODE_LENGTH)


def new_share_code() -> str:
    """The code of a shared link, 16 characters (78 bits): throttled, and short-lived."""
    return _letters(SHARE_CODE_LENGTH)


def code_digest(code: str, secret_key: str) -> str:
    """Keyed, because 39 bits could be tried one by one by whoever holds a copy of the database."""
    return _keyed(f"enrolment:{code}", secret_key)


def share_digest(code: str, secret_key: str) -> str:
    """What stands for the code of a shared link: of another kind than that of an enrolment."""
    return _keyed(f"share:{code}", secret_key)


def _letters(count: int) -> str:
    return "".join(secrets.choice(ENROLMENT_CODE_ALPHABET) for _ in range(count))


def _keyed(text: str, secret_key: str) -> str:
    return hmac.new(secret_key.encode(), text.encode(), hashlib.sha256).hexdigest()
