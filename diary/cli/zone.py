"""A time zone as an option: one that is known, named as IANA has it."""

from typing import Any
from zoneinfo import ZoneInfo

import click


class Zone(click.ParamType):
    """The name of a known time zone; on a terminal, an unknown one is asked for again."""

    name = "zone"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The name as it was given, once its rules were found."""
        try:
            return ZoneInfo(value).key
        except (KeyError, ValueError, OSError):
            self.fail(f"there is no time zone {value!r}; write one like Europe/Amsterdam.", param, ctx)
