"""What a night does about alerts, one course at a time."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.words import ALERT_KINDS, ALERT_STATUSES, COURSE_STATES, LOSS_LEVELS
from diary.domain.policy import Act, Finding, Standing, decide, is_told, present_run

AWAY_NIGHTS = 14


def finding(states, *, review=False, review_recovered=False, step_recovered=False):
    return Finding(states, review, review_recovered, step_recovered, quiet=False)


def acts(found, *standing):
    return decide(found, standing, absence_nights=AWAY_NIGHTS)


HOLDING = ["learning"] * 13 + ["holding"] * 20


def test_a_holding_course_without_alerts_needs_nothing():
    assert acts(finding(HOLDING)) == []


def test_a_confirmed_loss_opens_one_alert_at_its_level():
    assert acts(finding([*HOLDING, "loss"])) == [Act("open", "loss", "confirmed")]


def test_a_higher_level_raises_the_same_alert():
    watch = Standing("loss", "watch", "acknowledged", opened_night=34)
    assert acts(finding([*HOLDING, "watch", "loss"]), watch) == [Act("escalate", "loss", "confirmed")]


def test_the_same_level_says_nothing_new():
    loss = Standing("loss", "confirmed", "open", opened_night=34)
    assert acts(finding([*HOLDING, "loss", "loss"]), loss) == []


def test_a_lower_level_never_lowers_the_alert():
    loss = Standing("loss", "confirmed", "open", opened_night=34)
    assert acts(finding([*HOLDING, "loss", "watch"]), loss) == []


def test_an_alert_that_nobody_took_clears_when_scores_recover():
    loss = Standing("loss", "confirmed", "open", opened_night=34)
    assert acts(finding([*HOLDING, "loss", "holding"]), loss) == [
        Act("clear", "loss", reason="scores recovered")
    ]


@pytest.mark.parametrize("status", ["acknowledged", "snoozed", "parked"])
def test_an_alert_that_somebody_took_only_gets_a_note(status):
    loss = Standing("loss", "confirmed", status, opened_night=34)
    assert acts(finding([*HOLDING, "loss", "holding"]), loss) == [
        Act("note", "loss", reason="scores recovered")
    ]


@pytest.mark.parametrize("state", ["silent", "cannot_tell"])
def test_silence_and_doubt_are_not_recovery(state):
    loss = Standing("loss", "confirmed", "open", opened_night=34)
    assert [act for act in acts(finding([*HOLDING, "loss", state]), loss) if act.kind == "loss"] == []


def test_a_closed_loss_stays_closed_while_the_same_loss_goes_on():
    closed = Standing("loss", "confirmed", "closed", opened_night=34)
    assert acts(finding([*HOLDING, *["loss"] * 40]), closed) == []


def test_a_closed_watch_opens_again_at_a_higher_level():
    closed = Standing("loss", "watch", "closed", opened_night=34)
    assert acts(finding([*HOLDING, "watch", "watch", "loss"]), closed) == [Act("open", "loss", "confirmed")]


@pytest.mark.parametrize(("nights_away", "opens"), [(13, False), (14, True)])
def test_a_closed_loss_opens_again_once_it_was_away_for_14_nights(nights_away, opens):
    closed = Standing("loss", "confirmed", "closed", opened_night=34)
    found = finding([*HOLDING, "loss", *["holding"] * nights_away, "loss"])
    assert bool(acts(found, closed)) is opens


@pytest.mark.parametrize(("kind", "state"), [("loss", "loss"), ("silence", "silent"), ("step", "step")])
def test_what_cleared_itself_opens_again_as_soon_as_its_state_is_back(kind, state):
    level = "confirmed" if kind == "loss" else None
    cleared = Standing(kind, level, "cleared", opened_night=34)
    found = finding([*HOLDING, state, "holding", state])
    assert acts(found, cleared) == [Act("open", kind, level)]
    assert acts(found, replace(cleared, status="closed")) == []


def test_a_review_is_said_once_a_course():
    found = finding(HOLDING, review=True)
    assert acts(found) == [Act("open", "review")]
    assert acts(found, Standing("review", None, "closed", opened_night=20)) == []


def test_no_response_is_said_once_and_cleared_when_response_comes_late():
    states = ["learning"] * 13 + ["no_response"] * 10
    assert acts(finding(states)) == [Act("open", "no_response")]
    alert = Standing("no_response", None, "open", opened_night=14)
    assert acts(finding([*states, "holding"]), alert) == [
        Act("clear", "no_response", reason="a late response")
    ]
    assert acts(finding(states), Standing("no_response", None, "closed", opened_night=14)) == []


@pytest.mark.parametrize("state", ["silent", "step", "cannot_tell"])
@pytest.mark.parametrize("status", ["open", "acknowledged"])
def test_silence_a_step_and_doubt_are_no_late_response(status, state):
    alert = Standing("no_response", None, status, opened_night=14)
    found = finding([*["learning"] * 13, "no_response", state])
    assert [act for act in acts(found, alert) if act.kind == "no_response"] == []


def test_a_response_that_came_late_and_was_lost_again_is_still_a_late_response():
    alert = Standing("no_response", None, "open", opened_night=14)
    found = finding([*["learning"] * 13, "no_response", "loss"])
    assert Act("clear", "no_response", reason="a late response") in acts(found, alert)


def test_a_step_stays_until_scores_fall_back():
    step = Standing("step", None, "open", opened_night=34)
    states = [*HOLDING, "step", "loss"]
    assert [act for act in acts(finding(states), step) if act.kind == "step"] == []
    assert Act("clear", "step", reason="scores recovered") in acts(finding(states, step_recovered=True), step)


def test_answers_that_come_later_supersede_the_alert_they_contradict():
    silence = Standing("silence", None, "open", opened_night=34)
    filled = finding([*HOLDING, "holding", "holding"])  # night 34 is no longer silent with today's data
    (act,) = acts(filled, silence)
    assert (act.verb, act.kind) == ("supersede", "silence")
    assert act.reason


def test_an_alert_superseded_once_may_open_again_when_its_state_comes():
    gone = Standing("loss", "confirmed", "superseded", opened_night=20)
    assert acts(finding([*HOLDING, "loss"]), gone) == [Act("open", "loss", "confirmed")]


@pytest.mark.parametrize("state", ["loss", "likely_lost", "watch", "step", "silent", "no_response"])
def test_imported_history_rings_no_bell_at_first(state):
    found = finding([*HOLDING, state], review=True)
    assert {act.verb for act in acts(found)} == {"open"}
    assert acts(replace(found, quiet=True)) == []


def test_the_run_of_nights_and_the_absence_before_it():
    assert present_run("loss", finding(["holding", "loss", "holding", "loss", "watch"])) == (4, 1)
    assert present_run("loss", finding(["holding", "holding", "loss"])) == (3, 2)


def test_every_kind_that_a_night_can_open_is_a_kind_of_alert():
    for state in ("loss", "step", "silent", "no_response"):
        for act in acts(finding([*HOLDING, state], review=True)):
            assert act.kind in ALERT_KINDS


def standing(kind):
    """One alert of this kind that a course may have."""
    levels = st.sampled_from(LOSS_LEVELS) if kind == "loss" else st.none()
    return st.builds(Standing, st.just(kind), levels, st.sampled_from(ALERT_STATUSES), st.integers(1, 40))


findings = st.builds(
    Finding,
    st.lists(st.sampled_from([*COURSE_STATES[1:], "holding"]), min_size=1, max_size=40),
    *[st.booleans()] * 4,
)
of_the_night = [kind for kind in ALERT_KINDS if kind not in ("red_flag", "call_me")]
standings = st.lists(st.sampled_from(of_the_night), unique=True).flatmap(
    lambda kinds: st.tuples(*map(standing, kinds))
)


@given(findings, standings)
def test_where_all_is_told_there_is_nothing_to_do(found, alerts):
    """A night asks this first of a million courses; it must never pass over one that needs something."""
    if is_told(found.state, review=found.review, alerts=alerts):
        assert acts(found, *alerts) == []


def test_what_stands_as_it_was_is_told():
    held = Standing("loss", "confirmed", "parked", 20)
    assert is_told("loss", review=False, alerts=[held])
    assert not is_told("loss", review=True, alerts=[held])
    assert not is_told("holding", review=False, alerts=[held])
    assert is_told("holding", review=False, alerts=[replace(held, status="closed")])
    assert not is_told("loss", review=False, alerts=[replace(held, status="closed")])
