"""Where a phone may be: without JavaScript it cannot tell its zone, so the patient chooses a place."""

from importlib.resources import files
from typing import Final


def _zones() -> tuple[str, ...]:
    """The zones named after a place in a country (zone.tab, 418 of them), without their aliases."""
    lines = files("tzdata").joinpath("zoneinfo", "zone.tab").read_text(encoding="ascii").splitlines()
    return tuple(sorted(line.split("\t")[2] for line in lines if line and not line.startswith("#")))


ZONES: Final = _zones()


def places(zone: str) -> list[tuple[str, bool]]:
    """Every place in the words of the list, and whether it is the present one, which may be an alias.

    >>> [place for place in places("Europe/Amsterdam") if place[1]]
    [('Europe/Amsterdam', True)]
    >>> ("America/New York", False) in places("UTC"), places("UTC")[-1]
    (True, ('UTC', True))
    """
    listed = ZONES if zone in ZONES else (*ZONES, zone)
    return [(name.replace("_", " "), name == zone) for name in listed]
