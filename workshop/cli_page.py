"""Writes the reference page of the command line, from the commands themselves.

    python -m workshop.cli_page > docs/reference/cli.md

What `--help` says stands here too, in one page that can be searched and linked to.
"""

from collections.abc import Iterator
from textwrap import fill
from typing import Final

import click

from diary.cli.program import COMMANDS, EXIT_CODES, diary

PROGRAM: Final = "python -m diary"
LINE_CHARACTERS: Final = 116

HEAD: Final = f"""\
# Command line

`{PROGRAM} COMMAND`, from the checkout and with the Python that `make install` put into `.venv/`:
`.venv/bin/{PROGRAM} ...`, or `. .venv/bin/activate` once in a shell. Any command takes `--help`.
All but `demo`, `secret`, `simulate` and `backtest` read [the settings](settings.md) from the environment.
`make reference` makes this page from `diary/cli/`.
"""


def cli_page() -> str:
    """Every command with its options, as Markdown."""
    return "\n".join([HEAD, *_contents(), "", *_exit_codes(), *_sections()]) + "\n"


def _contents() -> Iterator[str]:
    yield "| command | what it does |"
    yield "|---|---|"
    for name, line in COMMANDS.items():
        yield f"| [{name}](#{name}) | {line} |"


def _exit_codes() -> Iterator[str]:
    yield "It ends with one of these codes; `serve` and `doctor` say below what theirs mean."
    yield ""
    yield "| code | what it means |"
    yield "|---|---|"
    for code, meaning in EXIT_CODES.items():
        yield f"| {code} | {meaning} |"


def _sections() -> Iterator[str]:
    top = click.Context(diary, info_name=PROGRAM)
    for name in COMMANDS:
        command = diary.get_command(top, name)
        assert command is not None
        yield from _section(command, click.Context(command, info_name=name, parent=top), level=2)


def _section(command: click.Command, ctx: click.Context, *, level: int) -> Iterator[str]:
    """A command, and those under it."""
    yield f"\n{'#' * level} {ctx.command_path.removeprefix(PROGRAM).strip()}\n"
    yield f"    {ctx.command_path} {' '.join(command.collect_usage_pieces(ctx))}\n"
    yield "\n\n".join(_wrapped(told) for told in (command.help or "").split("\n\n"))
    records = [option.get_help_record(ctx) for option in command.params if isinstance(option, click.Option)]
    if any(records):
        yield ""
    yield from (_wrapped(f"- `{record[0]}`: {record[1]}", under="  ") for record in records if record)
    if isinstance(command, click.Group):
        for name in command.list_commands(ctx):
            inner = command.get_command(ctx, name)
            assert inner is not None
            yield from _section(inner, click.Context(inner, info_name=name, parent=ctx), level=level + 1)


def _wrapped(text: str, *, under: str = "") -> str:
    """A paragraph in lines of the house's width; a name with a dash in it stays whole."""
    plain = " ".join(text.split())
    return fill(plain, LINE_CHARACTERS, subsequent_indent=under, break_on_hyphens=False)


if __name__ == "__main__":
    print(cli_page(), end="")
