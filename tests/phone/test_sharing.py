"""A patient shares the diary by a link: it shows scores and no name, for a week, and ends at will."""

import re
from datetime import timedelta

import pytest

from diary.phone.languages.english import ENGLISH
from diary.services.attempts import SHARED_PER_ADDRESS
from diary.services.own_limits import TIMES_MAX
from diary.services.sharing import LINK_LIFE, LINKS_MAX
from diary.storage.tables.patient import ShareLink
from tests.phone.phone_clinic import TODAY, YESTERDAY, Phone, PhoneClinic, at, text_of

ENDED = ENGLISH.say("error.link_closed")


def make(phone: Phone) -> str:
    """A new link; its code."""
    page = phone.post("/app/share", phone.form("/app/share"))
    assert page.status_code == 200
    [code] = re.findall(r"/app/shared#(\w{16})\"", page.text)
    assert isinstance(code, str)
    return code


def opened(clinic: PhoneClinic, code: str):
    """What the doctor's browser shows."""
    return Phone(clinic.client()).post("/app/shared", {"code": code})


def test_who_has_the_link_reads_scores_and_treated_area_and_no_name(
    clinic: PhoneClinic, joined: tuple[int, Phone]
):
    _, phone = joined
    phone.answer(7)
    phone.answer(4, YESTERDAY)
    code = make(phone)

    page = opened(clinic, f"{code[:4]}-{code[4:8]} {code[8:]}".lower())

    assert page.status_code == 200
    said = text_of(page.text)
    assert "in your right hand and arm" in said
    assert re.search(r"Sat 21 Nov 7", said)
    assert re.search(r"Fri 20 Nov 4", said), "nobody who reads it answers, so nothing is withheld"
    assert "You can open this until Saturday 28 November" in said
    assert "P-0042" not in page.text
    assert code not in page.text
    assert "no-store" in page.headers["Cache-Control"]
    assert "noindex" in page.text


def test_the_code_is_kept_nowhere_and_stands_in_no_address_that_a_server_sees(
    clinic: PhoneClinic, joined: tuple[int, Phone]
):
    code = make(joined[1])

    [link] = clinic.rows(ShareLink)
    assert code not in repr(vars(link))
    assert code not in text_of(joined[1].get("/app/share").text)
    assert Phone(clinic.client()).get("/app/shared").status_code == 200, "the code stands behind the #"


def test_a_link_ends_after_a_week_and_when_the_patient_ends_it(
    clinic: PhoneClinic, joined: tuple[int, Phone]
):
    _, phone = joined
    first, second = make(phone), make(phone)
    newest = phone.form("/app/share")

    phone.post("/app/share/end", newest)
    assert ENDED in opened(clinic, second if newest["link"] == clinic.rows(ShareLink)[-1].uid else first).text
    assert sum(opened(clinic, code).status_code == 200 for code in (first, second)) == 1

    clinic.clock.moment += LINK_LIFE
    assert [opened(clinic, code).status_code for code in (first, second)] == [409, 409]


def test_a_patient_sees_how_often_a_link_was_opened_and_who_looked(
    clinic: PhoneClinic, joined: tuple[int, Phone]
):
    _, phone = joined
    code = make(phone)
    for _ in range(2):
        assert opened(clinic, code).status_code == 200

    assert "Times opened: 2" in text_of(phone.get("/app/share").text)
    assert "Somebody with your link" in phone.get("/app/readers").text


def test_one_link_more_ends_the_oldest_and_ten_a_day_are_enough(
    clinic: PhoneClinic, joined: tuple[int, Phone]
):
    _, phone = joined
    codes = [make(phone) for _ in range(LINKS_MAX + 1)]
    assert [opened(clinic, code).status_code for code in codes] == [409] + [200] * LINKS_MAX

    for _ in range(TIMES_MAX - len(codes)):
        make(phone)
    refused = phone.post("/app/share", phone.form("/app/share"))
    assert refused.status_code == 429
    assert ENGLISH.say("problem.asked_too_often.title") in refused.text
    clinic.clock.moment = at(TODAY + timedelta(days=1), 21)
    make(phone)


def test_a_link_of_one_patient_neither_shows_nor_ends_anothers(clinic: PhoneClinic):
    ours, theirs = (clinic.phone(clinic.admit(name)) for name in ("P-1", "P-2"))
    ours.answer(3)
    theirs.answer(9)
    code, other = make(ours), make(theirs)
    assert "Sat 21 Nov 9" not in text_of(opened(clinic, code).text)

    form = {**ours.form("/app/share"), "link": theirs.form("/app/share")["link"]}
    ours.post("/app/share/end", form)

    assert opened(clinic, other).status_code == 200


def test_who_stops_taking_part_shares_nothing_more(clinic: PhoneClinic, joined: tuple[int, Phone]):
    _, phone = joined
    code = make(phone)

    phone.post("/app/stop", phone.form("/app/stop"))

    assert opened(clinic, code).status_code == 409


@pytest.mark.parametrize("typed", ["", "ABCD", "ABCD2345EFGH678", "ABCD2345EFGH67O0", "é" * 16, "\x00" * 16])
def test_what_cannot_be_a_code_is_asked_for_again(sqlite_clinic: PhoneClinic, typed: str):
    page = opened(sqlite_clinic, typed)

    assert (page.status_code, ENGLISH.say("error.share_code") in page.text) == (422, True)


def test_guessing_is_stopped_also_for_the_right_code_and_looking_is_not(sqlite_clinic: PhoneClinic):
    code = make(sqlite_clinic.phone(sqlite_clinic.admit()))
    assert {opened(sqlite_clinic, code).status_code for _ in range(SHARED_PER_ADDRESS + 1)} == {200}
    for _ in range(SHARED_PER_ADDRESS):
        assert opened(sqlite_clinic, "ABCD2345EFGH6789").status_code == 409
    assert opened(sqlite_clinic, code).status_code == 429
