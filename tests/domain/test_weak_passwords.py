"""Passwords that are long and common are told from those that are only long."""

import pytest

from diary.domain.weak_passwords import is_common

COMMON = [
    "passwordpassword",
    "Password12345678",
    "password-password-password",
    "aaaaaaaaaaaaaaaaaaaa",
    "abcabcabcabcabcabc",
    "123456789012345",
    "98765432109876543210",
    "qwertyuiopasdfghjkl",
    "1qaz2wsx3edc4rfv5tgb",
    "Welcome2026Welcome2026",
    "P@ssw0rd!P@ssw0rd!",
    "iloveyouiloveyou1",
    "correct horse battery staple",
    "admin-admin-admin-2025",
    "Summer2026!!!!!",
    "paindiarypaindiary",
    "ketamine-ketamine-1",
    "wachtwoord 123456",
    "letmeinletmein2024",
    "!@#$%^&*()!@#$%^&*()",
]
SOUND = [
    "four plain words together",
    "the otters left early",
    "mijn fiets staat scheef",
    "blaue Tassen im Regen",
    "k7Vq-2mXt-9bRz-4wLp",
    "seven wet umbrellas",
    " weiß\u00a0wie Schnee, 白い \U0001f9e3 ",
    "correct purple giraffes argue",
]


@pytest.mark.parametrize("password", COMMON)
def test_what_is_guessed_first_is_common(password):
    assert len(password) >= 15
    assert is_common(password)


@pytest.mark.parametrize("password", SOUND)
def test_a_few_words_that_do_not_belong_together_are_not(password):
    assert len(password) >= 15
    assert not is_common(password)


@pytest.mark.parametrize("password", ["anna.visser@clinic", "visser-anna-visser", "Stonebridge 20262026"])
def test_what_everybody_knows_about_the_account_makes_no_password(password):
    known = ["Anna Visser", "anna.visser@clinic.example", "Stonebridge clinic"]
    assert is_common(password, about=known)
    assert not is_common("the otters left early", about=known)


def test_the_longest_password_is_told_apart_at_once():
    assert is_common("ab" * 100)
