"""Through simulated weeks with failing ways: who must hear hears, or it stands red; nobody hears too much."""

import pytest
from sqlalchemy import select

from diary.services.ladder import red_alerts
from diary.storage.alerts import alert_by_id
from diary.storage.engine import make_engine
from diary.storage.outbox import WAITING
from diary.storage.tables.outbox import Message
from diary.storage.unit import own
from tests.little_clinic import FIRST_DAY, found
from tests.services.simulated_messages import Weeks, moment_after


def check(url: str, *, seed: int, days: int, people: int) -> Weeks:
    engine = make_engine(url)
    weeks = Weeks(found(engine, first_night=FIRST_DAY), seed, days, people)
    weeks.live()
    assert weeks.broken == []
    weeks.now = moment_after(weeks)
    weeks.settle_all()
    with weeks.clinic.unit() as session:
        messages = list(session.scalars(own(session, Message)))
        told = {message.alert_id for message in messages if message.state == "delivered"}
        waiting = {message.alert_id for message in messages if message.state in WAITING}
        red = red_alerts(session, now=weeks.now)
        silent = 0
        for alert_id in weeks.open:
            alert = alert_by_id(session, alert_id)
            assert alert.status == "open"
            silent += alert_id not in told | waiting
        assert silent <= red
        stuck = [one for one in messages if one.state == "new" and one.next_try_at < weeks.now]
        assert stuck == []
        keys = session.scalars(select(Message.dedupe_key)).all()
        assert len(keys) == len(set(keys))
    extra = sum(weeks.sent.values()) - len(weeks.sent)
    assert extra <= weeks.deaths
    engine.dispose()
    return weeks


def test_nobody_hears_too_much_and_no_alert_is_lost(sqlite_url):
    weeks = check(sqlite_url, seed=1, days=8, people=5)
    assert weeks.sent
    assert weeks.mails


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(20))
@pytest.mark.timeout(3600)
def test_nor_in_a_year_of_fifty_patients(sqlite_url, seed):
    check(sqlite_url, seed=seed, days=365, people=50)
