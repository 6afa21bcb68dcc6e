"""Accounts, keys and codes from the command line."""

import json
import re
from datetime import UTC, datetime

import pytest

from diary.domain.errors import Refusal
from diary.services.enrolment import Phone, redeem
from diary.services.secrets import token_digest
from diary.services.staff import sign_in, still_open
from diary.storage.engine import make_engine
from diary.storage.staff import key_presented, session_presented, staff_by_id
from diary.storage.unit import Scope, enter, present, unit
from tests.api.people import ALL_SCOPES
from tests.cli.terminal import PASSWORD, Terminal
from tests.jobs.processes import SECRET

NOBODY = Scope(None, "staff")


@pytest.fixture
def clinic(shell: Terminal) -> Terminal:
    shell.set_up()
    return shell


def add_nurse(clinic: Terminal):
    file = str(clinic.password_file())
    return clinic.run(
        "staff",
        "add",
        "Noor@clinic.example",
        "--name",
        "Noor Birch",
        "--role",
        "nurse",
        "--password-file",
        file,
    )


def try_to_sign_in(clinic: Terminal, password: str = PASSWORD) -> str | None:
    """The token of a new session, or None."""
    engine = make_engine(clinic.url)
    try:
        with unit(engine, NOBODY, write=True) as session:
            now = datetime.now(UTC)
            return sign_in(session, email="noor@clinic.example", password=password, now=now).token
    except Refusal:
        return None
    finally:
        engine.dispose()


def session_lives(clinic: Terminal, token: str) -> bool:
    engine = make_engine(clinic.url)
    with unit(engine, NOBODY, write=False) as session:
        present(session, token_digest(token))
        found = session_presented(session, token_digest(token))
        enter(session, Scope(found.clinic_id, "staff"))
        lives = still_open(found, staff_by_id(session, found.staff_id), now=datetime.now(UTC))
    engine.dispose()
    return lives


def test_who_is_added_can_sign_in_and_is_listed(clinic):
    assert add_nurse(clinic).exit_code == 0
    assert try_to_sign_in(clinic) is not None
    people = json.loads(clinic.run("staff", "list", "--json").output)
    assert [(one["name"], one["role"]) for one in people] == [
        ("Ada Willow", "admin"),
        ("Noor Birch", "nurse"),
    ]


def test_an_address_is_one_account(clinic):
    add_nurse(clinic)
    again = add_nurse(clinic)
    assert again.exit_code == 1
    assert "already signs in" in again.stderr


def test_who_is_disabled_is_out_at_once_and_stays_out(clinic):
    add_nurse(clinic)
    token = try_to_sign_in(clinic)
    assert clinic.run("staff", "disable", "noor@clinic.example").exit_code == 0
    assert not session_lives(clinic, token)
    assert try_to_sign_in(clinic) is None


def test_a_new_password_takes_the_old_ones_place_and_ends_sessions(clinic):
    add_nurse(clinic)
    token = try_to_sign_in(clinic)
    fresh = "another four plain words"
    file = str(clinic.password_file(fresh))
    changed = clinic.run("staff", "password", "noor@clinic.example", "--password-file", file)
    assert changed.exit_code == 0
    assert not session_lives(clinic, token)
    assert try_to_sign_in(clinic) is None
    assert try_to_sign_in(clinic, fresh) is not None


@pytest.mark.parametrize("name", ["", "  ", "Nora\x1b[2J", "Nora\u202e", "x" * 101])
def test_a_name_that_nobody_can_read_is_refused(clinic, name):
    password = ("--password-file", str(clinic.password_file()))
    for said in (
        clinic.run("staff", "add", "x@clinic.example", "--name", name, "--role", "nurse", *password),
        clinic.run("keys", "add", name, "--scope", "entries:write"),
    ):
        assert said.exit_code == 2
        assert "characters that can be seen" in said.stderr
        assert "\x1b" not in said.stderr


def test_a_password_is_not_asked_for_without_a_terminal(clinic):
    said = clinic.run("staff", "add", "x@clinic.example", "--name", "X", "--role", "nurse")
    assert said.exit_code == 2
    assert "--password-file" in said.stderr


