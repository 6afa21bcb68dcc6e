"""Who may use which route: one row a route, everything else is denied.

Each door declares its own rows and grants them when the app is built. `tests/web/test_rights.py` fails when a
route has no row, or a row no route.
"""

from collections.abc import Mapping
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

# "METHOD endpoint" -> the roles that may.
RIGHTS: Final[dict[str, Right]] = {}

# What an integration key must be scoped for, by route; a key without the scope is refused.
SCOPES: Final[dict[str, str]] = {}


def grant(rows: Mapping[str, Right], scopes: Mapping[str, str] | None = None) -> None:
    """Add a door's rows."""
    RIGHTS.update(rows)
    SCOPES.update(scopes or {})
