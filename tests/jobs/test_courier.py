"""One dead destination never delays the others, and none is asked more than it bears."""

import time
from dataclasses import dataclass, field
from threading import Event, Lock

import pytest

from diary.domain.delivery import Tried
from diary.services.dispatch import Done, Job
from jobs.courier import UNDER_WAY_MAX, WAITING_MAX, Courier, Way


@dataclass(frozen=True)
class Parcel:
    to: str
    key: str = ""


@dataclass
class Post:
    """Carries to anywhere; what is for "dead" hangs until the test lets go, and then nobody answered."""

    let_go: Event = field(default_factory=Event)
    lock: Lock = field(default_factory=Lock)
    under_way: dict[str, int] = field(default_factory=dict)
    most: dict[str, int] = field(default_factory=dict)

    def destination(self, parcel: Parcel) -> str:
        return parcel.to

    def send(self, parcel: Parcel) -> Tried:
        with self.lock:
            self.under_way[parcel.to] = self.under_way.get(parcel.to, 0) + 1
            self.most[parcel.to] = max(self.most.get(parcel.to, 0), self.under_way[parcel.to])
        if parcel.to == "dead":
            self.let_go.wait(30)
        with self.lock:
            self.under_way[parcel.to] -= 1
        if parcel.to == "faulty":
            raise ZeroDivisionError
        return Tried("later", "timeout", away=True) if parcel.to == "dead" else Tried("delivered")


@pytest.fixture
def post():
    carrier = Post()
    yield carrier
    carrier.let_go.set()


@pytest.fixture
def courier(post):
    courier = Courier({Parcel: Way("parcel", post)})
    yield courier
    post.let_go.set()
    courier.close()


def job(number: int, *places: str) -> Job:
    return Job(1, "patient", (number,), tuple(Parcel(to) for to in places))


def collect(courier: Courier, count: int) -> list[Done]:
    done: list[Done] = []
    ends_s = time.monotonic() + 20
    while len(done) < count and time.monotonic() < ends_s:
        done += courier.collect()
    return done


def test_while_one_destination_hangs_the_others_get_theirs(courier, post):
    courier.hand([job(n, "dead") for n in range(20)] + [job(100 + n, f"host {n}") for n in range(20)])
    done = collect(courier, 20)
    assert {one.job.message_ids[0] for one in done} == set(range(100, 120))
    assert post.most["dead"] == UNDER_WAY_MAX // 2


def test_what_waits_for_a_dead_destination_goes_back_untried_once_that_is_known(courier, post):
    courier.hand([job(n, "dead") for n in range(20)])
    post.let_go.set()
    done = collect(courier, 20)
    tried, put_off = [one for one in done if not one.put_off], [one for one in done if one.put_off]
    assert 1 <= len(tried) <= UNDER_WAY_MAX
    assert len(tried) + len(put_off) == 20
    courier.hand([job(50, "dead")])
    (rests,) = collect(courier, 1)
    assert rests.put_off
    assert rests.tried[0].tried.wait_s > 0


def test_a_destination_that_answers_gets_a_few_at_a_time(courier, post):
    courier.hand([job(n, "host") for n in range(60)])
    assert len(collect(courier, 60)) == 60
    assert post.most["host"] <= UNDER_WAY_MAX


def test_too_many_for_one_destination_wait_in_the_outbox_instead(courier, post):
    courier.hand([job(n, "dead") for n in range(WAITING_MAX + 10)])
    back = collect(courier, 10 - UNDER_WAY_MAX // 2)
    assert all(one.put_off for one in back)


def test_a_message_to_two_phones_ends_when_both_were_tried(courier, post):
    courier.hand([job(1, "host", "dead")])
    assert courier.collect(wait_s=0.3) == []
    post.let_go.set()
    (done,) = collect(courier, 1)
    assert sorted(one.tried.result for one in done.tried) == ["delivered", "later"]
    assert not done.put_off


def test_a_fault_of_the_program_loses_no_message(courier):
    courier.hand([job(1, "faulty")])
    (done,) = collect(courier, 1)
    assert done.tried[0].tried == Tried("later", "ZeroDivisionError")


def test_asked_to_end_it_gives_back_what_was_not_begun(courier, post):
    courier.hand([job(n, "dead") for n in range(20)])
    courier.collect(wait_s=0.0)
    back = courier.land(wait_s=0.1)
    assert len(back) == 20 - UNDER_WAY_MAX // 2
    assert all(one.put_off for one in back)
