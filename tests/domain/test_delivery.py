"""Every message ends in a named state or has a next try, whatever its channels say."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from config.words import MESSAGE_STATES
from diary.domain.delivery import GIVE_UP_AFTER, WAIT_ASKED_FOR_MAX, Attempt, Tried, fate

NOON = datetime(2026, 8, 3, 12, tzinfo=UTC)
LATER = Tried("later", "451")


def attempt(tries: int = 1, *, expires_in: timedelta | None = None, age: timedelta = timedelta(0)) -> Attempt:
    return Attempt(tries, NOON - age, NOON + expires_in if expires_in is not None else None)


def wait(*tried: Tried, tries: int = 1) -> timedelta:
    found = fate(list(tried), attempt(tries), now=NOON)
    assert found.next_try_at is not None
    return found.next_try_at - NOON


def test_one_channel_that_took_it_is_enough():
    assert fate([Tried("gone"), LATER, Tried("delivered")], attempt(), now=NOON).state == "delivered"


def test_what_is_refused_everywhere_ends_at_once():
    assert (
        fate([Tried("refused", "550"), Tried("gone", "410")], attempt(), now=NOON).state
        == "permanent_failure"
    )


def test_what_has_no_channel_at_all_ends_at_once():
    assert fate([], attempt(), now=NOON).state == "permanent_failure"


def test_each_wait_is_longer_and_none_over_half_an_hour():
    waits = [wait(LATER, tries=tries) for tries in range(1, 10)]
    assert [int(one.total_seconds() / 60) for one in waits] == [1, 2, 5, 10, 15, 30, 30, 30, 30]


def test_a_destination_that_asks_to_be_left_alone_is_within_reason():
    assert wait(Tried("later", "429", wait_s=1800)) == timedelta(minutes=30)
    assert wait(Tried("later", "429", wait_s=1e9)) == WAIT_ASKED_FOR_MAX


def test_messages_that_failed_together_come_back_apart():
    spread = [Attempt(5, NOON, None, spread=part / 10) for part in range(11)]
    moments = {fate([LATER], one, now=NOON).next_try_at for one in spread}
    assert len(moments) == 11


def test_a_reminder_is_not_tried_past_its_time():
    assert fate([LATER], attempt(expires_in=timedelta(seconds=59)), now=NOON).state == "expired"


def test_a_channel_that_takes_nothing_for_a_day_is_given_up():
    assert fate([LATER], attempt(40, age=GIVE_UP_AFTER), now=NOON).state == "technical_failure"


tried = st.builds(
    Tried,
    st.sampled_from(["delivered", "later", "refused", "gone"]),
    st.none(),
    st.none() | st.floats(0, 1e6),
)


@given(st.lists(tried, max_size=4), st.integers(1, 99), st.integers(0, 96), st.none() | st.integers(-5, 600))
def test_no_message_is_left_without_an_end_or_a_next_try(tried, tries, age_h, expires_min):
    expires_in = None if expires_min is None else timedelta(minutes=expires_min)
    found = fate(tried, attempt(tries, expires_in=expires_in, age=timedelta(hours=age_h)), now=NOON)
    assert found.state in MESSAGE_STATES
    assert (found.state == "new") == (found.next_try_at is not None)
    assert found.next_try_at is None or found.next_try_at > NOON
