"""The erasure register: a file apart from the database, so that a restored backup brings nobody back.

One JSON line for each erasure: the clinic, the patient's uid of before, the extent. No name stands in it.
"""

import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import click
from sqlalchemy import Engine, select

from diary.storage.erasing import erased
from diary.storage.tables.clinic import Clinic
from diary.storage.unit import SYSTEM, Scope, unit

DEFAULT: Final = Path("var/erasures.jsonl")

# By the uid of the clinic: to which extent which patient, by uid, was erased.
Erasures = dict[str, dict[str, str]]


def register_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """The option that says where the register is."""
    return click.option(
        "--register",
        type=click.Path(dir_okay=False, path_type=Path),
        default=DEFAULT,
        show_default=True,
        help="The register of erasures. Keep a copy where no backup of the database goes.",
    )(command)


def read_register(path: Path) -> Erasures:
    """What the register holds; nothing when there is none yet."""
    found: Erasures = {}
    if not path.exists():
        return found
    for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
        try:
            said = json.loads(line)
            found.setdefault(said["clinic"], {})[said["patient"]] = said["extent"]
        except (ValueError, KeyError, TypeError):
            raise click.ClickException(
                f"{path}:{number} is no line of the register. Mend it first."
            ) from None
    return found


def erasures_in(engine: Engine) -> Erasures:
    """What a database says was erased in it."""
    with unit(engine, SYSTEM, write=False) as session:
        clinics = {clinic.id: clinic.uid for clinic in session.scalars(select(Clinic))}
    found: Erasures = {}
    for clinic_id, uid in clinics.items():
        with unit(engine, Scope(clinic_id, "operator"), write=False) as session:
            of_clinic = {one.patient_uid: one.extent for one in erased(session)}
        if of_clinic:
            found[uid] = of_clinic
    return found


def add_missing(path: Path, erasures: Mapping[str, Mapping[str, str]]) -> int:
    """Write down those that the register has not; how many. They are on the disk when this ends."""
    known = read_register(path)
    lines = [
        json.dumps({"clinic": clinic, "patient": patient, "extent": extent}) + "\n"
        for clinic, of_clinic in erasures.items()
        for patient, extent in of_clinic.items()
        if known.get(clinic, {}).get(patient) != extent
    ]
    if lines:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        with open(descriptor, "a", encoding="utf-8") as text:
            text.writelines(lines)
            text.flush()
            os.fsync(descriptor)
    return len(lines)
