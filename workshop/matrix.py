"""Writes the matrix of rights, one row a route, from the tables that the doors declare."""

import csv
import sys
from datetime import UTC, datetime
from typing import Final

from config.settings import Settings
from diary.app import create_app
from diary.web.rights import ANYONE, RIGHTS, SCOPES

ROLES: Final = ("patient", "nurse", "physician", "admin", "coordinator", "researcher", "integration")
# Nothing is asked of it, and nothing signed.
NOWHERE: Final = {
    "DIARY_DATABASE_URL": "sqlite:////nowhere.db",
    "DIARY_SECRET_KEY": "pV3x0_Wm9Qe7Yk2Ls8Tb4Hd6Jf1Rz5Nc-Ga8Xu2Wq7Ie",
}


def rows() -> list[list[str]]:
    """The matrix, its heading first."""
    create_app(Settings.from_env(NOWHERE), lambda: datetime.now(UTC))
    routes = sorted(RIGHTS, key=lambda route: (route.split()[1], route))
    return [["route", ANYONE, *ROLES, "key needs"], *(_row(route) for route in routes)]


def _row(route: str) -> list[str]:
    right = RIGHTS[route]
    allowed = ["yes" if ANYONE in right or role in right else "-" for role in (ANYONE, *ROLES)]
    return [route, *allowed, SCOPES.get(route, "")]


if __name__ == "__main__":
    csv.writer(sys.stdout, lineterminator="\n").writerows(rows())
