"""What one has just done with an alert can be taken back for some seconds; afterwards it stands."""

from datetime import timedelta

from diary.storage.alerts import events_of
from diary.storage.tables.alert import Alert
from diary.storage.unit import own
from tests.desk.house import MORNING, Desk
from tests.desk.test_actions import a_loss, the_alert


def steps_of(desk: Desk, alert: Alert) -> list[str]:
    with desk.reading() as session:
        return [event.action for event in events_of(session, alert.id)]


def test_an_acknowledged_alert_can_be_put_back_at_once(either_desk):
    desk = either_desk
    nurse = desk.sign_in()
    _, uid = a_loss(desk)
    done = nurse.post(f"/desk/alerts/{uid}/acknowledge", version=1, back="/desk/")

    page = nurse.get(done.location)
    assert f'action="/desk/alerts/{uid}/undo"' in page
    back = nurse.post(f"/desk/alerts/{uid}/undo", version=2, back="/desk/")

    assert back.location == "/desk/?done=undone"
    alert = the_alert(desk)
    assert (alert.status, alert.owner_id, alert.acknowledged_at) == ("open", None, None)
    assert steps_of(desk, alert) == ["open", "acknowledge", "undo"], "both stay written down"
    assert [row.detail for row in desk.audited("alert.undo")] == [{"before": "acknowledged", "after": "open"}]


def test_a_snooze_and_a_closing_can_be_taken_back_and_the_owner_stays(desk):
    nurse = desk.sign_in()
    _, uid = a_loss(desk)
    nurse.post(f"/desk/alerts/{uid}/acknowledge", version=1)
    owner = the_alert(desk).owner_id
    until = (MORNING + timedelta(days=7)).date()

    nurse.post(f"/desk/alerts/{uid}/snooze", version=2, until=until, reason="Visit planned")
    assert nurse.post(f"/desk/alerts/{uid}/undo", version=3).status_code == 303
    assert (the_alert(desk).status, the_alert(desk).snoozed_until) == ("acknowledged", None)

    nurse.post(f"/desk/alerts/{uid}/close", version=4, outcome="not_loss", reason="Infection")
    assert nurse.post(f"/desk/alerts/{uid}/undo", version=5).status_code == 303
    alert = the_alert(desk)
    assert (alert.status, alert.outcome, alert.ended_at, alert.owner_id) == (
        "acknowledged",
        None,
        None,
        owner,
    )

    assert nurse.post(f"/desk/alerts/{uid}/undo", version=6).status_code == 303, "one step further back"
    assert the_alert(desk).status == "open"


def test_a_takeover_taken_back_gives_the_alert_to_whoever_had_it(desk):
    anna, joost = desk.sign_in(), desk.sign_in("second nurse")
    _, uid = a_loss(desk)
    anna.post(f"/desk/alerts/{uid}/acknowledge", version=1)
    annas = the_alert(desk).owner_id
    joost.post(f"/desk/alerts/{uid}/acknowledge", version=2)

    assert joost.post(f"/desk/alerts/{uid}/undo", version=3).status_code == 303

    assert the_alert(desk).owner_id == annas


def test_after_some_seconds_it_stands_and_nothing_is_written(desk):
    nurse = desk.sign_in()
    _, uid = a_loss(desk)
    nurse.post(f"/desk/alerts/{uid}/acknowledge", version=1)
    desk.set_clock(MORNING + timedelta(seconds=16))

    refused = nurse.post(f"/desk/alerts/{uid}/undo", version=2)

    assert refused.status_code == 409
    assert "Undo works for 15 seconds. It stands" in refused.get_data(as_text=True)
    assert the_alert(desk).status == "acknowledged"


def test_nobody_takes_back_what_another_did_or_what_changed_meanwhile(desk):
    anna, joost = desk.sign_in(), desk.sign_in("second nurse")
    _, uid = a_loss(desk)
    anna.post(f"/desk/alerts/{uid}/acknowledge", version=1)

    assert joost.post(f"/desk/alerts/{uid}/undo", version=2).status_code == 409
    assert anna.post(f"/desk/alerts/{uid}/undo", version=1).status_code == 412
    assert the_alert(desk).status == "acknowledged"


def test_a_closing_is_not_taken_back_once_another_alert_took_its_place(desk):
    nurse = desk.sign_in()
    patient_id, uid = a_loss(desk)
    nurse.post(f"/desk/alerts/{uid}/close", version=1, outcome="not_loss")
    desk.alert(patient_id, "loss", "confirmed")

    assert nurse.post(f"/desk/alerts/{uid}/undo", version=2).status_code == 409
    with desk.reading() as session:
        assert len(session.scalars(own(session, Alert).where(Alert.status == "open")).all()) == 1


def test_snooze_and_close_are_two_presses_each(desk):
    nurse = desk.sign_in()
    patient_id, uid = a_loss(desk)

    snooze, close = nurse.get(f"/desk/alerts/{uid}/snooze"), nurse.get(f"/desk/alerts/{uid}/close")

    assert 'aria-label="Visit planned: 7 days, until 11 Apr"' in snooze
    assert ">Not a loss of relief: infection</button>" in close
    silent = desk.alert(patient_id, "silence")
    page = nurse.get(f"/desk/alerts/{silent}/close")
    for shown in (
        "Well, and follow-up stopped",
        "Unwell for another reason",
        "In hospital",
        "Stop following",
    ):
        assert shown in page
