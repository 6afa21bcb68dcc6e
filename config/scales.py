"""The instrument as data: the pain scale, the optional items, and which answers are red flags."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal


@dataclass(frozen=True, slots=True)
class Scale:
    """A whole-number scale, both ends included."""

    low: int
    high: int
    low_anchor: str
    high_anchor: str
    loinc: str | None = None


# Average pain in the last 24 hours. LOINC 72514-3: "Pain severity - 0-10 verbal numeric rating [Score] -
# Reported". Both anchors are printed as they stand and belong to the instrument version.
NRS: Final = Scale(0, 10, "no pain", "worst pain imaginable", loinc="72514-3")

# Patients' Global Impression of Change since before the infusion, 7 points (Farrar 2001, Pain 94:149).
PGIC: Final = Scale(1, 7, "very much improved", "very much worse")

# How far pain got in the way of everyday activity; own neutral wording, since the BPI's is licensed.
INTERFERENCE: Final = Scale(0, 10, "did not get in the way", "got in the way completely")

TICK: Final = Scale(0, 1, "no", "yes")
DOSES: Final = Scale(0, 20, "none", "20 or more")


@dataclass(frozen=True, slots=True)
class Item:
    """An optional question beside the pain score."""

    label: str
    scale: Scale
    asked: Literal["daily", "weekly", "effect", "risk", "never"]
    """When it is asked, if the clinic has chosen it: each day; each week; as an effect of the infusion daily
    to course day 7, then weekly; as a risk weekly for six weeks. What is never asked can be told."""
    red_flag: bool = False
    red_flag_from_day: int | None = None
    """Course day before which a tick is an expected side effect and no red flag."""

    def is_red_flag(self, day_number: int | None) -> bool:
        """Whether a tick on this course day must reach staff on arrival; outside a course (None) it must.

        >>> ITEMS["hallucinations"].is_red_flag(2), ITEMS["hallucinations"].is_red_flag(3)
        (False, True)
        """
        if not self.red_flag or self.red_flag_from_day is None or day_number is None:
            return self.red_flag
        return day_number >= self.red_flag_from_day


ITEMS: Final[Mapping[str, Item]] = MappingProxyType(
    {
        # Clinicians and patients rank worst pain first, trialists average (PMC7956922): both are carried.
        "worst_pain": Item("Worst pain in the last 24 hours", NRS, "daily"),
        "sleep": Item("How far pain got in the way of sleep", INTERFERENCE, "daily"),
        # Rescue medicine lowers the score it is taken for; a flare is information, not a high score
        # (Costa 2021: 68 % of declared flare days were not above a person's average).
        "extra_medicine": Item("Extra pain medicine", DOSES, "daily"),
        "flare": Item("A flare today", TICK, "daily"),
        # Known effects of ketamine: 76 % psychomimetic during the infusion (Sigtermans 2009).
        "nausea": Item("Felt sick", TICK, "effect"),
        "unreal": Item("Dizzy or far away", TICK, "effect"),
        "bad_dreams": Item("Bad dreams", TICK, "effect"),
        "headache": Item("Headache", TICK, "effect"),
        "palpitations": Item("Heart racing or pounding", TICK, "effect"),
        "other": Item("Something else", TICK, "never"),
        # Three of six patients given two 100-hour infusions 16 days apart had liver injury, with rash and
        # fever among its signs (Noppers 2011, Pain 152:2173); ketamine also harms the bladder.
        "urine": Item("Trouble or pain passing urine", TICK, "risk", red_flag=True),
        "liver_signs": Item("Dark urine, or yellow eyes or skin", TICK, "risk", red_flag=True),
        "fever_or_rash": Item("Fever, rash or itching", TICK, "risk", red_flag=True),
        "hallucinations": Item(
            "Seeing or hearing things that are not there", TICK, "effect", red_flag=True, red_flag_from_day=3
        ),
        # The trial found less pain without better function: the two are followed apart.
        "activity": Item("How far pain got in the way of everyday activity", INTERFERENCE, "weekly"),
        "pgic": Item("Change since before the infusion", PGIC, "weekly"),
    }
)

# What a clinic can have asked beside the score. What may be serious can always be told, chosen or not.
CHOOSABLE: Final = tuple(code for code, item in ITEMS.items() if item.asked != "never")
