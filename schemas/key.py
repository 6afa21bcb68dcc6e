"""Keys of other programs: a name, and what the key opens."""

from collections.abc import Sequence

from schemas.base import Incoming
from schemas.fields import Choice, ListOf, Text


def key_in(known: Sequence[str]) -> type[Incoming]:
    """A new key, out of the scopes that the doors declare."""

    class KeyIn(Incoming):
        """A new key."""

        name = Text(100, required=True, description="The program that holds it.")
        scopes = ListOf(
            Choice(known, description="A scope."),
            max_items=len(known),
            min_items=1,
            required=True,
            description="What the key opens.",
        )

    return KeyIn
