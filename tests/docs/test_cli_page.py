"""The reference of the command line says what the commands say."""

from pathlib import Path

import click
import pytest

from diary.cli.program import COMMANDS, UNLISTED, diary
from workshop.cli_page import cli_page

PAGE = (Path(__file__).parents[2] / "docs/reference/cli.md").read_text("utf-8")


def command_named(name: str) -> click.Command:
    command = diary.get_command(click.Context(diary), name)
    assert command is not None
    return command


def under(command: click.Command) -> dict[str, click.Command]:
    return command.commands if isinstance(command, click.Group) else {}


def section(heading: str) -> str:
    """What stands under a heading, up to the next."""
    return PAGE.split(f"\n{heading}\n", 1)[1].split("\n#", 1)[0]


def test_the_page_is_in_step():
    assert cli_page() == PAGE, "run `make reference`"


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_stands_there_with_every_option_and_every_argument(name):
    command = command_named(name)
    sections = [(command, section(f"## {name}"))]
    sections += [(inner, section(f"### {name} {sub}")) for sub, inner in under(command).items()]
    for one, told in sections:
        for parameter in one.params:
            is_option = isinstance(parameter, click.Option)
            assert (
                f"- `{parameter.opts[0]}" if is_option else parameter.make_metavar(click.Context(one))
            ) in told


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_says_what_it_does(name):
    command = command_named(name)
    for one in (command, *under(command).values()):
        assert one.help
        assert [
            option.opts for option in one.params if isinstance(option, click.Option) if not option.help
        ] == []


def test_what_commands_start_themselves_is_left_out():
    assert [name for name in UNLISTED if name in PAGE] == []
