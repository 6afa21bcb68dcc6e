"""What patients read is short, plain and kind in each language. Measures are proxies: people must read it."""

import hashlib
import re
from collections.abc import Callable, Mapping
from string import Formatter

import pytest

from config.notes import NOTES
from config.wordings import QUESTION
from diary.phone.languages.english import ENGLISH
from diary.phone.languages.language import Language
from diary.phone.languages.spoken import LANGUAGES
from diary.phone.speaking import CONSENT_KEYS, CONSENT_VERSION

GRADE_MAX = 5.0
EASE_MIN = 80.0
SENTENCE_WORDS_MAX = 15
# Arabic has no measure of ease that goes by bare letters: long words stand in for it.
ARABIC_LETTERS_MAX = 9
# The measure says nothing of a label: "Settings" alone has grade 8.
LABEL_WORDS_MAX = 4

SAMPLE = {
    "anchor": "no pain",
    "chosen": 8,
    "clinic": "Pain Centre",
    "day": "Saturday 21 November",
    "day_month": "21 November",
    "minutes": 15,
    "first": "Monday",
    "last": "Friday",
    "month": "November",
    "n": 3,
    "nrs": 7,
    "weekday": "Friday",
}

VOWELS = {"en": "aeiouy", "nl": "aeiouyáéëïóöü", "de": "aeiouyäöü", "es": "aeiouáéíóúü"}

# Ease of reading from words a sentence and syllables a word; 80 and more is easy in each of them.
EASE: Mapping[str, Callable[[float, float], float]] = {
    "en": lambda words, syllables: 206.84 - 1.015 * words - 84.6 * syllables,  # Flesch 1948
    "nl": lambda words, syllables: 206.84 - 0.93 * words - 77 * syllables,  # Douma 1960
    "de": lambda words, syllables: 180 - words - 58.5 * syllables,  # Amstad 1978
    "es": lambda words, syllables: 206.84 - 1.02 * words - 60 * syllables,  # Fernández Huerta 1959
}

# Never said to a patient: jargon, blame, praise, a comment on a number, a promise, a forecast.
NEVER = {
    "en": "adherence, baseline, better by now, compliance, compliant, don't worry, easy, entry, failed, "
    "great, infusion, invalid, just, ketamine, monitor, NRS, please enter, real-time, relapse, "
    "simply, sorry, streak, well done, you missed",
    "nl": "therapietrouw, basislijn, beter dan, geen zorgen, makkelijk, invoer, mislukt, geweldig, goed zo, "
    "infuus, ongeldig, gewoon, ketamine, monitor, NRS, terugval, simpel, sorry, helaas, goed gedaan, "
    "knap, vergeten, gemist",
    "de": "therapietreue, basislinie, besser als, keine sorge, einfach, eingabe, gescheitert, toll, super, "
    "infusion, ungültig, nur, ketamin, überwach, NRS, rückfall, leider, entschuldig, gut gemacht, "
    "vergessen, verpasst",
    "es": "adherencia, cumplimiento, línea de base, mejor que, no se preocupe, fácil, entrada, falló, "
    "genial, infusión, inválid, simplemente, ketamina, monitor, NRS, recaída, perdón, lo siento, "
    "bien hecho, olvidó, perdió",
    "ar": "التزام, خط الأساس, لا تقلق, سهل, فشل, رائع, تسريب, غير صالح, كيتامين, مراقبة, انتكاس, عذرا, آسف, "
    "أحسنت, نسيت, فاتك",
}


def syllables(word: str) -> int:
    """Groups of vowels, without a silent e at the end; a number is read as one word."""
    groups = re.findall(r"[aeiouy]+", word.lower())
    silent = word.lower().endswith("e") and not word.lower().endswith(("le", "ee")) and len(groups) > 1
    return max(1, len(groups) - silent)


def sentences(text: str) -> list[list[str]]:
    """The words of each sentence."""
    found = [re.findall(r"[\w']+", part) for part in re.split(r"[.!?؟:]+(?:\s|$)", text)]
    return [words for words in found if words]


def grade(text: str) -> float:
    """Flesch-Kincaid grade: years of school in the United States (Kincaid 1975)."""
    said = sentences(text)
    words = [word for sentence in said for word in sentence]
    return 0.39 * len(words) / len(said) + 11.8 * sum(map(syllables, words)) / len(words) - 15.59


