"""`verify`: compares the packed days that the nights read with the entries."""

import click

from diary.charts.scale import count_text
from diary.cli.opening import clinic_option, clinic_work
from diary.cli.output import json_option, show
from diary.services.verify import compare, repair


@click.command()
@click.option("--repair", "mend", is_flag=True, help="Write the rows that differ anew from the entries.")
@clinic_option
@json_option
def command(mend: bool, clinic: str | None, as_json: bool) -> None:
    """Compare the packed days of every course with its entries. Ends with 1 when some were left differing."""
    courses, differences = 0, []
    with clinic_work(clinic=clinic, write=mend) as work:
        for page in compare(work.session):
            courses += page.courses
            differences += page.differences
        if mend:
            for difference in differences:
                repair(work.session, difference, now=work.now)
    rows = [
        {"patient": one.pseudonym, "course": one.course, "what": one.what, "repaired": mend}
        for one in differences
    ]
    compared = count_text(courses, "course")
    show(rows, as_json=as_json, empty=f"{compared} compared; all are as their entries say.")
    if differences and not mend:
        click.echo(f"{len(differences)} of {courses} differ. Run: python -m diary verify --repair", err=True)
        raise SystemExit(1)
