"""`restore`: checks a backup, or brings it back; whoever was erased since is erased again."""

import os
from datetime import datetime
from pathlib import Path

import click
from sqlalchemy import Engine, select
from sqlalchemy.exc import SQLAlchemyError

from config.settings import Settings
from diary.cli.erasure_register import Erasures, add_missing, erasures_in, read_register, register_option
from diary.cli.opening import read_settings, sqlite_path, utc_now
from diary.services.backups import Manifest, begin_anew, check_backup, load_postgresql, unpack_sqlite
from diary.services.erasing import erase_again
from diary.services.sandbox import now_in
from diary.storage.dumping import Damaged, is_empty
from diary.storage.engine import make_engine
from diary.storage.migrate import role_in, upgrade
from diary.storage.revisions import knows
from diary.storage.tables.clinic import Clinic
from diary.storage.unit import SYSTEM, Scope, unit


@click.command()
@click.argument("backup", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--check", is_flag=True, help="Only read the file and say whether it is whole.")
@click.option("--replace", is_flag=True, help="SQLite: put the database that stands there aside.")
@register_option
def command(backup: Path, check: bool, replace: bool, register: Path) -> None:
    """Bring the database of the file BACKUP back. Stop serving first.

    SQLite: the file takes the place of the database, which `--replace` keeps beside it. PostgreSQL: the
    database of DIARY_OWNER_DATABASE_URL must be empty. Then it is migrated, whoever stands in the register is
    erased again, everybody is signed out, unused codes end, and messages that were waiting are cancelled.
    """
    try:
        if check:
            _tell(check_backup(backup), "is whole")
            return
        settings = read_settings()
        manifest = check_backup(backup)
        _check_fits(manifest, settings)
        erasures = read_register(register)
        if manifest.kind == "sqlite":
            _put_sqlite(backup, settings, replace=replace, erasures=erasures)
        else:
            _put_postgresql(backup, settings)
    except Damaged as damaged:
        raise click.ClickException(f"{backup} cannot be used: {damaged}. Nothing was changed.") from None
    upgrade(settings.owner_database_url, app_role=role_in(settings.database_url))
    again = _afterwards(settings, erasures, register)
    _tell(manifest, "is back")
    click.echo(f"{again} erased again. Everybody must sign in anew. Run: python -m diary doctor")


def _check_fits(manifest: Manifest, settings: Settings) -> None:
    kind = "sqlite" if sqlite_path(settings.database_url) is not None else "postgresql"
    if manifest.kind != kind:
        raise Damaged(f"it is of {manifest.kind}, and DIARY_DATABASE_URL names {kind}")
    if not knows(manifest.revision):
        raise Damaged(f"it stands at revision {manifest.revision}, which this version does not know")


def _put_sqlite(backup: Path, settings: Settings, *, replace: bool, erasures: Erasures) -> None:
    path = sqlite_path(settings.database_url)
    assert path is not None
    if path.exists() and not replace:
        raise Damaged(f"{path} stands there; say --replace to put it aside")
    os.umask(0o077)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.restored")
    draft.unlink(missing_ok=True)
    try:
        unpack_sqlite(backup, draft)
        if path.exists():
            _learn_erasures(settings.database_url, erasures)
            _put_aside(path)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def _learn_erasures(url: str, erasures: Erasures) -> None:
    """What the database knows that is put aside, where it can still be read."""
    engine = make_engine(url, pool_size=1)
    try:
        for clinic, of_clinic in erasures_in(engine).items():
            erasures.setdefault(clinic, {}).update(of_clinic)
    except SQLAlchemyError:
        click.echo("The database that is put aside cannot be read: the register alone is asked.", err=True)
    finally:
        engine.dispose()


def _put_aside(path: Path) -> None:
    """Keep the database beside the new one, with what its log still holds."""
    stamp = f"{utc_now():%Y%m%dT%H%M%SZ}"
    for ending in ("", "-wal", "-shm"):
        old = path.with_name(f"{path.name}{ending}")
        if old.exists():
            old.rename(path.with_name(f"{path.name}.before-{stamp}{ending}"))


def _put_postgresql(backup: Path, settings: Settings) -> None:
    if not is_empty(settings.owner_database_url):
        raise Damaged("the database is not empty; make a new one, and name it in both settings")
    load_postgresql(backup, settings.owner_database_url)


def _afterwards(settings: Settings, erasures: Erasures, register: Path) -> int:
    engine = make_engine(settings.database_url, pool_size=1)
    try:
        clinics, now = _clinics(engine)
        again = 0
        for clinic_id, uid in clinics.items():
            with unit(engine, Scope(clinic_id, "operator"), write=True) as session:
                again += erase_again(session, erasures.get(uid, {}), now=now)
                begin_anew(session, now=now)
        add_missing(register, erasures)
        return again
    finally:
        engine.dispose()


def _clinics(engine: Engine) -> tuple[dict[int, str], datetime]:
    with unit(engine, SYSTEM, write=False) as session:
        return {clinic.id: clinic.uid for clinic in session.scalars(select(Clinic))}, now_in(
            session, utc_now()
        )


def _tell(manifest: Manifest, what: str) -> None:
    click.echo(f"The backup of {manifest.made_at} ({manifest.kind}, revision {manifest.revision}) {what}.")
