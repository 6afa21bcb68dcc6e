"""Administrations: infusions as they were given."""

import marshmallow as ma

from config.words import AGENTS, INFUSION_CLASSES, SETTINGS_OF_CARE
from schemas.base import Incoming, Outgoing
from schemas.fields import Choice, Day, Fault, Moment, Number, Text, Uuid, YesNo
from schemas.regimen import DOSE_MG_KG_H_MAX, adjuncts

INFUSION_HOURS_MAX = 24 * 60


class AdministrationIn(Incoming):
    """One block of infusion days. Recording it closes the alerts and the booking that led to it."""

    first_day = Day(required=True, description="First infusion day.")
    last_day = Day(required=True, description="Last infusion day.")
    agent = Choice(AGENTS, required=True, description="Which ketamine, a placebo, or a study drug.")
    dose_as_written = Text(300, required=True, description="The dose as it was written down.")
    dose_mg_kg_h = Number(0, DOSE_MG_KG_H_MAX, description="The dose normalised, mg/kg/h.")
    hours = Number(0, INFUSION_HOURS_MAX, description="Hours of infusion in all.")
    adjuncts = adjuncts(load_default=list)
    setting = Choice(SETTINGS_OF_CARE, required=True, description="In a bed or in a chair.")
    regimen = Uuid(description="`uid` of the regimen that was followed.")
    stopped_early = YesNo(load_default=False, description="Ended before it was meant to.")
    stop_reason = Text(300, description="Why it was stopped early; needed then.")
    classified_as = Choice(
        INFUSION_CLASSES, required=True, description="A new course, the same series, or a booster inside it."
    )
    booking = Uuid(description="`uid` of the booking that this infusion fulfils.")
    reason = Text(300, description="Why it is classified so, or recorded late.")

    @ma.validates_schema
    def _early_stop_says_why(self, values: dict[str, object], **_: object) -> None:
        if values["stopped_early"] and "stop_reason" not in values:
            raise ma.ValidationError(Fault("Say why it was stopped early.", "required"), "stop_reason")


class AdministrationPatch(Incoming):
    """A correction of what was recorded; keys left out stay as they are. The old record is kept."""

    first_day = Day(description="First infusion day.")
    last_day = Day(description="Last infusion day.")
    agent = Choice(AGENTS, description="Which ketamine, a placebo, or a study drug.")
    dose_as_written = Text(300, description="The dose as it was written down.")
    dose_mg_kg_h = Number(0, DOSE_MG_KG_H_MAX, description="The dose normalised, mg/kg/h.")
    hours = Number(0, INFUSION_HOURS_MAX, description="Hours of infusion in all.")
    adjuncts = adjuncts()
    setting = Choice(SETTINGS_OF_CARE, description="In a bed or in a chair.")
    stopped_early = YesNo(description="Ended before it was meant to.")
    stop_reason = Text(300, description="Why it was stopped early.")
    classified_as = Choice(INFUSION_CLASSES, description="A new course, the same series, or a booster.")
    reason = Text(300, required=True, description="Why it is corrected.")


class AdministrationOut(Outgoing):
    """One block of infusion days as it was given."""

    uid = Uuid(description="The service's own id of this version.")
    patient = Uuid(description="`uid` of the patient.")
    course = Uuid(description="`uid` of the course that it belongs to.")
    regimen = Uuid(allow_none=True, description="`uid` of the regimen that was followed.")
    booking = Uuid(allow_none=True, description="`uid` of the booking that it fulfilled.")
    first_day = Day(description="First infusion day.")
    last_day = Day(description="Last infusion day.")
    agent = Choice(AGENTS, description="Which ketamine, a placebo, or a study drug.")
    dose_as_written = Text(300, description="The dose as it was written down.")
    dose_mg_kg_h = Number(0, DOSE_MG_KG_H_MAX, allow_none=True, description="The dose normalised, mg/kg/h.")
    hours = Number(0, INFUSION_HOURS_MAX, allow_none=True, description="Hours of infusion in all.")
    adjuncts = adjuncts()
    setting = Choice(SETTINGS_OF_CARE, description="In a bed or in a chair.")
    stopped_early = YesNo(description="Ended before it was meant to.")
    stop_reason = Text(300, allow_none=True, description="Why it was stopped early.")
    classified_as = Choice(INFUSION_CLASSES, description="A new course, the same series, or a booster.")
    reason = Text(300, allow_none=True, description="Why it is classified so, or corrected.")
    standing = YesNo(description="Whether this version counts.")
    recorded_at = Moment(description="When it was recorded.")