def spoken(language: Language = ENGLISH) -> dict[str, str]:
    """Every text with sample values in place."""
    return {key: text.format(**SAMPLE) for key, text in language.texts.items()}


def is_said(word: str, text: str) -> bool:
    """Whether a text has this word, or one that begins with it."""
    return bool(re.search(rf"\b{re.escape(word)}", text, re.IGNORECASE))


def values(text: str) -> set[str]:
    """The names of what is put into a text."""
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.fixture(params=LANGUAGES.values(), ids=LANGUAGES)
def language(request: pytest.FixtureRequest) -> Language:
    """Each language in turn."""
    return request.param


@pytest.mark.parametrize(("key", "text"), spoken().items(), ids=lambda value: str(value)[:30])
def test_a_child_of_ten_can_read_it(key: str, text: str):
    said = sentences(text)

    assert max(len(sentence) for sentence in said) <= SENTENCE_WORDS_MAX
    if sum(len(sentence) for sentence in said) > LABEL_WORDS_MAX:
        assert grade(text) <= GRADE_MAX


def test_the_measure_tells_jargon_from_plain_words():
    jargon = (
        "Your reported numerical rating scale values indicate a statistically significant deterioration "
        "approaching your pre-infusion baseline."
    )

    assert grade(jargon) > 15
    assert grade("Each dot is one day. Lower is less pain.") < 1


def test_no_sentence_is_long_in_any_language(language: Language):
    lengths = {key: len(words) for key, text in spoken(language).items() for words in sentences(text)}

    assert {key: length for key, length in lengths.items() if length > SENTENCE_WORDS_MAX} == {}


@pytest.mark.parametrize("tag", EASE)
def test_each_language_is_easy_by_its_own_measure(tag: str):
    said = [words for text in spoken(LANGUAGES[tag]).values() for words in sentences(text)]
    words = [word for sentence in said for word in sentence]
    count = sum(max(1, len(re.findall(f"[{VOWELS[tag]}]+", word.lower()))) for word in words)

    assert EASE[tag](len(words) / len(said), count / len(words)) >= EASE_MIN


def test_arabic_has_no_long_words():
    words = {word for text in spoken(LANGUAGES["ar"]).values() for words in sentences(text) for word in words}

    # The sample values are English.
    assert {word for word in words if not word.isascii() and len(word) > ARABIC_LETTERS_MAX} == set()


def test_every_language_says_everything_and_nothing_else(language: Language):
    assert list(language.texts) == list(ENGLISH.texts)


def test_every_language_puts_the_same_values_in(language: Language):
    assert {key: values(text) for key, text in language.texts.items()} == {
        key: values(text) for key, text in ENGLISH.texts.items()
    }


def test_no_language_is_left_in_english(language: Language):
    if language is not ENGLISH:
        same = {key for key, text in language.texts.items() if text == ENGLISH.texts[key]}

        assert same <= {
            "app",
            "error",
            "day.month",
            "day.long",
            "question.anchor",
            "ready.start",
            "days.paused",
        }


def test_no_word_blames_praises_promises_or_needs_a_dictionary(language: Language):
    found = [
        (key, word)
        for key, text in spoken(language).items()
        for word in NEVER[language.tag].split(", ")
        if is_said(word, text)
    ]

    assert found == []


def test_the_question_and_the_notes_are_as_short_and_as_kind(language: Language):
    asked = [QUESTION[language.tag][key] for key in ("question", "question_for_day", "low", "high")]
    noted = [words for note in NOTES[language.tag].values() for words in note]
    for text in (words.format(where="", day="Friday") for words in (*asked, *noted)):
        assert max(len(words) for words in sentences(text)) <= SENTENCE_WORDS_MAX
        assert not [word for word in NEVER[language.tag].split(", ") if is_said(word, text)], text


def test_a_consent_is_stored_with_the_very_words_that_were_agreed_to():
    words = "\n".join(language.texts[key] for language in LANGUAGES.values() for key in CONSENT_KEYS)

    # Another text, in any language, needs another version, and this line its digest.
    assert (CONSENT_VERSION, hashlib.sha256(words.encode()).hexdigest()[:16]) == (
        "2026-11",
        "db88ba5cf5933427",
    )
