"""`webhook` and `listen`: an address is told, a listener prints what is ours and refuses what is not."""

import json
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from diary.domain.delivery import Tried
from diary.gateways.outbound import Outbound, is_public_or_here
from diary.gateways.webhook import Hook, HookCarrier
from diary.services.sandbox import now_in
from diary.services.webhooks import tell_programs
from diary.storage.engine import make_engine
from diary.storage.unit import SYSTEM, Scope, unit
from jobs.courier import Courier, Way
from jobs.deliver import Rounds, deliver
from tests.cli.terminal import Terminal
from tests.cli.test_serve import free_port
from tests.jobs.processes import environment, running, until

ADDRESS = "https://hooks.example/diary"


def add(shell: Terminal, address: str = ADDRESS) -> dict[str, str]:
    made: dict[str, str] = json.loads(shell.run("webhook", "add", address, "--json").stdout)
    return made


def listed(shell: Terminal) -> list[dict[str, str | None]]:
    rows: list[dict[str, str | None]] = json.loads(shell.run("webhook", "list", "--json").stdout)
    return rows


def carrier() -> HookCarrier:
    here = Outbound(allowed=is_public_or_here, plain_here=True)
    return HookCarrier(here, clock_s=time.time)


def happen(shell: Terminal, *, sends: bool = True) -> None:
    """An alert opens, and the outbox is delivered."""
    engine = make_engine(shell.url)
    with unit(engine, SYSTEM, write=False) as session:
        now = now_in(session, datetime.now(UTC))
    with unit(engine, Scope(1, "system"), write=True) as session:
        tell_programs(session, "alert.opened", ["0193b5c2"], now=now)
    if sends:
        courier = Courier({Hook: Way("webhook", carrier())})
        deliver(Rounds(engine, courier, url="", owner="me"), now=lambda: now, wall=lambda: now)
        courier.close()
    engine.dispose()


def test_an_address_is_told_until_it_is_removed(lite):
    lite.set_up()
    assert "There are no webhooks." in lite.run("webhook", "list").output
    made = add(lite)
    assert made["secret"].startswith("whsec_")
    (row,) = listed(lite)
    assert (row["uid"], row["url"], row["off"]) == (made["uid"], ADDRESS, None)
    assert made["secret"] not in lite.run("webhook", "list").output
    assert lite.run("webhook", "remove", made["uid"]).exit_code == 0
    (row,) = listed(lite)
    assert str(row["off"]).endswith("removed")


@pytest.mark.parametrize("address", ["http://hooks.example/", "https://me:word@hooks.example/", "hooks"])
def test_an_address_that_cannot_be_told_is_refused_and_none_is_kept(lite, address):
    lite.set_up()
    said = lite.run("webhook", "add", address)
    assert (said.exit_code, "cannot be told" in said.output) == (1, True)
    assert listed(lite) == []


def test_replay_sends_again_what_was_missed_and_switches_it_on(lite):
    lite.set_up()
    made = add(lite)
    happen(lite, sends=False)
    lite.run("webhook", "remove", made["uid"])
    said = lite.run("webhook", "replay", made["uid"], "--since", "2026-01-05T00:00:00+0000")
    assert said.output == "Events that are sent again: 1.\n"
    (row,) = listed(lite)
    assert row["off"] is None
    late = lite.run("webhook", "replay", made["uid"], "--since", "2027-01-05T00:00:00+0000")
    assert late.output == "Events that are sent again: 0.\n"


def test_a_webhook_that_is_none_is_named(lite):
    lite.set_up()
    said = lite.run("webhook", "remove", "0193b5c2")
    assert (said.exit_code, "webhook list" in said.output) == (1, True)


def test_a_listener_prints_what_is_ours_and_refuses_what_is_not(lite, tmp_path: Path):
    lite.set_up()
    port, log = free_port(), tmp_path / "listen.txt"
    made = add(lite, f"http://127.0.0.1:{port}/")
    asked = ("-m", "diary", "listen", "--port", str(port), "--secret", made["secret"], "--count", "1")
    with running(*asked, env=environment(database_url=lite.url), log=log) as process:
        until(lambda: "Listening" in log.read_text(), process=process, log=log)
        forged = Hook(f"http://127.0.0.1:{port}/", "whsec_" + "A" * 43 + "=", "forged", {"type": "x"})
        assert carrier().send(forged) == Tried("later", "401")
        happen(lite)
        process.wait(timeout=30)
    refused, told = log.read_text().splitlines()[1:]
    assert "wrong signature" in refused
    event = json.loads(told)
    assert (event["type"], event["data"]) == ("alert.opened", {"alert": "0193b5c2"})
    assert event["id"]
