"""An e-mail address as an argument or an option: what somebody signs in by."""

import re
from typing import Any

import click


class Email(click.ParamType):
    """Something with one @ inside; on a terminal, anything else is asked for again."""

    name = "email"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The address as it was given."""
        if re.fullmatch(r"[^@\s]+@[^@\s]+", value) is None:
            self.fail(f"{value!r} is no e-mail address; write one like nora@clinic.example.", param, ctx)
        return str(value)
