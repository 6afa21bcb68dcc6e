"""make bench-delivery: messages a CPU-second through local sinks; what a dead destination costs the others.

Real outbox (SQLite), real carriers over loopback; the sinks are processes of their own, whose CPU does not
count. Mails go to an SMTP server without TLS, notes to an HTTP server as encrypted Web Push. The two p99 are
medians of fifteen runs each, taken in turns, since other work on the machine moves both.
"""

import statistics
import sys
import tempfile
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path
from threading import Event

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from diary.domain.delivery import Tried
from diary.domain.reminding import SPREAD_S, spread_s
from diary.gateways.mail import Mail, SmtpCarrier, SmtpMailer
from diary.gateways.outbound import Outbound
from diary.gateways.push import Push, PushCarrier, PushKeys
from diary.services import alerts
from diary.services.dispatch import Done, Job, Try, settle, take
from diary.services.reminders import remind_due
from diary.storage.engine import make_engine
from diary.storage.ids import new_uid
from diary.storage.migrate import upgrade
from diary.storage.outbox import LANES
from jobs.courier import Courier, Way
from jobs.deliver import Rounds, deliver
from tests.gateways.far import far
from tests.gateways.test_mail_carrier import Server
from tests.gateways.test_push import text
from tests.little_clinic import at, found
from tests.services.simulated_messages import FIRST_DAY, HOURS_MIN, peopled

COUNT = int(sys.argv[1]) if len(sys.argv) > 1 else 200
EVENING = 1_000_000
TOOK = Tried("delivered")
FORKS = get_context("spawn")


def sink(kind: str, pipe) -> None:
    """Takes everything, until the pipe is closed."""
    if kind == "smtp":
        server = Server()
        server.start()
        pipe.send(server.port)
        pipe.recv()
        server.stop()
    else:
        with far() as there:
            pipe.send(there.port)
            pipe.recv()


def mails(port: int) -> float:
    """Red flags of COUNT patients, each a mail of its own, from the outbox to its mark; a CPU-second."""
    with tempfile.TemporaryDirectory() as place:
        url = f"sqlite:///{Path(place) / 'bench.db'}"
        upgrade(url)
        engine = make_engine(url)
        clinic = found(engine)
        clinic.person("Ada")
        now = datetime.now(UTC)
        for number in range(COUNT):
            patient_id = clinic.admit(f"P-{number}")
            with clinic.unit(write=True) as session:
                news = alerts.News(patient_id, None, "red_flag", {"items": ["fever"]})
                alerts.raise_alert(session, news, now=now)
        mailer = SmtpMailer(f"smtp://127.0.0.1:{port}", "diary@clinic.example")
        courier = Courier({Mail: Way("email", SmtpCarrier(mailer))})
        rounds = Rounds(engine, courier, url="https://diary.example", owner="bench")
        began_s = time.process_time()
        deliver(rounds, now=lambda: datetime.now(UTC), wall=lambda: datetime.now(UTC))
        spent_s = time.process_time() - began_s
        courier.close()
        engine.dispose()
    return COUNT / spent_s


