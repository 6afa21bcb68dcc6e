"""The matrix of rights is one file that a person can read; each route has its row, and each row its route."""

import csv
from pathlib import Path
from typing import Final

from diary.web.rights import ANYONE, RIGHTS, SCOPES
from tests.api.people import make_app

MATRIX: Final = Path(__file__).parents[1] / "web" / "matrix.csv"
ROLES: Final = ("patient", "nurse", "physician", "admin", "coordinator", "researcher", "integration")


def rows() -> dict[str, dict[str, str]]:
    with MATRIX.open(newline="", encoding="utf-8") as text:
        return {row["route"]: row for row in csv.DictReader(text)}


def test_the_matrix_says_of_each_route_who_may_and_what_a_key_needs(tmp_path):
    make_app(f"sqlite:///{tmp_path / 'none.db'}")
    told = {}
    for route, row in rows().items():
        allowed = {role for role in ROLES if row[role] == "yes"}
        told[route] = (frozenset({ANYONE} if row["anyone"] == "yes" else allowed), row["key needs"])
    known = {route: (right, SCOPES.get(route, "")) for route, right in RIGHTS.items()}
    unlike = sorted(route for route in known.keys() | told.keys() if known.get(route) != told.get(route))
    assert unlike == [], f"run `make reference`, and look at these rows of tests/web/matrix.csv: {unlike}"


def test_the_rows_stand_in_one_order_and_say_yes_or_no():
    names = [*rows()]
    assert names == sorted(names, key=lambda route: (route.split()[1], route))
    assert {row[role] for row in rows().values() for role in ("anyone", *ROLES)} == {"yes", "-"}
