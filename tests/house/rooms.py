"""The house: which room may use which. The table is the law; `sins` finds what breaks it.

Rooms are listed ground first. A room may import from itself and from the rooms and packages named beside it;
the standard library is open to all. That every room named stands above its own line makes "imports only point
down" true of the table itself.
"""

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]

WEB_PACKAGES = (
    "flask",
    "flask_smorest",
    "flask_sqlalchemy",
    "marshmallow",
    "sqlalchemy",
    "webargs",
    "markupsafe",
    "werkzeug",
)
DOORS_USE = (
    "config",
    "schemas",
    "diary.domain",
    "diary.charts",
    "diary.storage",
    "diary.services",
    "diary.web",
)

# room: (rooms it may use, packages it may use)
ROOMS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "config": ((), ()),
    "schemas": (("config",), ("marshmallow",)),
    "diary.domain": (("config",), ("numba", "numpy")),
    "diary.charts": (("config",), ("segno",)),
    "diary.storage": (("config", "diary.domain"), ("alembic", "sqlalchemy")),
    "diary.gateways": (("config", "diary.domain"), ("cryptography",)),
    "diary.services": (
        ("config", "diary.domain", "diary.charts", "diary.storage", "diary.gateways"),
        ("argon2", "cryptography", "distributed", "joserfc", "numpy", "sqlalchemy", "webauthn"),
    ),
    "diary.web": (("config", "schemas", "diary.domain", "diary.storage", "diary.services"), WEB_PACKAGES),
    "diary.api": (DOORS_USE, WEB_PACKAGES),
    "diary.desk": (DOORS_USE, WEB_PACKAGES),
    "diary.phone": (DOORS_USE, WEB_PACKAGES),
    "diary.app": ((*DOORS_USE, "diary.api", "diary.desk", "diary.phone"), WEB_PACKAGES),
    "diary.cli": ((*DOORS_USE, "diary.gateways", "diary.app"), ("click", "sqlalchemy")),
    "diary.__main__": (("config", "diary.cli"), ()),
    "jobs": (
        ("config", "diary.domain", "diary.storage", "diary.gateways", "diary.services"),
        ("apscheduler", "sqlalchemy"),
    ),
    "wsgi": (("config", "diary.app"), ()),
    "migrations": (("config", "diary.storage"), ("alembic", "sqlalchemy")),
}
# Not rooms: nothing of the service may import them, and what they import is their own affair.
OUTSIDE = ("bench", "tests", "workshop")
TOPS = {room.partition(".")[0] for room in ROOMS} | set(OUTSIDE)

# Modules that import numpy (60 ms, 12 MB), and so may not be imported by what the web process loads.
HEAVY = (
    "diary.domain.durability",
    "diary.domain.relapse",
    "diary.domain.simulation",
    "diary.domain.trials",
    "diary.services.alert_copies",
    "diary.services.backtest",
    "diary.services.diaries_as_of",
    "diary.services.durability",
    "diary.services.results",
    "diary.services.forecast_scores",
    "diary.services.forecast_weeks",
    "diary.services.forecasting",
    "diary.services.night_arrays",
    "diary.services.night_judging",
    "diary.services.night_shard",
    "diary.services.nights",
    "diary.services.simulation",
    "diary.services.study_figures",
)
LIGHT_ROOMS = ("diary.web", "diary.api", "diary.desk", "diary.phone", "diary.app", "wsgi")

# Rooms where this moment and this zone come in as arguments, so that any night can be run again.
CLOCKLESS = ("config", "schemas", "diary.domain", "diary.charts", "diary.storage", "diary.services")
CLOCKS = {
    ("datetime", "now"),
    ("datetime", "utcnow"),
    ("datetime", "today"),
    ("date", "today"),
    ("time", "time"),
    ("time", "time_ns"),
    ("time", "localtime"),
    ("time", "gmtime"),
}

