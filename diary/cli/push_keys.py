"""`push-keys`: makes a pair of keys for DIARY_PUSH_KEYS."""

import click

from diary.gateways.push import PushKeys


@click.command()
def command() -> None:
    """Make a pair of keys for DIARY_PUSH_KEYS. With another pair phones have to agree anew."""
    keys = PushKeys.make()
    click.echo(f"{keys.private}.{keys.public}")
