"""Passwords that are long and still among the first to be guessed, told by what they are made of.

Lists of leaked passwords hold few of 15 characters or more, and those few are common words, rows of keys,
years and repeats put together. So no list of them is kept: a password is cut into as few parts as it can be.
"""

from collections.abc import Iterator, Sequence
from typing import Final

# Fewer parts than this are too easily guessed, however many characters they come to.
PARTS_MIN: Final = 6
# What people put first when they are asked for a password, in the languages of the phone's pages and around.
_LISTED: Final = """
    password passwort wachtwoord contrasena motdepasse senha parola haslo passwd passphrase secret geheim
    welcome welkom willkommen bienvenue hello hallo login logon signin admin administrator root user guest
    master system server test testing demo example sample default temp temporary change changeme letmein
    qwerty azerty qwertz iloveyou love liebe liefde lovely baby angel princess prinses monkey dragon shadow
    sunshine football soccer baseball hockey superman batman starwars pokemon computer internet google apple
    samsung microsoft windows facebook summer winter spring autumn fall zomer herfst sommer herbst january
    february march april may june july august september october november december monday tuesday wednesday
    thursday friday saturday sunday pain diary clinic hospital nurse doctor physician patient medical health
    ketamine infusion crps amsterdam leiden rotterdam berlin london paris madrid correct horse battery staple
    michael daniel thomas jessica charlie jordan maria anna peter hunter killer freedom whatever trustno pass
    word this is my the and for you key code abc xyz one two three five
    """
WORDS: Final = frozenset(_LISTED.split())
LINES: Final = (
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "azertyuiop",
    "qsdfghjklm",
    "wxcvbn",
    "qwertzuiop",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
    "!@#$%^&*()",
)
RUN_MIN: Final = 3
SEPARATORS: Final = frozenset(" -_.,")
# As letters are dressed up.
PLAIN: Final = str.maketrans("@4301!57$", "aaeoiists")


def is_common(password: str, *, about: Sequence[str] = ()) -> bool:
    """Whether it falls into fewer than `PARTS_MIN` parts.

    Args:
        password: as it was typed.
        about: what is known of the account: name, address, clinic.

    >>> is_common("Password12345678"), is_common("qwertyuiopasdfgh"), is_common("W3lc0me-2026!!!!")
    (True, True, True)
    >>> is_common("anna visser 1980", about=["Anna Visser"]), is_common("the otters left early")
    (True, False)
    """
    words = WORDS | {word for text in about for word in _words(text)}
    return _parts(password.lower(), words) < PARTS_MIN


def _words(text: str) -> Iterator[str]:
    """The words of a name or an address; those of one or two letters tell nothing."""
    for separator in "@.-_'":
        text = text.replace(separator, " ")
    yield from (word for word in text.lower().split() if len(word) > 2)


def _parts(text: str, words: frozenset[str]) -> int:
    """The fewest parts that the text can be cut into."""
    plain = text.translate(PLAIN)
    lengths = sorted({len(word) for word in words})
    fewest = [0]
    for end in range(1, len(text) + 1):
        best = fewest[end - 1] + (text[end - 1] not in SEPARATORS)
        for size in lengths:
            if size <= end and not words.isdisjoint((text[end - size : end], plain[end - size : end])):
                best = min(best, fewest[end - size] + 1)
        if _is_year(text[max(0, end - 4) : end]):
            best = min(best, fewest[end - 4] + 1)
        for start in range(end - RUN_MIN, -1, -1):
            if not _is_run(text[start:end]):
                break
            best = min(best, fewest[start] + 1)
        for size in range(1, end // 2 + 1):
            if text[end - size : end] == text[end - 2 * size : end - size]:
                best = min(best, fewest[end - size])
        fewest.append(best)
    return fewest[-1]


def _is_run(text: str) -> bool:
    """Whether the keys lie side by side."""
    return any(text in line or text[::-1] in line for line in LINES)


def _is_year(text: str) -> bool:
    return len(text) == 4 and text.isascii() and text.isdigit() and text[:2] in ("19", "20")