# (module, imported inside one of its functions): why it may not stand at the top.
LATE: dict[tuple[str, str], str] = {
    ("diary.services.passkeys", "webauthn"): "0.1 s and 14 MB that only a person with a passkey needs pay",
    (
        "diary.services.id_tokens",
        "joserfc",
    ): "0.1 s that only whom a provider signs in need pay",
    ("diary.charts.qr", "segno"): "0.1 s that only those who are shown such a code need pay",
    ("diary.services.night_cluster", "distributed"): "optional; takes half a second and 40 MB",
    ("diary.domain.relapse.compiled", "numba"): "optional; takes half a second and 100 MB",
}


@dataclass(frozen=True, slots=True)
class Import:
    """One import of a module: of what, from how many dots, and whether it hides in a function."""

    target: str
    level: int
    is_late: bool


def inside(module: str, room: str) -> bool:
    """Whether a module is a room or stands in it."""
    return module == room or module.startswith(f"{room}.")


def room_of(module: str) -> str | None:
    """The room that a module stands in."""
    return next((room for room in ROOMS if inside(module, room)), None)


def imports(tree: ast.AST, *, late: bool = False) -> Iterator[Import]:
    """Every import of a file, also in functions; `from a import b` counts as a.b, which may be a module."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import):
            yield from (Import(alias.name, 0, late) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = f"{node.module}." if node.module else ""
            yield from (Import(f"{base}{alias.name}", node.level, late) for alias in node.names)
        else:
            in_function = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            yield from imports(node, late=late or in_function)


def sins(module: str, source: str, *, is_init: bool = False) -> list[str]:
    """What this module does against the law, in words; empty when it is in order."""
    tree = ast.parse(source)
    found = list(imports(tree))
    if is_init:
        return [f"{module}/__init__.py imports {one.target}; it may import nothing" for one in found]
    room = room_of(module)
    if room is None:
        return [f"{module} stands in no room; tests/house/rooms.py lists them"]
    told = [fault for one in found for fault in _faults(module, room, one)]
    return told + _clocks(module, tree)


def _faults(module: str, room: str, one: Import) -> Iterator[str]:
    rooms, packages = ROOMS[room]
    top = one.target.partition(".")[0]
    if one.level:
        yield f"{module} imports {one.target} by dots; write the whole name"
    elif top in TOPS:
        if not any(inside(one.target, other) for other in (room, *rooms)):
            yield f"{module} may not import {one.target}: it stands beside or above"
        if room in LIGHT_ROOMS and any(inside(one.target, heavy) for heavy in HEAVY):
            yield f"{module} may not import {one.target}: it would load numpy into the web process"
    elif top not in sys.stdlib_module_names and top not in packages:
        yield f"{module} may not import {one.target}: {room} uses {', '.join(packages) or 'no package'}"
    if top == "numpy" and not any(inside(module, heavy) for heavy in HEAVY):
        yield f"{module} may not import numpy: only {', '.join(HEAVY)} do"
    if one.is_late and not any(module == where and inside(one.target, what) for where, what in LATE):
        yield f"{module} imports {one.target} inside a function; move it to the top, or say why in LATE"


def _clocks(module: str, tree: ast.AST) -> list[str]:
    if not any(inside(module, room) for room in CLOCKLESS):
        return []
    asked = [
        ast.unparse(node)
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        if (ast.unparse(node.value).rpartition(".")[2], node.attr) in CLOCKS
    ]
    asked += [one.target for one in imports(tree) if tuple(one.target.split(".")) in CLOCKS]
    return [f"{module} asks the clock ({name}); take the moment as an argument" for name in asked]


def modules() -> Iterator[tuple[str, Path]]:
    """Every module of the rooms, by its dotted name."""
    tops = sorted({room.partition(".")[0] for room in ROOMS})
    for path in [*ROOT.glob("*.py"), *(path for top in tops for path in sorted((ROOT / top).rglob("*.py")))]:
        parts = path.relative_to(ROOT).with_suffix("").parts
        yield ".".join(parts).removesuffix(".__init__"), path