def test_an_unknown_address_is_said(clinic):
    said = clinic.run("staff", "disable", "nobody@clinic.example")
    assert (said.exit_code, "Nobody here signs in as nobody@clinic.example" in said.stderr) == (1, True)


def test_a_key_is_shown_once_and_can_be_revoked(clinic):
    made = clinic.run("keys", "add", "Clinic system", "--scope", "entries:write", "--json")
    secret = json.loads(made.output)["key"]
    assert secret.startswith("dk_test_")
    (listed,) = json.loads(clinic.run("keys", "list", "--json").output)
    assert secret.startswith(listed["begins"])
    assert secret not in json.dumps(listed)

    assert clinic.run("keys", "revoke", listed["uid"]).exit_code == 0
    engine = make_engine(clinic.url)
    with unit(engine, NOBODY, write=False) as session:
        present(session, token_digest(secret))
        assert key_presented(session, token_digest(secret)).revoked_at is not None
    engine.dispose()


def test_a_key_opens_only_what_the_api_knows(clinic):
    said = clinic.run("keys", "add", "Clinic system", "--scope", "everything")
    assert said.exit_code == 2
    assert "entries:write" in said.stderr


def test_a_key_without_a_scope_is_answered_with_all_there_are(clinic):
    said = clinic.run("keys", "add", "Clinic system")
    assert said.exit_code == 2
    assert all(scope in said.stderr for scope in ALL_SCOPES)
    assert json.loads(clinic.run("keys", "list", "--json").output) == []


def test_a_code_pairs_one_phone(clinic):
    admit(clinic, "P-0042")
    told = json.loads(clinic.run("enrol", "P-0042", "--json").output)
    assert told["url"].endswith(f"/app/join#{told['code']}")
    engine = make_engine(clinic.url)
    with unit(engine, Scope(None, "patient"), write=True) as session:
        phone = Phone("Europe/Amsterdam", "en", "1")
        now = datetime.fromisoformat("2026-01-05T10:00+01:00")
        enrolled = redeem(session, told["code"], phone, secret_keys=[SECRET], now=now)
        assert enrolled.patient.pseudonym == "P-0042"
    engine.dispose()


def test_a_code_for_nobody_is_refused(clinic):
    said = clinic.run("enrol", "P-1")
    assert (said.exit_code, said.stderr) == (
        1,
        "Error: Little clinic has no patient P-1. Check the pseudonym.\n",
    )


def admit(clinic: Terminal, pseudonym: str) -> None:
    """A patient, by way of an import: there is no command for one alone."""
    diaries = clinic.write("diaries.csv", f"pseudonym,course,day,nrs\n{pseudonym},1,2025-12-01,7\n")
    infusions = clinic.write(
        "infusions.csv",
        "pseudonym,course,first_day,last_day,agent,dose,setting\n"
        f"{pseudonym},1,2025-12-02,2025-12-06,s_ketamine,100 h,inpatient\n",
    )
    assert clinic.run("import", str(diaries), "--infusions", str(infusions)).exit_code == 0


def test_somebody_is_invited_from_the_command_line_and_comes_in_another_role(clinic):
    told = clinic.run("staff", "invite", "Noor@clinic.example", "--name", "Noor Birch", "--role", "nurse")
    link = told.stdout.splitlines()[0]
    assert re.fullmatch(r"http://localhost:8000/desk/link/al_[\w-]{43}", link)
    assert "works once" in told.stderr
    again = clinic.run("staff", "reset", "noor@clinic.example").stdout.splitlines()[0]
    assert again != link
    assert "is physician now" in clinic.run("staff", "role", "noor@clinic.example", "physician").stdout
    assert "another second factor" in clinic.run("staff", "forget", "noor@clinic.example").stdout
    clinic.run("staff", "disable", "noor@clinic.example")
    assert "may sign in again" in clinic.run("staff", "enable", "noor@clinic.example").stdout
    assert clinic.run("staff", "reseal").stdout == "Sealed anew: 0 authenticator apps.\n"


def test_the_command_line_keeps_the_last_admin_too(clinic):
    (admin,) = json.loads(clinic.run("staff", "list", "--json").stdout)
    refused = clinic.run("staff", "role", admin["email"], "nurse")
    assert (refused.exit_code, "last admin" in refused.stderr) == (1, True)