def notes(port: int) -> float:
    """COUNT notes, encrypted each for its phone, over kept connections; a CPU-second."""
    point = ec.generate_private_key(ec.SECP256R1()).public_key()
    form = (serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    p256dh, auth = text(point.public_bytes(*form)), text(bytes(16))
    client = Outbound(allowed=lambda _: True, plain_here=True)
    carrier = PushCarrier(PushKeys.make(), contact="mailto:a@b.example", outbound=client, clock_s=time.time)
    push = Push(f"http://localhost:{port}/", p256dh, auth, {"title": "Time"}, "reminder", 3600)
    began_s = time.process_time()
    assert all(carrier.send(push).result == "delivered" for _ in range(COUNT))
    return COUNT / (time.process_time() - began_s)


def evening() -> tuple[float, float]:
    """Reminders of COUNT patients: planned, and taken and settled without the way itself; a CPU-second."""
    with tempfile.TemporaryDirectory() as place:
        url = f"sqlite:///{Path(place) / 'bench.db'}"
        upgrade(url)
        engine = make_engine(url)
        clinic = peopled(engine, COUNT)
        for patient_id in range(1, COUNT + 1):  # who is silent for a week is not reminded
            clinic.answer(patient_id, FIRST_DAY - timedelta(days=1), 4)
        planned_s = settled_s = 0.0
        looked = sent = 0
        for minute in HOURS_MIN:
            now = at(FIRST_DAY, hour=0) + timedelta(minutes=minute, seconds=SPREAD_S)
            began_s = time.process_time()
            with clinic.unit(write=True) as session:
                looked += remind_due(session, now=now)
            planned_s += time.process_time() - began_s
            began_s = time.process_time()
            with clinic.unit(write=True) as session:
                jobs = take(session, LANES[1], url="", owner="b", limit=COUNT, now=now, wall_now=now)
            ended = [Done(job, tuple(Try("push", one, TOOK) for one in job.parcels)) for job in jobs]
            with clinic.unit(write=True) as session:
                settle(session, ended, owner="b", now=now)
            settled_s += time.process_time() - began_s
            sent += len(ended)
        engine.dispose()
    return looked / planned_s, sent / settled_s


def busiest_second(people: int) -> int:
    """How many of so many patients who all chose one hour have their moment in its busiest second."""
    return max(Counter(spread_s(new_uid(datetime.now(UTC))) for _ in range(people)).values())


class Posts:
    """Takes 5 ms a note; what is for "dead" hangs."""

    def __init__(self) -> None:
        self.let_go = Event()

    def destination(self, parcel: Push) -> str:
        return parcel.endpoint

    def send(self, parcel: Push) -> Tried:
        if parcel.endpoint == "dead":
            self.let_go.wait(10)
            return Tried("later", "TimeoutError", away=True)
        time.sleep(0.005)
        return Tried("delivered")


def p99_ms(*, dead: bool) -> float:
    """From hand to collect, of notes to ten destinations that live, twenty at a time."""
    posts = Posts()
    courier = Courier({Push: Way("push", posts)})
    if dead:
        courier.hand(_job(-n, "dead") for n in range(1, 33))
    waits: list[float] = []
    for batch in range(COUNT // 20):
        began_s, left = time.monotonic(), 20
        courier.hand(_job(batch * 20 + n, f"host {n % 10}") for n in range(20))
        while left:
            for done in courier.collect():
                if done.job.message_ids[0] >= 0:
                    waits.append(time.monotonic() - began_s)
                    left -= 1
    posts.let_go.set()
    courier.close()
    return sorted(waits)[int(len(waits) * 0.99)] * 1000


def _job(number: int, to: str) -> Job:
    return Job(1, "patient", (number,), (Push(to, "", "", {}, "reminder", 60),))


def main() -> None:
    ours: list = []
    ports: dict[str, int] = {}
    for kind in ("smtp", "push"):
        mine, theirs = FORKS.Pipe()
        process = FORKS.Process(target=sink, args=(kind, theirs), daemon=True)
        process.start()
        ports[kind] = mine.recv()
        ours.append((mine, process))
    print(f"mails, outbox to mark   {mails(ports['smtp']):8.0f} a CPU-second")
    print(f"notes, encrypt and post {notes(ports['push']):8.0f} a CPU-second")
    planned, settled = evening()
    print(f"reminders, planned      {planned:8.0f} a CPU-second")
    print(f"notes, take and settle  {settled:8.0f} a CPU-second")
    busiest = busiest_second(EVENING)
    print(f"{EVENING:,} patients at one hour: {busiest:,} in the busiest of {SPREAD_S} seconds")
    pairs = [(p99_ms(dead=False), p99_ms(dead=True)) for _ in range(15)]
    alone, beside = (statistics.median(column) for column in zip(*pairs, strict=True))
    print(f"p99 of others: {alone:.0f} ms alone, {beside:.0f} ms beside a dead one: {beside / alone:.2f}x")
    for pipe, process in ours:
        pipe.send("end")
        process.join(10)


if __name__ == "__main__":
    main()
