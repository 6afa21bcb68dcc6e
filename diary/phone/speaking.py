"""Which language a page is in: the one chosen on this phone, else the one that its browser asks for."""

from typing import Final

from flask import request

from diary.phone.languages.language import Language
from diary.phone.languages.spoken import LANGUAGES, closest

LANGUAGE_COOKIE: Final = "__Host-language"
CHOSEN: Final = "language"
"""Where an address carries the language that is chosen with it."""

# Stored with each consent. It changes with any word of it in any language: a test holds them together.
CONSENT_VERSION: Final = "2026-11"
CONSENT_KEYS: Final = ("consent.why", "consent.daily", "consent.seen", "consent.not_live", "consent.stop")


def spoken() -> Language:
    """The language of the pages of this request."""
    asked = (tag for tag, _ in request.accept_languages)
    return just_chosen() or LANGUAGES.get(request.cookies.get(LANGUAGE_COOKIE, "")) or closest(asked)


def just_chosen() -> Language | None:
    """The language that was chosen with this request; None when none was."""
    return LANGUAGES.get(request.args.get(CHOSEN, ""))
