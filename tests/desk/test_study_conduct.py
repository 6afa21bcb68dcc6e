"""A study at the desk: its coordinator runs it, and nobody who treats learns an arm without a colleague."""

import csv
import hashlib
import io
import re

from diary.services.study_list import Place, keep_list
from diary.storage.studies import study_named
from tests.desk.house import Desk, Person, words_of
from tests.little_clinic import day_number

NEW = {
    "name": "Second trial",
    "arms": "esk\nmidazolam",
    "masking": "masked",
    "estimand": "hypothetical",
    "follow_up_days": "84",
    "visits": "Week 4, 28, 3\nWeek 12, 84, 3",
}
DAY = day_number(85).isoformat()
LIST = [Place("all", "001", "midazolam"), Place("all", "002", "esk")]


def begun(desk: Desk, coordinator: Person) -> str:
    """The address of a new study that has its list."""
    page = coordinator.post("/desk/studies/new", **NEW).headers["Location"].partition("?")[0]
    with desk.clinic.unit(write=True) as session:
        study = study_named(session, NEW["name"])
        assert study is not None
        keep_list(session, study, LIST, made={"source": "made"}, now=study.created_at)
    return page


def write(person: Person, page: str, kind: str, **more: str) -> int:
    return person.post(f"{page}/log", pseudonym="P-0042", kind=kind, day=DAY, **more).status_code


def version(page: str) -> str:
    return re.findall(r'name="version" value="(\d+)"', page)[-1]


def test_a_coordinator_screens_allots_and_freezes_and_the_page_never_says_the_arm(desk):
    desk.clinic.rename_drug(desk.patient("P-0042"))
    coordinator = desk.sign_in("coordinator")
    page = begun(desk, coordinator)
    assert write(coordinator, page, "visit", visit="Week 4") == 409, "nobody is seen before a screening"
    assert [write(coordinator, page, kind) for kind in ("screened", "consented")] == [303, 303]
    assert write(coordinator, page, "allotted", stratum="all") == 303
    assert write(coordinator, page, "visit", visit="Week 4") == 303
    told = words_of(coordinator.get(page))
    assert "Allotted 1" in told
    assert "In the last 14 days, 0 of 14 days answered (0 %), 0 of them late." in told
    assert "P-0042 Allotted 001 Week 12, 3 Apr ± 3 days: due 0" in told
    assert "all 2 1" in told, "two places, one taken"
    shown = coordinator.get(page) + coordinator.get("/desk/audit") + coordinator.get("/desk/results/studies")
    assert not re.search("midazolam|esk[^-/.]", words_of(shown).replace("desk", ""))
    assert coordinator.post(f"{page}/freeze", version=version(coordinator.get(page))).status_code == 409
    for step in ("close", "freeze"):
        assert coordinator.post(f"{page}/{step}", version=version(coordinator.get(page))).status_code == 303
    assert "The same as it was frozen." in words_of(coordinator.get(f"{page}?check=yes"))
    entries = coordinator.client.get(f"{page}/entries.csv")
    assert hashlib.sha256(entries.data).hexdigest() in coordinator.get(page)
    assert len(list(csv.DictReader(io.StringIO(entries.text)))) == 7, "the baseline"
    assert coordinator.client.get(f"{page}/arms.csv").status_code == 409
    assert [row.detail["what"] for row in desk.audited("study.export")] == ["entries"]


def test_two_people_are_told_one_arm_and_a_third_sees_only_that_they_were(desk):
    desk.clinic.rename_drug(desk.patient("P-0042"))
    nurse, physician, coordinator = (desk.sign_in(who) for who in ("nurse", "physician", "coordinator"))
    page = begun(desk, coordinator)
    for kind, more in (("screened", {}), ("consented", {}), ("allotted", {"stratum": "all"})):
        write(nurse, page, kind, **more)
    asked = nurse.post(f"{page}/unblinding", pseudonym="P-0042", reason="Liver values")
    assert asked.status_code == 303
    seen = physician.get(f"{page}/unblinding")
    assert "Do not wait for this in an emergency" in seen
    agree = re.search(r'action="([^"]+/agree)"', seen)[1]
    assert agree not in nurse.get(f"{page}/unblinding"), "who asked is not asked to agree"
    assert nurse.post(agree).status_code == 409
    assert physician.post(agree).status_code == 303
    for person, told in ((nurse, True), (physician, True), (coordinator, False)):
        assert ("The arm is midazolam" in person.get(f"{page}/unblinding")) == told
    assert "Agreed by Bram de Wit" in words_of(coordinator.get(f"{page}/unblinding"))
    assert len(desk.audited("unblinding.read")) == 2
    assert desk.sign_in("researcher").client.get(page).status_code == 403


def test_a_bad_study_comes_back_filled_and_says_what_to_write(desk):
    coordinator = desk.sign_in("coordinator")
    refused = coordinator.post("/desk/studies/new", **NEW | {"visits": "Week 4", "arms": "esk"})
    assert refused.status_code == 422
    assert "as name, course day, days around" in words_of(refused.text)
    assert coordinator.post("/desk/studies/new", **NEW | {"arms": "esk"}).status_code == 409
