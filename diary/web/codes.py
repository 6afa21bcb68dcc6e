"""Problems as facts: which status and words each code has, the domain's codes and those of the wire."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from diary.domain.errors import CODES, CodeFact

# 422 when it could never be right, 409 when it clashes with what stands now (the state, the clock).
STATUS_OF: Final[Mapping[str, int]] = {
    "not_signed_in": 401,
    "csrf_failed": 403,
    "sign_in_failed": 401,
    "second_factor_needed": 401,
    "second_factor_failed": 422,
    "second_factor_missing": 403,
    "provider_failed": 422,
    "provider_away": 503,
    "provider_unknown": 403,
    "provider_missing": 403,
    "identity_taken": 409,
    "last_way": 409,
    "sign_in_again": 401,
    "passkey_failed": 422,
    "too_many_passkeys": 409,
    "not_allowed": 403,
    "not_found": 404,
    "too_many_attempts": 429,
    "email_taken": 409,
    "password_too_short": 422,
    "password_too_long": 422,
    "password_common": 422,
    "link_ended": 409,
    "last_admin": 409,
    "account_disabled": 409,
    "precondition_required": 428,
    "changed_meanwhile": 412,
    "code_wrong": 422,
    "code_expired": 409,
    "code_used": 409,
    "too_many_devices": 409,
    "pseudonym_taken": 409,
    "patient_not_followed": 409,
    "record_held": 409,
    "transfer_not_readable": 422,
    "receipt_wrong": 409,
    "two_people_needed": 409,
    "emergency_nobody": 422,
    "emergency_over": 409,
    "entry_id_reused": 409,
    "day_already_answered": 409,
    "superseded_version_changed": 409,
    "day_in_future": 409,
    "day_closed": 409,
    "day_changed_too_often": 409,
    "asked_too_often": 429,
    "link_closed": 409,
    "regimen_name_taken": 409,
    "regimen_retired": 409,
    "course_already_planned": 409,
    "course_already_open": 409,
    "no_course_open": 409,
    "infusion_ends_before_start": 422,
    "infusion_too_long": 422,
    "infusion_in_future": 409,
    "infusion_overlaps": 409,
    "infusion_changed": 409,
    "baseline_needs_value": 422,
    "alert_wrong_state": 409,
    "undo_not_possible": 409,
    "snooze_until_in_past": 422,
    "booking_wrong_state": 409,
    "booking_already_open": 409,
    "offer_in_past": 422,
    "authorisation_expires_first": 409,
    "minimum_interval": 409,
    "chair_name_taken": 409,
    "chair_retired": 409,
    "chair_taken": 409,
    "chair_closed": 409,
    "study_masked": 409,
    "study_not_comparable": 409,
    "study_name_taken": 409,
    "study_wrong_state": 409,
    "another_person_needed": 409,
    "ends_before_start": 422,
    "cover_overlaps": 409,
    "cover_not_possible": 409,
    "nobody_would_hear": 409,
    "team_name_taken": 409,
    "limit_reached": 409,
    "push_not_usable": 422,
    "webhook_not_usable": 422,
    "already_set_up": 409,
    "setup_code_wrong": 403,
    "thresholds_at_odds": 422,
    "thresholds_unchanged": 409,
    "physician_sets_interval": 403,
    "sandbox_only": 409,
    "clock_backwards": 409,
    "clock_too_far": 422,
    "record_not_readable": 409,
    "not_set_up": 503,
    "storage_busy": 503,
    "storage_full": 503,
}

# What the wire refuses before anything of the domain is asked.
WIRE: Final[Mapping[str, tuple[int, CodeFact]]] = {
    "bad_request": (400, CodeFact("Request not understood", "Check the request against the documentation.")),
    "body_not_json": (400, CodeFact("The body is not JSON", "Send JSON by RFC 8259 in UTF-8.")),
    "body_key_repeated": (400, CodeFact("A key stands twice", "Send each key of an object once.")),
    "body_too_deep": (400, CodeFact("The body is nested too deeply", "Send the documented shape.")),
    "body_number_too_large": (
        400,
        CodeFact("A number is too large", "Send numbers in the documented range."),
    ),
    "body_not_an_object": (400, CodeFact("The body is not an object", "Send a JSON object.")),
    "method_not_allowed": (405, CodeFact("Method not allowed here", "Use a method that Allow names.")),
    "request_timeout": (408, CodeFact("The request came too slowly", "Send the same request again.")),
    "lost_race": (409, CodeFact("Somebody was quicker", "Send the same request again.")),
    "body_too_large": (413, CodeFact("The body is too large", "Send less, in several requests.")),
    "address_too_long": (414, CodeFact("The address is too long", "Shorten the query string.")),
    "media_type_unsupported": (415, CodeFact("Media type not supported", "Send application/json.")),
    "validation_failed": (422, CodeFact("Some values are not right", "Correct each key that is named.")),
    "not_storable": (422, CodeFact("A value cannot be stored", "Check the values; report the request id.")),
    "header_too_large": (431, CodeFact("The headers are too large", "Send fewer or shorter headers.")),
    "unexpected": (
        500,
        CodeFact("Something went wrong here", "Send it again once; then report the request id."),
    ),
}

# An HTTP status that the framework raised by itself, such as for an unknown address.
CODE_OF_STATUS: Final[Mapping[int, str]] = {
    **{status: code for code, (status, _) in WIRE.items() if status not in (400, 409, 422)},
    400: "bad_request",
    401: "not_signed_in",
    403: "not_allowed",
    404: "not_found",
    409: "lost_race",
    412: "changed_meanwhile",
    422: "validation_failed",
    428: "precondition_required",
    429: "too_many_attempts",
    503: "storage_busy",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """A code with what is wrong this time; every door shows the same facts in its own way.

    `facts` holds what else the asker may know, ready for JSON. Neither they nor `detail` hold a name.
    """

    code: str
    status: int
    title: str
    fix: str
    detail: str
    errors: tuple[Mapping[str, str], ...] = ()
    facts: Mapping[str, object] = field(default_factory=dict)
    retry_after_s: int | None = None


def fact_of(code: str) -> CodeFact:
    """Title and fix of a code of either table.

    Raises:
        KeyError: there is no such code.
    """
    return WIRE[code][1] if code in WIRE else CODES[code]


def problem_of(
    code: str,
    detail: str,
    *,
    status: int | None = None,
    errors: Sequence[Mapping[str, str]] = (),
    facts: Mapping[str, object] | None = None,
    retry_after_s: int | None = None,
) -> Problem:
    """A problem of a code of either table; `status` only where the framework raised another one."""
    fact = fact_of(code)
    return Problem(
        code=code,
        status=status or (WIRE[code][0] if code in WIRE else STATUS_OF[code]),
        title=fact.title,
        fix=fact.fix,
        detail=detail,
        errors=tuple(errors),
        facts=facts or {},
        retry_after_s=retry_after_s,
    )


def code_of_status(status: int) -> str:
    """The code for a status that the framework raised; a rare one falls to the general code of its kind."""
    return CODE_OF_STATUS.get(status, "bad_request" if status < 500 else "unexpected")
