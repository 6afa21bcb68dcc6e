"""What the service refuses, and why: one registry of stable codes, which know no HTTP.

Each code has a page in docs/reference/problems; `diary.web.codes` gives it a status.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class CodeFact:
    """What is always true of a code: its title, and what to do about it."""

    title: str
    fix: str


CODES: Final[Mapping[str, CodeFact]] = {
    # Who is asking, and for what
    "not_signed_in": CodeFact("Sign in first", "Send a valid token, or sign in again."),
    "csrf_failed": CodeFact("This page was open too long", "Reload the page and try again."),
    "sign_in_failed": CodeFact("Sign-in failed", "Check both fields, or ask your clinic's admin."),
    "second_factor_needed": CodeFact(
        "A second factor is needed", "Send the code of the authenticator app, or a recovery code, as `code`."
    ),
    "second_factor_failed": CodeFact(
        "Code not right", "Wait for the app's next code, or use a recovery code."
    ),
    "second_factor_missing": CodeFact(
        "Set up a second factor first", "Sign in at the desk and set one up under My account."
    ),
    "passkey_failed": CodeFact("Passkey not accepted", "Try again, or sign in with the password."),
    "too_many_passkeys": CodeFact("Too many passkeys", "Remove one under My account."),
    "provider_failed": CodeFact("Sign-in not accepted", "Start again; then ask whoever runs the provider."),
    "provider_away": CodeFact(
        "Your organisation's sign-in is away", "Try again in a minute; admins may come in by another way."
    ),
    "provider_unknown": CodeFact(
        "Not linked to an account", "Open your invitation, or link it under My account."
    ),
    "provider_missing": CodeFact(
        "Sign in by your organisation",
        "Link it at the desk under My account, then sign in by it.",
    ),
    "identity_taken": CodeFact("Linked to another account", "Unlink it there first."),
    "last_way": CodeFact("Your only way in", "Add a passkey first."),
    "sign_in_again": CodeFact("Sign in again", "Start the sign-in anew."),
    "not_allowed": CodeFact("Your role may not do this", "Ask a colleague whose role may."),
    "not_found": CodeFact("Not found", "Check the address; the object may be another clinic's."),
    "too_many_attempts": CodeFact("Too many tries", "Wait as long as Retry-After says."),
    "email_taken": CodeFact("E-mail address in use", "Use another address, or end the other account."),
    "password_too_short": CodeFact("Password too short", "Choose four or five words."),
    "password_too_long": CodeFact("Password too long", "Choose a shorter one."),
    "password_common": CodeFact("Password easily guessed", "Choose words that do not belong together."),
    "link_ended": CodeFact("This link has ended", "Ask the clinic's admin for a new one."),
    "last_admin": CodeFact("The clinic's last admin", "Make somebody else an admin first."),
    "account_disabled": CodeFact("This account has ended", "Enable it first."),
    # Somebody else was quicker
    "precondition_required": CodeFact(
        "Say which version you saw", "Read the object, then send its ETag in If-Match."
    ),
    "changed_meanwhile": CodeFact("Changed meanwhile", "Read the object again and look before you act."),
    # Enrolment
    "code_wrong": CodeFact("Code not known", "Check each character, or ask the clinic for a new code."),
    "code_expired": CodeFact("Code has ended", "Ask the clinic for a new code."),
    "code_used": CodeFact("Code already used", "Ask the clinic for a new code."),
    "too_many_devices": CodeFact("Too many phones", "Ask the clinic to remove a phone."),
    # Patients
    "pseudonym_taken": CodeFact("Pseudonym in use", "Choose another pseudonym."),
    "patient_not_followed": CodeFact(
        "This patient is not followed", "Staff can follow the patient again; a patient calls the clinic."
    ),
    "record_held": CodeFact("This record is held", "End the hold first, when the law lets you."),
    "transfer_not_readable": CodeFact("Not a record handed over", "Check the file and its key."),
    "receipt_wrong": CodeFact("Not the receipt", "Ask the other clinic what it was told."),
    "two_people_needed": CodeFact("Two people must agree", "Name two people of staff, one of them an admin."),
    "emergency_nobody": CodeFact("Nobody is known so", "Write the pseudonym or hospital number in full."),
    "emergency_over": CodeFact("The hour is over", "Open the record again, with a reason."),
    # The diary
    "entry_id_reused": CodeFact("Id used for another answer", "Send the answer under a new id."),
    "day_already_answered": CodeFact(
        "This day has an answer", "Name the version you correct in `supersedes`, or keep the standing one."
    ),
    "superseded_version_changed": CodeFact(
        "The answer you correct has changed", "Look at the current version and decide again."
    ),
    "day_in_future": CodeFact("This day has not begun", "Use today or an earlier day."),
    "day_closed": CodeFact("This day can no longer be changed", "Ask the clinic to correct it."),
    "day_changed_too_often": CodeFact("This day was changed too often", "Ask the clinic to correct it."),
    # What a patient does with the own diary
    "asked_too_often": CodeFact("Done too often today", "Do it again tomorrow, or call the clinic."),
    "link_closed": CodeFact("This link has ended", "Ask the patient for a new one."),
    # Courses and infusions
    "regimen_name_taken": CodeFact("Regimen name in use", "Choose another name."),
    "regimen_retired": CodeFact("Regimen is retired", "Choose a regimen in use."),
    "course_already_planned": CodeFact("A next course is planned", "Go on with the planned course."),
    "course_already_open": CodeFact(
        "A course is open", "Record the infusion as a new course; that closes the open one."
    ),
    "no_course_open": CodeFact("No course is open", "Record the infusion as a new course."),
    "infusion_ends_before_start": CodeFact(
        "Infusion ends before it starts", "Give a last day on or after the first day."
    ),
    "infusion_too_long": CodeFact("Infusion is too long", "Check both days, or record two blocks."),
    "infusion_in_future": CodeFact(
        "Infusion lies in the future", "Record the days given so far; plan the others by a booking."
    ),
    "infusion_overlaps": CodeFact("Infusions overlap", "Correct the infusion that is already recorded."),
    "infusion_changed": CodeFact("Infusion was corrected meanwhile", "Correct the version that stands."),
    "baseline_needs_value": CodeFact(
        "Baseline and value do not fit", "Carried and stated need a value; own and none have none."
    ),
    # Alerts and bookings
    "alert_wrong_state": CodeFact("Not possible for this alert now", "Read the alert again and look."),
    "undo_not_possible": CodeFact(
        "This cannot be taken back", "Look at it again and act on it as it stands."
    ),
    "snooze_until_in_past": CodeFact("Snooze must end later", "Choose a day after today."),
    "booking_wrong_state": CodeFact("Not possible for this booking now", "Read the booking again and look."),
    "booking_already_open": CodeFact(
        "A booking is under way", "Go on with that booking, or cancel it first."
    ),
    "offer_in_past": CodeFact("Those days have gone by", "Offer days from today on."),
    "authorisation_expires_first": CodeFact(
        "Authorisation ends before the infusion", "Offer earlier days, or renew the authorisation."
    ),
    "minimum_interval": CodeFact(
        "Too soon after the last infusion", "Offer later days; a physician can go on, with a reason."
    ),
    # Chairs and beds
    "chair_name_taken": CodeFact("Name of a chair in use", "Choose another name."),
    "chair_retired": CodeFact("This chair is retired", "Choose a chair or bed in use."),
    "chair_taken": CodeFact("Somebody else has this chair", "Take other days, or another chair."),
    "chair_closed": CodeFact("The chair is closed on these days", "Take other days, or another chair."),
    # Studies
    "study_masked": CodeFact(
        "This study is masked", "Two people unblind it, with a reason; then look again."
    ),
    "study_not_comparable": CodeFact(
        "These arms cannot be compared", "Allot courses to two arms, and wait until they were infused."
    ),
    "study_name_taken": CodeFact("Study name in use", "Choose another name."),
    "study_wrong_state": CodeFact(
        "Not possible in this study now", "Look at the study again; the answer says what comes first."
    ),
    "another_person_needed": CodeFact(
        "Another person must agree", "Ask a colleague: nobody agrees to the own request."
    ),
    # Who works when
    "ends_before_start": CodeFact("Ends before it starts", "Give a last day on or after the first day."),
    "cover_overlaps": CodeFact("Somebody covers already", "End that cover first, or give other days."),
    "cover_not_possible": CodeFact("This person cannot cover", "Choose another nurse or physician."),
    "nobody_would_hear": CodeFact("Nobody would be told", "Let a colleague be told of it first."),
    "team_name_taken": CodeFact("Team name in use", "Choose another name."),
    "limit_reached": CodeFact("That is the most", "Take one back that is no longer needed."),
    # Messages
    "push_not_usable": CodeFact("No notes to this browser", "Use the calendar instead, or another browser."),
    "webhook_not_usable": CodeFact("This address cannot be told", "Give a public https:// address."),
    # The first run
    "already_set_up": CodeFact("This is set up already", "Sign in."),
    "setup_code_wrong": CodeFact("Not the code of this service", "Look at the service's own terminal."),
    # Settings
    "thresholds_at_odds": CodeFact("These values do not go together", "Correct what the answer names."),
    "thresholds_unchanged": CodeFact("Nothing was changed", "Change a value, or go back."),
    "physician_sets_interval": CodeFact("Only a physician sets this", "Ask a physician of the clinic."),
    # The sandbox
    "sandbox_only": CodeFact("Only in a sandbox", "Use a sandbox database; a live clock cannot be moved."),
    "clock_backwards": CodeFact("The clock only moves on", "Choose a moment after the present one."),
    "clock_too_far": CodeFact("Too far in one step", "Move the clock in smaller steps."),
    # The record
    "record_not_readable": CodeFact(
        "This record cannot be read in", "Use the folder as it was written, and an empty database."
    ),
    # The database
    "not_set_up": CodeFact("This database was never set up", "Run `python -m diary setup`."),
    "storage_busy": CodeFact("The database is busy", "Send the same request again; nothing was stored."),
    "storage_full": CodeFact("The disk is full", "Send it again later; the operator has to make room."),
}


class Refusal(Exception):
    """Something that the service will not do, said so that the reader knows what to do instead.

    Args:
        code: a key of CODES; it never changes, so programs can branch on it.
        message: what is wrong here and what to do, without a score or a name.
        pointer: the field at fault as a JSON pointer (RFC 6901), such as "/day".
        facts: what else the asker may know, such as the entry that stands.

    >>> str(Refusal("code_used", "This code was already used. Ask the clinic for a new one."))
    'This code was already used. Ask the clinic for a new one.'
    """

    def __init__(
        self,
        code: str,
        message: str,
        *,
        pointer: str | None = None,
        facts: Mapping[str, object] | None = None,
    ) -> None:
        assert code in CODES, f"{code!r} is not in diary.domain.errors.CODES"
        super().__init__(message)
        self.code = code
        self.message = message
        self.pointer = pointer
        self.facts = facts or {}
