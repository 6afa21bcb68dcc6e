"""The clinic's settings at the desk: in one look, and the forms that change them."""

from typing import Any, Final

from flask.typing import ResponseReturnValue

from config.origins import GROUPS
from config.protocol import Protocol
from config.scales import CHOOSABLE, ITEMS
from config.wordings import QUESTION
from diary.desk.door import at_desk, desk, done, show, staff_work
from diary.desk.forms import Form, sent_version
from diary.domain.errors import Refusal
from diary.services.clinics import describe_clinic, the_clinic
from diary.services.forecast_changes import choose_mode
from diary.services.forecast_story import switched_off
from diary.services.thresholds import PHYSICIANS_OWN, change_thresholds, history
from diary.storage.checklists import checklist_versions
from diary.storage.protocols import foresight_at, instrument_at, protocol_versions
from diary.storage.rota import covers_from, holidays_from, teams
from diary.storage.staff import staff_of_clinic
from diary.web.rights import PHYSICIAN
from schemas.clinic import ClinicIn, ForecastModeIn
from schemas.protocol import ProtocolIn

CLINIC_FACTS: Final = ("name", "phone", "opening_hours", "emergency_text", "locale")


@desk.get("/settings")
def settings_page() -> ResponseReturnValue:
    """What this clinic has chosen, and where each choice is changed."""
    with at_desk() as (unit, frame):
        session = unit.session
        facts = {
            "clinic": the_clinic(session),
            "protocol": Protocol.from_values(protocol_versions(session)[-1].values),
            "forecast": foresight_at(session, unit.now),
            "off": switched_off(session),
            "checklist": checklist_versions(session)[-1:],
            "covers": covers_from(session, frame.today),
            "holidays": holidays_from(session, frame.today),
            "teams": teams(session),
            "staff": [person for person in staff_of_clinic(session) if person.disabled_at is None],
        }
    return show("settings.html", frame, **facts)


@desk.get("/settings/thresholds")
def thresholds_page() -> ResponseReturnValue:
    """Every threshold in force with its source, and all versions so far."""
    with at_desk() as (unit, frame):
        versions = history(unit.session)
    values = Protocol.from_values(versions[0].version.values).to_values()
    defaults = Protocol().to_values()
    return show("thresholds.html", frame, groups=GROUPS, values=values, defaults=defaults, versions=versions)


@desk.route("/settings/thresholds/change", methods=["GET", "POST"])
def change_protocol() -> ResponseReturnValue:
    """Other values from now on."""
    with at_desk() as (unit, frame):
        newest = protocol_versions(unit.session)[-1]
    values = Protocol.from_values(newest.values).to_values()
    by_physician = frame.role == PHYSICIAN
    form = Form({name: _written(value) for name, value in values.items() if value is not None})
    if form.sent:
        with form.refusals():
            given = form.read(ProtocolIn)
            note = given.pop("note")
            # An empty field of a physician takes the interval back; others have no such field.
            if by_physician:
                given.setdefault(PHYSICIANS_OWN, None)
            with staff_work(write=True) as unit:
                if protocol_versions(unit.session)[-1].n != sent_version():
                    raise Refusal("changed_meanwhile", "The thresholds were changed. Nothing was written.")
                change_thresholds(unit.session, given, by_physician=by_physician, note=note, now=unit.now)
            return done("thresholds", "desk.thresholds_page")
    return show(
        "thresholds_change.html",
        frame,
        form=form,
        groups=GROUPS,
        by_physician=by_physician,
        interval=PHYSICIANS_OWN,
        choosable=[(code, ITEMS[code].label) for code in CHOOSABLE],
        n=newest.n,
    ), form.status


def _written(value: float | str) -> str | list[str]:
    """A threshold as the form's field holds it: a number, or the words that are ticked."""
    return value.split() if isinstance(value, str) else f"{value:g}"


@desk.route("/settings/clinic", methods=["GET", "POST"])
def clinic_page() -> ResponseReturnValue:
    """What patients read of the clinic."""
    with at_desk() as (unit, frame):
        clinic = the_clinic(unit.session)
        texts = instrument_at(unit.session, unit.now).texts
    form = Form({name: getattr(clinic, name) for name in CLINIC_FACTS})
    if form.sent:
        with form.refusals():
            given: dict[str, Any] = form.read(ClinicIn)
            with staff_work(write=True) as unit:
                describe_clinic(unit.session, **given, now=unit.now)
            return done("saved", "desk.settings_page")
    return show("clinic.html", frame, form=form, texts=texts, languages=tuple(QUESTION)), form.status


@desk.route("/settings/forecast", methods=["GET", "POST"])
def forecast_page() -> ResponseReturnValue:
    """Whether staff see the forecast."""
    form = Form()
    if form.sent:
        with form.refusals():
            given = form.read(ForecastModeIn)
            with staff_work(write=True) as unit:
                choose_mode(unit.session, given["mode"], note=given["note"], now=unit.now)
            return done("forecast_mode", "desk.settings_page")
    with at_desk() as (unit, frame):
        forecast, off = foresight_at(unit.session, unit.now), switched_off(unit.session)
    return show("forecast_mode.html", frame, form=form, forecast=forecast, off=off), form.status
