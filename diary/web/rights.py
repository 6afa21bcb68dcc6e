"""Who may use which route: one row a route, everything else is denied.

`tests/web/test_rights.py` fails when a route has no row, or a row no route.
"""

ANYONE = "anyone"
PATIENT = "patient"
INTEGRATION = "integration"
NURSE, PHYSICIAN, ADMIN, COORDINATOR, RESEARCHER = "nurse", "physician", "admin", "coordinator", "researcher"

TREATING = frozenset({NURSE, PHYSICIAN})
CLINIC = frozenset({NURSE, PHYSICIAN, ADMIN, COORDINATOR})
STAFF = CLINIC | {RESEARCHER}

Right = frozenset[str]
RIGHTS: dict[str, Right] = {}
