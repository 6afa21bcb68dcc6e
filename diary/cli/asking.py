"""Asks a person at the terminal for what an option left out; without a terminal it must be given."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from diary.domain.weak_passwords import is_common
from diary.services.staff import PASSWORD_LENGTH_MIN


class Asked(click.Option):
    """A required option that is asked for on a terminal."""

    def __init__(self, declarations: Sequence[str], *, question: str, **options: Any) -> None:
        super().__init__(declarations, required=True, **options)
        self.question = question

    def process_value(self, ctx: click.Context, value: Any) -> Any:
        """The value given, or the answer of the person."""
        if self.value_is_missing(value) and not ctx.resilient_parsing and sys.stdin.isatty():
            value = click.prompt(self.question, type=self.type, err=True)
        return super().process_value(ctx, value)


def password_from(path: Path | None) -> str:
    """A password: the first line of a file ("-" is standard input), or typed twice on a terminal, unseen."""
    if path is not None:
        with click.open_file(str(path), encoding="utf-8") as source:
            return source.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise click.UsageError("Give the password by --password-file FILE, or - for standard input.")
    question = f"Password, at least {PASSWORD_LENGTH_MIN} characters: four or five words do well"
    answer: str = click.prompt(
        question, hide_input=True, confirmation_prompt="The same again", value_proc=_long_enough, err=True
    )
    return answer


def _long_enough(password: str) -> str:
    """Refused here, it is asked for again; refused later, all other answers would be lost."""
    if len(password) < PASSWORD_LENGTH_MIN:
        raise click.UsageError("make it longer")
    if is_common(password):
        raise click.UsageError(
            "it is among the first that are guessed; choose words that do not belong together"
        )
    return password
