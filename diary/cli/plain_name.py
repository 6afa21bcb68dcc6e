"""A name as an argument or an option: what the doors would take, and nothing that a terminal obeys."""

from typing import Any, Final

import click

from schemas.fields import has_unseen

NAME_CHARACTERS_MAX: Final = 100


class PlainName(click.ParamType):
    """Characters that can be seen; on a terminal, anything else is asked for again."""

    name = "name"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The name, without blanks around it."""
        name = str(value).strip()
        if not 1 <= len(name) <= NAME_CHARACTERS_MAX or has_unseen(name):
            self.fail(
                f"{value!r} must be 1 to {NAME_CHARACTERS_MAX} characters that can be seen.", param, ctx
            )
        return name
