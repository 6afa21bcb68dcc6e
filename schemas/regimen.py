"""Regimens: how a clinic plans an infusion."""

from typing import Any

from config.words import ADJUNCTS, AGENTS, SETTINGS_OF_CARE
from schemas.base import Incoming, Outgoing
from schemas.fields import Choice, ListOf, Moment, Number, Part, Text, Uuid, WholeNumber, YesNo
from schemas.page import PageIn, PageOut

# About thirty times the highest rate given to outpatients (0.35 mg/kg/h, Schwartzman 2009): beyond it, the
# decimal point has slipped.
DOSE_MG_KG_H_MAX = 10.0


def adjuncts(**options: Any) -> ListOf:
    """Drugs given along with ketamine, each named once."""
    word = Choice(ADJUNCTS, description="A drug.")
    return ListOf(word, max_items=len(ADJUNCTS), description="Drugs given along with ketamine.", **options)


class RegimenIn(Incoming):
    """A new regimen."""

    name = Text(100, required=True, description="What the clinic calls it.")
    agent = Choice(AGENTS, required=True, description="Which ketamine, a placebo, or a study drug.")
    setting = Choice(SETTINGS_OF_CARE, required=True, description="In a bed or in a chair.")
    infusion_days = WholeNumber(1, 60, required=True, description="Infusion days of one series.")
    hours_a_day = Number(0.1, 24, required=True, description="Hours of infusion a day.")
    dose_as_written = Text(300, required=True, description="The dose as the protocol writes it.")
    dose_mg_kg_h = Number(0, DOSE_MG_KG_H_MAX, description="The dose normalised, mg/kg/h.")
    series_gap_max_days = WholeNumber(
        0, 60, required=True, description="Longest gap between two infusion days of one series, days."
    )
    adjuncts = adjuncts()


class RegimenPatch(Incoming):
    """What to change; keys left out stay as they are. What was given under it stays as it was recorded."""

    name = Text(100, description="What the clinic calls it.")
    setting = Choice(SETTINGS_OF_CARE, description="In a bed or in a chair.")
    infusion_days = WholeNumber(1, 60, description="Infusion days of one series.")
    hours_a_day = Number(0.1, 24, description="Hours of infusion a day.")
    dose_as_written = Text(300, description="The dose as the protocol writes it.")
    dose_mg_kg_h = Number(0, DOSE_MG_KG_H_MAX, description="The dose normalised, mg/kg/h.")
    series_gap_max_days = WholeNumber(0, 60, description="Longest gap within one series, days.")
    adjuncts = adjuncts()
    retired = YesNo(description="True: offered no more. False: in use again.")


class RegimenOut(Outgoing):
    """A regimen."""

    uid = Uuid(description="The service's own id.")
    name = Text(100, description="What the clinic calls it.")
    agent = Choice(AGENTS, description="Which ketamine, a placebo, or a study drug.")
    setting = Choice(SETTINGS_OF_CARE, description="In a bed or in a chair.")
    infusion_days = WholeNumber(1, 60, description="Infusion days of one series.")
    hours_a_day = Number(0, 24, description="Hours of infusion a day.")
    dose_as_written = Text(300, description="The dose as the protocol writes it.")
    dose_mg_kg_h = Number(0, DOSE_MG_KG_H_MAX, allow_none=True, description="The dose normalised, mg/kg/h.")
    series_gap_max_days = WholeNumber(0, 60, description="Longest gap within one series, days.")
    adjuncts = adjuncts()
    retired_at = Moment(allow_none=True, description="Since when it is offered no more.")
    version = WholeNumber(1, 2**31 - 1, description="Rises with each change; the ETag.")


class RegimensIn(PageIn):
    """Which regimens to list."""


class RegimensOut(PageOut):
    """Regimens by name."""

    items = ListOf(Part(RegimenOut, description="One regimen."), max_items=200, description="This page.")
