"""Which languages the phone speaks, and the one that is closest to what somebody asks for."""

from collections.abc import Iterable, Mapping
from typing import Final

from diary.phone.languages.arabic import ARABIC
from diary.phone.languages.dutch import DUTCH
from diary.phone.languages.english import ENGLISH
from diary.phone.languages.german import GERMAN
from diary.phone.languages.language import Language
from diary.phone.languages.spanish import SPANISH

LANGUAGES: Final[Mapping[str, Language]] = {
    language.tag: language for language in (ENGLISH, DUTCH, GERMAN, SPANISH, ARABIC)
}


def closest(tags: Iterable[str]) -> Language:
    """The first of these tags that is spoken, whatever its script and region; English where none is.

    >>> closest(["fy-NL", "nl-BE", "en"]).name
    'Nederlands'
    """
    for tag in tags:
        language = LANGUAGES.get(tag.partition("-")[0].lower())
        if language is not None:
            return language
    return ENGLISH
