"""A patient is handed over as the how-to page says: its commands, in its order, between two clinics."""

import re
import shlex
from pathlib import Path

from click.testing import Result
from sqlalchemy import update

from diary.storage.engine import make_engine
from diary.storage.patients import patient_by_pseudonym
from diary.storage.tables.clinic import Clinic
from diary.storage.tables.staff import Staff
from diary.storage.unit import own
from tests.cli.terminal import Terminal
from tests.little_clinic import LittleClinic, found, join

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "hand-over-a-patient.md"


def called(clinic: LittleClinic, name: str, **people: str) -> None:
    """Name the clinic, and give it people: their roles by their sign-in names."""
    for who, role in people.items():
        clinic.person(who, role)
    with clinic.unit(write=True) as session:
        session.execute(update(Clinic).where(Clinic.id == clinic.clinic_id).values(name=name))
        for person in session.scalars(own(session, Staff)):
            person.email = f"{person.name}@{name.split()[-1].lower()}.example"


def typed(here: Terminal, command: str) -> Result:
    """Run one command of the page; what it prints goes into the file that it names."""
    command = re.sub(
        r'"\$\(cat (\S+)\)"', lambda named: (here.folder / named[1]).read_text().strip(), command
    )
    command, _, into = command.partition(" > ")
    words = shlex.split(
        command.removeprefix("python -m diary ").replace("p-1.record", f"{here.folder}/p-1.record")
    )
    if "done" in words:
        words += ["--register", str(here.folder / "erasures.jsonl")]
    result = here.run(*words)
    assert result.exit_code == 0, result.output
    if into:
        here.write(into.partition(" ")[0], result.stdout)
    return result


def test_a_patient_is_handed_over_as_the_page_says(sqlite_url, tmp_path):
    engine, here = make_engine(sqlite_url), Terminal(sqlite_url, tmp_path)
    south = found(engine)
    north = join(engine)
    called(south, "Pain Centre South", admin="admin", nurse="nurse")
    called(north, "Pain Centre North", rosa="physician")
    south.treated("P-1", "2 3 2")

    results = [
        typed(here, block.strip()) for block in re.findall(r"```sh\n(.*?)```", PAGE.read_text(), re.DOTALL)
    ]

    assert [result.stdout.count("\n") for result in results] == [1, 1, 1]
    assert results[0].stdout.startswith("tr_")
    assert "with 17 answers" in results[1].stderr
    assert "Nothing of the record stays here" in results[2].stdout
    with north.unit() as session:
        assert patient_by_pseudonym(session, "N-1") is not None
    with south.unit() as session:
        assert patient_by_pseudonym(session, "P-1") is None
    assert "everything" in (tmp_path / "erasures.jsonl").read_text()
    again = here.run(
        "transfer",
        "in",
        str(tmp_path / "p-1.record"),
        "--key",
        "tr_x",
        "--pseudonym",
        "N-2",
        "--by",
        "rosa@north.example",
        "--clinic",
        "Pain Centre North",
    )
    assert (again.exit_code, "key is another file" in again.output) == (1, True)
    engine.dispose()
