"""The table of commands; each is loaded when it is asked for, and each fault is told in one clear line."""

from collections.abc import Mapping
from importlib import import_module
from types import MappingProxyType
from typing import Any, Final

import click
from sqlalchemy.exc import DatabaseError, OperationalError

from diary.domain.errors import Refusal
from diary.storage.engine import is_damaged

# What `--help` says of each; the command itself, named `command`, stands in the module of the same name.
COMMANDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "demo": "Show the service with simulated patients.",
        "secret": "Make a secret for DIARY_SECRET_KEY.",
        "migrate": "Bring the database to this version's tables.",
        "setup": "Found the installation: its kind, its clinic, its first admin.",
        "serve": "Serve: the web process and the scheduler, together.",
        "doctor": "Check the installation, and say what mends it.",
        "watch": "Say what is wrong with the nights and the jobs; tell the operator.",
        "staff": "Invite, add, list and disable accounts; set roles and passwords.",
        "enrol": "Make a code that pairs a patient's phone.",
        "keys": "Make, list and revoke keys of other programs.",
        "push-keys": "Make the keys that notes to phones are signed with.",
        "webhook": "Tell other programs what happens; send again what they missed.",
        "listen": "Print the events that a webhook is told.",
        "night": "Run the nights that are due, or look at them.",
        "alert": "Prove alerts from what they keep.",
        "forecast": "Look at a clinic's forecast; learn its prior; show or hide it.",
        "durability": "Show how long relief lasts, by what was given.",
        "study": "Run a study: its list, its log, its freeze; compare its arms.",
        "import": "Bring in existing diaries and infusions.",
        "audit": "Show, check and anchor the audit trail.",
        "export": "Write entries or infusions as CSV.",
        "record": "Write a clinic's whole record as CSV, or read one into an empty database.",
        "backup": "Write the whole database into one file.",
        "restore": "Bring a backup back, or check that it could be.",
        "erase": "Erase a patient, or hold a record.",
        "transfer": "Hand a patient over to another clinic.",
        "verify": "Compare the packed days with the entries.",
        "simulate": "Draw simulated diaries, with the truth.",
        "backtest": "Replay the nights over diaries from a file.",
    }
)
# What a command ends with; `doctor` has a meaning of its own for 2, and `serve` hands on other codes.
EXIT_CODES: Final[Mapping[int, str]] = MappingProxyType(
    {
        0: "Done.",
        1: "Refused, or failed; the last lines say why.",
        2: "Wrongly typed.",
        3: "A setting is missing or bad.",
    }
)
# Commands that other commands start.
UNLISTED: Final = frozenset({"demo-guide"})


class Program(click.Group):
    """Loads a command when it is asked for: numpy alone would cost every `--help` a tenth of a second."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """The names, in the order in which a new installation needs them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The command of that name."""
        if cmd_name not in COMMANDS and cmd_name not in UNLISTED:
            return None
        name = {"import": "import_diaries"}.get(cmd_name, cmd_name.replace("-", "_"))
        found: click.Command = import_module(f"diary.cli.{name}").command
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """The list under `--help`, without loading any."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; what the service refuses, and a database that does not answer, end in one line."""
        try:
            return super().invoke(ctx)
        except Refusal as refusal:
            raise click.ClickException(refusal.message) from None
        except OperationalError as error:
            raise click.ClickException(f"The database did not answer: {first_line(error.orig)}") from None
        except DatabaseError as error:
            if not is_damaged(error):
                raise
            told = f"The database is damaged: {first_line(error.orig)}. Run: python -m diary doctor"
            raise click.ClickException(told) from None
        except BrokenPipeError:
            raise  # whoever read our output has seen enough; click ends quietly
        except OSError as error:
            raise click.ClickException(f"{error.filename or 'A file'}: {error.strerror}") from None


def first_line(error: object) -> str:
    """What an error says, without the advice and statements that drivers add below."""
    return (str(error).strip().splitlines() or ["no reason given"])[0]


@click.command(
    cls=Program, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
def diary() -> None:
    """A pain diary service for clinics that treat CRPS with ketamine infusions."""
