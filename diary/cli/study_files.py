"""What `study` writes and checks: its record as files, a freeze by checksum, whether it is the same."""

from collections.abc import Iterable
from pathlib import Path

import click

from diary.cli.opening import clinic_option, clinic_work
from diary.cli.output import bar, json_option, show
from diary.cli.study_conduct import the_study
from diary.cli.writing import tell_written
from diary.services import studies, study_freezing, study_list
from diary.services.study_record import RecordFile, arms_file, study_files, sums_of
from diary.storage.audit import newest_id
from diary.storage.studies import freezes_of

FOLDER = click.Path(file_okay=False, path_type=Path)


@click.command()
@click.argument("study")
@click.option("--out", required=True, type=FOLDER, help="The folder for its files.")
@clinic_option
def export(study: str, out: Path, clinic: str | None) -> None:
    """Write the record of STUDY: who took part, every version of every answer, the log, the audit trail.

    Pseudonyms only. SHA256SUMS names each file by its checksum. The arms are a file of their own, written
    once the study is unblinded.
    """
    with clinic_work(clinic=clinic, write=True) as work:
        chosen = the_study(work.session, study)
        studies.note(work.session, chosen, "study.export", now=work.now)
    with clinic_work(clinic=clinic, write=False) as work:
        chosen = the_study(work.session, study)
        with bar(
            "reading", over=study_files(work.session, chosen, trail_id=newest_id(work.session))
        ) as progress:
            files = list(progress)
        files.append(sums_of(files))
        if chosen.unblinded_at is not None:
            files.append(arms_file(work.session, chosen))
    _write(out, files)
    tell_written(f"the record of {study}", out)


@click.command()
@click.argument("study")
@click.option(
    "--out", type=FOLDER, help="A folder for the frozen files; without it, only the checksum is kept."
)
@clinic_option
def freeze(study: str, out: Path | None, clinic: str | None) -> None:
    """Keep the checksum of the record of STUDY, which is closed; `study verify` compares with it later."""
    with clinic_work(clinic=clinic, write=True) as work:
        kept, files = study_freezing.freeze(
            work.session, the_study(work.session, study, lock=True), now=work.now
        )
    if out is not None:
        _write(out, files)
        tell_written(f"the record of {study}, frozen", out)
    click.echo(f"Freeze {kept.n}: {kept.sha256}")


@click.command()
@click.argument("study")
@clinic_option
@json_option
def verify(study: str, clinic: str | None, as_json: bool) -> None:
    """Say whether the list and the frozen record of STUDY are what they were; ends with 1 if not."""
    with clinic_work(clinic=clinic, write=False) as work:
        chosen = the_study(work.session, study)
        rows = []
        if chosen.list_made is not None:
            stands = study_list.list_stands(work.session, chosen)
            rows.append({"what": "the list", "same": stands, "rows then": None, "rows now": None})
        frozen = freezes_of(work.session, chosen)
        for one in study_freezing.compare(work.session, chosen, frozen[-1]) if frozen else ():
            facts = {"same": one.same, "rows then": one.rows_then, "rows now": one.rows_now}
            rows.append({"what": f"freeze {frozen[-1].n}: {one.name}", **facts})
    show(rows, as_json=as_json, empty="It has no list and was not frozen yet.")
    if not all(row["same"] for row in rows):
        raise click.ClickException(f"{study} was changed since.")


def _write(out: Path, files: Iterable[RecordFile]) -> None:
    out.mkdir(parents=True, exist_ok=True)
    for file in files:
        path = out / file.name
        path.touch(mode=0o600)
        path.write_bytes(file.content)
