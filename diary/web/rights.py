"""Who may use which route: one row a route, everything else is denied.

Each door declares its own rows and grants them when the app is built. `tests/web/test_rights.py` fails when a
route has no row, or a row no route.
"""

from collections.abc import Collection, Mapping
from typing import Final

ANYONE: Final = "anyone"
PATIENT: Final = "patient"
INTEGRATION: Final = "integration"
NURSE: Final = "nurse"
PHYSICIAN: Final = "physician"
ADMIN: Final = "admin"
COORDINATOR: Final = "coordinator"
RESEARCHER: Final = "researcher"

TREATING: Final = frozenset({NURSE, PHYSICIAN})
CLINIC: Final = frozenset({NURSE, PHYSICIAN, ADMIN, COORDINATOR})
STAFF: Final = CLINIC | {RESEARCHER}

Right = frozenset[str]

# How a refusal names each role, in the order in which it names them.
NAMED: Final[Mapping[str, str]] = {
    PATIENT: "a patient",
    NURSE: "a nurse",
    PHYSICIAN: "a physician",
    ADMIN: "a clinic admin",
    COORDINATOR: "a coordinator",
    RESEARCHER: "a researcher",
    INTEGRATION: "an integration key",
}

# "METHOD endpoint" -> the roles that may.
RIGHTS: Final[dict[str, Right]] = {}

# What an integration key must be scoped for, by route; a key without the scope is refused.
SCOPES: Final[dict[str, str]] = {}


# Where staff may go who still have to set up a second factor.
WITHOUT_FACTOR: Final[set[str]] = set()


def grant(
    rows: Mapping[str, Right],
    scopes: Mapping[str, str] | None = None,
    *,
    without_factor: Collection[str] = (),
) -> None:
    """Add a door's rows."""
    RIGHTS.update(rows)
    SCOPES.update(scopes or {})
    WITHOUT_FACTOR.update(without_factor)


def refusal_text(role: str, allowed: Right) -> str:
    """Says that this role may not, and which roles may.

    >>> refusal_text(NURSE, frozenset({PHYSICIAN}))
    'A nurse may not do this. A physician may.'
    >>> refusal_text(ADMIN, TREATING | {INTEGRATION})
    'A clinic admin may not do this. A nurse, a physician or an integration key may.'
    """
    *others, last = [name for known, name in NAMED.items() if known in allowed] or ["nobody"]
    who = f"{', '.join(others)} or {last}" if others else last
    return f"{_sentence(NAMED[role])} may not do this. {_sentence(who)} may."


def _sentence(text: str) -> str:
    return text[0].upper() + text[1:]
