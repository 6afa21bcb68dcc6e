"""`backup`: writes the whole database into one file, while the service goes on."""

import os
from pathlib import Path
from tempfile import mkstemp

import click

from diary.cli.erasure_register import add_missing, erasures_in, register_option
from diary.cli.opening import database, read_settings, utc_now
from diary.cli.writing import tell_written
from diary.services.backups import check_backup, write_backup
from diary.storage.dumping import Damaged


@click.command()
@click.option(
    "--out",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where it goes; only its owner may read it. Keep it encrypted, on another machine.",
)
@register_option
def command(out: Path, register: Path) -> None:
    """Write the database as it stands at this moment into one file, and read it again to be sure.

    It holds every diary and every name. Erasures are added to the register, which a restore needs.
    """
    if not out.parent.is_dir():
        raise click.ClickException(f"There is no folder {out.parent} to write {out.name} in; make it first.")
    with database(read_settings()) as engine:
        descriptor, name = mkstemp(dir=out.parent, prefix=f".{out.name}.")
        draft = Path(name)
        try:
            with open(descriptor, "w+b") as file:
                manifest = write_backup(engine, file, beside=out.parent, now=utc_now())
                file.flush()
                os.fsync(descriptor)
            check_backup(draft)
            draft.replace(out)
        except Damaged as damaged:
            raise click.ClickException(f"The database could not be copied: {damaged}.") from None
        finally:
            draft.unlink(missing_ok=True)
        add_missing(register, erasures_in(engine))
    size = sum(part["bytes"] for part in manifest.parts.values())
    tell_written(f"Revision {manifest.revision}, {size:,} bytes, read again and whole", out)
