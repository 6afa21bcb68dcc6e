"""The clinic's own checklist before an infusion: in versions, ticked by name and time, never in the way."""

import re

from diary.storage.bookings import live_booking_of
from diary.storage.checklists import checklist_versions
from tests.desk.house import Desk, Person, words_of
from tests.desk.test_actions import booked
from tests.desk.test_chairs import a_bed, an_authorised_booking

PATH = "/desk/settings/checklist"
LINES = "Liver test this week\n\n  Nobody   drives home \n"


def keep(desk: Desk, person: Person, lines: str):
    with desk.reading() as session:
        version = len(checklist_versions(session)) + 1
    return person.post(PATH, lines=lines, version=version)


def press(person: Person, page: str, line: str):
    """Press the box before a line, as its form is."""
    form = re.search(
        rf'action="([^"]+/checklist/\d+)"(?:(?!</form>).)*?name="version" value="(\d+)"(?:(?!</form>).)*?'
        rf'value="(yes|no)"[^>]*aria-label="{line}"',
        page,
        re.DOTALL,
    )
    return person.post(form[1], version=form[2], ticked=form[3])


def test_each_line_is_ticked_at_the_booking_with_who_and_when_and_the_tick_can_be_taken_back(either_desk):
    desk, nurse = either_desk, either_desk.sign_in()
    assert keep(desk, nurse, LINES).status_code == 303
    patient_id, _ = booked(desk, nurse)

    assert "Before the infusion 0 of 2" in words_of(nurse.get(desk.page(patient_id)))
    assert press(nurse, nurse.get(desk.page(patient_id)), "Nobody drives home").status_code == 303

    page = nurse.get(desk.page(patient_id))
    assert "Before the infusion 1 of 2" in words_of(page)
    assert "Nobody drives home Anna Visser, Sat 4 Apr, 09:00" in words_of(page)
    second = desk.sign_in("second nurse")
    path = re.search(r'action="([^"]+/checklist/1)"', page)[1]
    assert second.post(path, version=1, ticked="yes").status_code == 303, "twice is once"
    assert "Nobody drives home Anna Visser" in words_of(nurse.get(desk.page(patient_id)))

    press(second, page, "Nobody drives home")
    assert "Before the infusion 0 of 2" in words_of(nurse.get(desk.page(patient_id)))
    audited = [(row.actor_id, row.detail) for row in desk.audited("checklist.tick")]
    assert [detail["ticked"] for _, detail in audited] == [True, False]
    assert len({who for who, _ in audited}) == 2


def test_nothing_of_it_holds_up_a_request_an_offer_or_an_infusion(desk):
    nurse = desk.sign_in()
    keep(desk, nurse, LINES)
    bed = a_bed(desk)
    patient_id, uid = an_authorised_booking(desk)

    asked = nurse.get(f"/desk/bookings/{uid}/offer")
    assert "Before the infusion: 0 of 2 ticked" in words_of(asked)
    slot = dict(re.findall(r'name="(chair|first_day|last_day)" value="([^"]+)"', asked))
    assert nurse.post(f"/desk/bookings/{uid}/offer", version=2, **slot | {"chair": bed}).status_code == 303

    form = f"/desk/patients/{desk.uid(patient_id)}/infusions/new"
    assert "Liver test this week" in nurse.get(form)


def test_other_lines_are_a_new_version_and_a_line_that_stays_keeps_its_tick(desk):
    nurse = desk.sign_in()
    keep(desk, nurse, LINES)
    patient_id, _ = booked(desk, nurse)
    old = nurse.get(desk.page(patient_id))
    press(nurse, old, "Liver test this week")

    assert keep(desk, nurse, "Consent signed\nLiver test this week").status_code == 303

    text = words_of(nurse.get(desk.page(patient_id)))
    assert "Before the infusion 1 of 2 Consent signed Liver test this week Anna Visser" in text.replace(
        "✓ ", ""
    )
    assert "2 versions so far" in words_of(nurse.get(PATH))
    late = press(nurse, old, "Nobody drives home")
    assert late.status_code == 412, "made from a list that no longer counts"
    assert nurse.post(PATH, lines="x", version=1).status_code == 412


def test_a_list_that_is_too_long_is_refused_and_an_empty_one_ends_the_checklist(desk):
    nurse, coordinator = desk.sign_in(), desk.sign_in("coordinator")
    keep(desk, nurse, LINES)

    many = keep(desk, nurse, "\n".join(f"line {n}" for n in range(21)))
    assert (many.status_code, "21 lines. Keep at most 20." in many.get_data(as_text=True)) == (422, True)
    assert "stands twice" in keep(desk, nurse, "a\na").get_data(as_text=True)
    assert "within 140" in keep(desk, nurse, "a" * 141).get_data(as_text=True)
    assert coordinator.post(PATH, lines="a", version=1).status_code == 403
    assert "Nobody drives home" in coordinator.get(PATH)

    patient_id, _ = booked(desk, nurse)
    keep(desk, nurse, "")
    assert "Before the infusion" not in nurse.get(desk.page(patient_id))
    assert "Nothing to check" in nurse.get("/desk/settings")


def test_a_booking_that_has_ended_takes_no_more_ticks(desk):
    nurse = desk.sign_in()
    keep(desk, nurse, LINES)
    patient_id, _ = booked(desk, nurse)
    page = nurse.get(desk.page(patient_id))
    with desk.reading() as session:
        uid = live_booking_of(session, patient_id).uid
    nurse.post(f"/desk/bookings/{uid}/cancel", version=1, note="flu")
    assert press(nurse, page, "Liver test this week").status_code == 409
