"""What patients read is short, plain and kind. Reading level is a proxy: real patients must read it, too."""

import hashlib
import re
from datetime import date

import pytest

from diary.phone.texts import CONSENT_KEYS, CONSENT_VERSION, ENGLISH, long_day, say
from diary.services.clinics import QUESTION

GRADE_MAX = 5.0
SENTENCE_WORDS_MAX = 15
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

# Never said to a patient: jargon, blame, praise, a comment on a number, a promise, a forecast.
NEVER = (
    "adherence",
    "baseline",
    "better by now",
    "compliance",
    "compliant",
    "don't worry",
    "easy",
    "entry",
    "failed",
    "great",
    "infusion",
    "invalid",
    "just",
    "ketamine",
    "monitor",
    "NRS",
    "please enter",
    "real-time",
    "relapse",
    "simply",
    "sorry",
    "streak",
    "well done",
    "you missed",
)


def syllables(word: str) -> int:
    """Groups of vowels, without a silent e at the end; a number is read as one word."""
    groups = re.findall(r"[aeiouy]+", word.lower())
    silent = word.lower().endswith("e") and not word.lower().endswith(("le", "ee")) and len(groups) > 1
    return max(1, len(groups) - silent)


def sentences(text: str) -> list[list[str]]:
    """The words of each sentence."""
    found = [re.findall(r"[A-Za-z0-9']+", part) for part in re.split(r"[.!?:]+(?:\s|$)", text)]
    return [words for words in found if words]


def grade(text: str) -> float:
    """Flesch-Kincaid grade: years of school in the United States (Kincaid 1975)."""
    said = sentences(text)
    words = [word for sentence in said for word in sentence]
    return 0.39 * len(words) / len(said) + 11.8 * sum(map(syllables, words)) / len(words) - 15.59


def spoken() -> dict[str, str]:
    """Every text with sample values in place."""
    return {key: text.format(**SAMPLE) for key, text in ENGLISH.items()}


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


def test_no_word_blames_praises_promises_or_needs_a_dictionary():
    found = [
        (key, word)
        for key, text in spoken().items()
        for word in NEVER
        if re.search(rf"\b{re.escape(word)}", text, re.IGNORECASE)
    ]

    assert found == []


def test_a_consent_is_stored_with_the_very_words_that_were_agreed_to():
    words = "\n".join(ENGLISH[key] for key in CONSENT_KEYS)

    # Another text needs another version, and this line its digest.
    assert (CONSENT_VERSION, hashlib.sha256(words.encode()).hexdigest()[:16]) == (
        "2026-11",
        "e023529743cdedeb",
    )


def test_the_anchors_are_the_instruments_own():
    assert say("question.anchor", nrs=10, anchor=QUESTION["en"]["high"]) == "10 = worst pain imaginable"


def test_days_are_named_in_full():
    assert long_day(date(2026, 11, 21)) == "Saturday 21 November"
