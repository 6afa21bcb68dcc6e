"""`secret`: makes a secret for DIARY_SECRET_KEY."""

import secrets

import click

# 48 random bytes: 384 bits, half more than is asked for.
SECRET_BYTES = 48


@click.command()
def command() -> None:
    """Make a secret for DIARY_SECRET_KEY. Each call prints another one; keep it out of the repository."""
    click.echo(new_secret())


def new_secret() -> str:
    """A random text that the settings accept."""
    return secrets.token_urlsafe(SECRET_BYTES)
