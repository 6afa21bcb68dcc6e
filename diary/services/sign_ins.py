"""From a right password to a session: at once, or by a second half where the person has a second factor."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from diary.domain.errors import Refusal
from diary.services import audit
from diary.services.second_factor import check_code, has_second_factor
from diary.services.secrets import STAFF, token_digest
from diary.services.sign_in_steps import Begun, begin_step, finish_step
from diary.services.staff import SignedIn, act_as, open_session, sign_in_failed
from diary.storage.staff import session_presented, staff_by_id
from diary.storage.tables.staff import Staff
from diary.storage.unit import Scope, enter, present, scope_of


def open_or_begin(session: Session, person: Staff, *, now: datetime, client: str | None) -> SignedIn | Begun:
    """A session for whoever gave the right password, or the step that waits for the second factor."""
    act_as(session, person)
    if has_second_factor(session, person.id):
        return begin_step(session, "code", facts_of(person), now=now)
    return open_session(session, person, now=now, client=client)


def open_with_code(
    session: Session,
    person: Staff,
    *,
    code: str | None,
    secret_keys: Sequence[str],
    now: datetime,
    client: str | None,
) -> SignedIn:
    """Both halves at once, for programs.

    Raises:
        Refusal: second_factor_needed; second_factor_failed.
    """
    act_as(session, person)
    if not has_second_factor(session, person.id):
        return open_session(session, person, now=now, client=client)
    if code is None:
        raise Refusal("second_factor_needed", "Send the code of the authenticator app too.", pointer="/code")
    check_code(session, person, code, secret_keys=secret_keys, now=now)
    return open_session(session, person, now=now, way="password_code", client=client)


def finish(
    session: Session,
    token: str,
    *,
    code: str,
    secret_keys: Sequence[str],
    now: datetime,
    client: str | None,
) -> SignedIn:
    """The second half: a session for the step and the code. A wrong code leaves the step as it was.

    Raises:
        Refusal: sign_in_again; second_factor_failed; sign_in_failed.
    """
    person = person_of(session, finish_step(session, token, "code", now=now))
    act_as(session, person)
    check_code(session, person, code, secret_keys=secret_keys, now=now)
    return open_session(session, person, now=now, way="password_code", client=client)


def facts_of(person: Staff) -> dict[str, Any]:
    """Whom a step is about."""
    return {"clinic": person.clinic_id, "staff": person.id, "uid": person.uid}


def person_of(session: Session, facts: dict[str, Any]) -> Staff:
    """The person whom a step is about, in a unit that has entered no clinic yet.

    Raises:
        Refusal: sign_in_failed, for an account that ended meanwhile.
    """
    enter(session, Scope(facts["clinic"], "staff", facts["staff"], None, scope_of(session).request_id))
    person = staff_by_id(session, facts["staff"])
    if person.disabled_at is not None:
        raise sign_in_failed()
    return person


def end_presented(session: Session, token: str, *, now: datetime) -> None:
    """End the session that a browser held before it signed in anew; in a unit that has entered no clinic."""
    if not token.startswith(STAFF):
        return
    present(session, token_digest(token))
    found = session_presented(session, token_digest(token))
    if found is None or found.ended_at is not None:
        return
    enter(session, Scope(found.clinic_id, "staff", found.staff_id, None, scope_of(session).request_id))
    found.ended_at = now
    audit.note(session, "session.end", now=now, object="session", object_uid=found.uid)
