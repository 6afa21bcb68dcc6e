"""Which door an address belongs to: what its pages may load, and how it shows a problem."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from flask import Flask
from flask.typing import ResponseReturnValue

from diary.web.codes import Problem

# JSON loads nothing. A page loads only its own files: no inline script or style, nobody else's server.
NOTHING: Final = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
OWN_FILES: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


@dataclass(frozen=True, slots=True)
class Door:
    """Addresses that begin with `prefix`. Without `show_problem`, its problems are JSON."""

    prefix: str
    content_policy: str = NOTHING
    show_problem: Callable[[Problem], ResponseReturnValue] | None = None


WIRE: Final = Door(prefix="/")


def add_door(app: Flask, door: Door) -> None:
    """Make a door known to the app; also its unknown addresses then look like its own pages."""
    app.extensions.setdefault("diary.doors", []).append(door)


def door_of(app: Flask, path: str) -> Door:
    """The door with the longest fitting prefix; the plain wire when none fits."""
    doors: list[Door] = app.extensions.get("diary.doors", [])
    fitting = [
        door for door in doors if path == door.prefix or path.startswith(door.prefix.rstrip("/") + "/")
    ]
    return max(fitting, key=lambda door: len(door.prefix), default=WIRE)
