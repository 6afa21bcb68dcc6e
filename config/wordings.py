"""The question by language: it belongs to the instrument version, and stays the same within a course."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from config.scales import NRS

# "{where}" holds the treated area with a space behind it, or nothing; "{day}" the name of the day. The
# wordings are ours: none is a validated translation. The direction is that of the scale, whatever the page's.
QUESTION: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        "en": {
            "question": "What was your average pain {where}in the last 24 hours?",
            "question_for_day": "What was your average pain {where}on {day}?",
            "low": NRS.low_anchor,
            "high": NRS.high_anchor,
            "direction": "ltr",
            "validated": "no",
        },
        "nl": {
            "question": "Hoeveel pijn had u {where}gemiddeld in de afgelopen 24 uur?",
            "question_for_day": "Hoeveel pijn had u {where}gemiddeld op {day}?",
            "low": "geen pijn",
            "high": "ergst denkbare pijn",
            "direction": "ltr",
            "validated": "no",
        },
        "de": {
            "question": "Wie stark waren Ihre Schmerzen {where}im Durchschnitt in den letzten 24 Stunden?",
            "question_for_day": "Wie stark waren Ihre Schmerzen {where}im Durchschnitt am {day}?",
            "low": "keine Schmerzen",
            "high": "stärkste vorstellbare Schmerzen",
            "direction": "ltr",
            "validated": "no",
        },
        "es": {
            "question": "¿Cuánto dolor tuvo {where}de media en las últimas 24 horas?",
            "question_for_day": "¿Cuánto dolor tuvo {where}de media el {day}?",
            "low": "ningún dolor",
            "high": "el peor dolor imaginable",
            "direction": "ltr",
            "validated": "no",
        },
        "ar": {
            "question": "كم كان متوسط ألمك {where}في آخر 24 ساعة؟",
            "question_for_day": "كم كان متوسط ألمك {where}يوم {day}؟",
            "low": "لا ألم",
            "high": "أسوأ ألم يمكن تخيله",
            "direction": "rtl",
            "validated": "no",
        },
    }
)
