"""Who works when, at the desk: cover, holidays and teams are arranged by plain forms."""

from datetime import timedelta

from diary.services.covers import stand_ins
from diary.storage.staff import staff_of_clinic
from tests.desk.house import MORNING, words_of

TODAY = MORNING.date()


def uids(desk) -> dict[str, str]:
    with desk.reading() as session:
        return {person.name: person.uid for person in staff_of_clinic(session)}


def test_a_nurse_arranges_her_cover_and_an_ended_one_is_gone(desk):
    nurse = desk.sign_in()
    desk.admit_person("second nurse")
    people = uids(desk)
    absent, cover = people["Anna Visser"], people["Joost Bos"]
    days = {"first_day": TODAY, "last_day": TODAY + timedelta(days=4), "reason": "leave"}

    assert nurse.post("/desk/settings/cover", absent=absent, cover=cover, **days).status_code == 303
    assert "Joost Bos for Anna Visser" in words_of(nurse.get("/desk/settings/cover"))
    with desk.reading() as session:
        assert len(stand_ins(session, TODAY)) == 1

    twice = nurse.post("/desk/settings/cover", absent=absent, cover=cover, **days)
    assert twice.status_code == 409
    assert "Somebody covers for Anna Visser" in twice.get_data(as_text=True)
    assert nurse.post("/desk/settings/cover/end", absent=absent, first_day=TODAY).status_code == 303
    assert "Nobody is covered for" in nurse.get("/desk/settings/cover")


def test_only_those_who_treat_have_work_that_can_go_over(desk):
    nurse = desk.sign_in()
    desk.admit_person("researcher")
    people = uids(desk)
    days = {"first_day": TODAY, "last_day": TODAY, "reason": "leave"}

    sent = nurse.post("/desk/settings/cover", absent=people["Anna Visser"], cover=people["Eva Kok"], **days)

    assert sent.status_code == 409
    assert "Eva Kok" not in nurse.get("/desk/settings/cover")


def test_an_admin_keeps_the_calendar_and_a_coordinator_only_reads_it(desk):
    admin, coordinator = desk.sign_in("admin"), desk.sign_in("coordinator")
    days = {"first_day": TODAY, "last_day": TODAY + timedelta(days=1)}

    assert admin.post("/desk/settings/days", name="Easter", **days).status_code == 303
    assert admin.post("/desk/settings/days/week", weekdays=["mon", "tue"]).status_code == 303
    page = words_of(coordinator.get("/desk/settings/days"))
    assert "Easter" in page
    assert "Monday, Tuesday" in page
    assert coordinator.post("/desk/settings/days", name="Fair", **days).status_code == 403

    backwards = admin.post(
        "/desk/settings/days", name="Fair", first_day=TODAY, last_day=TODAY - timedelta(days=1)
    )
    assert backwards.status_code == 422
    assert admin.post("/desk/settings/days/take-back", **days).status_code == 303
    assert "No holiday ahead" in admin.get("/desk/settings")


def test_an_admin_puts_people_into_teams(desk):
    admin = desk.sign_in("admin")
    desk.admit_person("nurse")
    assert admin.post("/desk/settings/teams", name="Hand").status_code == 303
    page = admin.get("/desk/settings/teams")
    join = next(part for part in page.split('"') if part.endswith("/join"))

    assert admin.post(join, staff=uids(desk)["Anna Visser"]).status_code == 303
    assert "Take out Anna Visser of Hand" in words_of(admin.get("/desk/settings/teams"))
    leave = join.replace("/join", "/leave")
    assert admin.post(leave, staff=uids(desk)["Anna Visser"]).status_code == 303
    assert "Nobody yet" in admin.get("/desk/settings/teams")
