"""The closed lists of words that the database, the API and the pages share."""

from typing import Final

# Who acts. Staff roles first; what each may do stands in diary/web/rights.py.
STAFF_ROLES: Final = ("nurse", "physician", "admin", "coordinator", "researcher")
# How a session was opened; the strong ways take more than a password.
SIGN_IN_WAYS: Final = ("password", "password_code", "passkey", "provider", "demo")
STRONG_WAYS: Final = ("password_code", "passkey", "provider")
# What a sign-in under way waits for: a code, a passkey's answer, a new passkey, an identity provider.
SIGN_IN_STEPS: Final = ("code", "passkey", "passkey_new", "provider")
ACCOUNT_LINK_KINDS: Final = ("invitation", "reset")
# Who sees who the patients are, and acts on alerts.
TREATING_ROLES: Final = ("nurse", "physician")
ACTORS: Final = ("patient", "staff", "integration", "operator", "system")

# A patient is followed, paused (asked nothing until a date) or stopped (asked nothing any more).
FOLLOW_STATES: Final = ("followed", "paused", "stopped")
STOP_REASONS: Final = ("withdrew", "died", "moved", "well", "other")
# What is erased: who the patient is, with every free text; or the diary and the treatments as well.
ERASURE_EXTENTS: Final = ("identity", "everything")

# Where an entry came from. `clinic_*`: staff recorded what the patient said or wrote.
ENTRY_SOURCES: Final = ("phone", "form", "integration", "clinic_phone", "clinic_paper", "import")
# An answer is the patient's; a correction is filed by staff beside it; a void says that no answer stands.
ENTRY_KINDS: Final = ("answer", "correction", "void")
# `form`: a page without scripts, which cannot tell whether a long row found room or stood as four.
PHONE_LAYOUTS: Final = ("grid4", "list1", "row11", "form")

# What was infused. Of a masked study's drug nobody here knows whether it is ketamine.
KETAMINES: Final = ("racemic", "s_ketamine")
AGENTS: Final = (*KETAMINES, "placebo", "study_drug")
SETTINGS_OF_CARE: Final = ("inpatient", "outpatient")
CHAIR_KINDS: Final = ("chair", "bed")
WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
RESULT_KINDS: Final = ("durability", "study")
# masked: nobody here sees an arm until two people unblind the study; open: arms are shown from the start.
STUDY_MASKINGS: Final = ("masked", "open")
# What counts once a rescue drug or a booster was given: every answer, or as if it had not been given.
ESTIMANDS: Final = ("treatment_policy", "hypothetical")
STUDY_STEPS: Final = (
    "screened",
    "not_eligible",
    "declined",
    "consented",
    "allotted",
    "visit",
    "minor_deviation",
    "major_deviation",
    "withdrew",
    "completed",
)
ADJUNCTS: Final = ("magnesium", "midazolam", "clonidine", "ondansetron", "lidocaine", "other")
INFUSION_CLASSES: Final = ("new_course", "same_series", "booster")
EVENT_KINDS: Final = ("nerve_block", "rescue_drug", "surgery", "injury", "infection", "liver_test", "other")

# planned: an infusion is expected; open: past its first infusion day and followed; closed.
COURSE_STATUSES: Final = ("planned", "open", "closed")
COURSE_CLOSINGS: Final = ("next_course", "withdrew", "died", "moved", "day_limit", "cancelled", "other")
BASELINE_KINDS: Final = ("own", "carried", "stated", "none")

COURSE_STATES: Final = (
    "preparing",
    "learning",
    "no_response",
    "holding",
    "watch",
    "likely_lost",
    "loss",
    "step",
    "cannot_tell",
    "silent",
)

ALERT_KINDS: Final = (
    "loss",
    "step",
    "review",
    "no_response",
    "silence",
    "red_flag",
    "call_me",
    "not_assessed",
)
# Only a loss alert has levels; they rise and never fall.
LOSS_LEVELS: Final = ("watch", "likely_lost", "confirmed")
ALERT_STATUSES: Final = ("open", "acknowledged", "snoozed", "parked", "closed", "cleared", "superseded")
ALERT_ENDED: Final = ("closed", "cleared", "superseded")
ALERT_OUTCOMES: Final = (
    "infused",
    "not_loss",
    "declined_by_patient",
    "not_eligible",
    "treated_otherwise",
    "watch_until_visit",
    "authorisation_refused",
    "called",
    "well_and_stopped",
    "unwell",
    "in_hospital",
    "withdrew",
    "died",
    "handled",
)
ALERT_LABELS: Final = ("yes", "no", "cannot_tell")
CALL_RESULTS: Final = ("reached", "no_answer", "left_message")

BOOKING_STATES: Final = (
    "requested",
    "authorised",
    "waiting_list",
    "offered",
    "accepted",
    "confirmed",
    "done",
    "declined",
    "refused",
    "cancelled",
    "no_show",
)

NIGHT_STATES: Final = ("claimed", "done", "partial", "failed")
FORECAST_MODES: Final = ("shadow", "on")
# Why a forecast version came: a person chose the mode, kept a prior or switched learning; a learned prior
# took over; or it switched itself off.
FORECAST_CAUSES: Final = ("founding", "mode", "prior", "learning", "learned", "drift")
# Of these, what decides whether staff see it.
DECIDES_MODE: Final = ("founding", "mode", "drift")
CANDIDATE_STATES: Final = ("shadow", "took_over", "dropped")

MESSAGE_STATES: Final = (
    "new",
    "taken",
    "delivered",
    "permanent_failure",
    "technical_failure",
    "expired",
    "cancelled",
)
# `escalation`: nobody acted on an alert; `nudge`: the second and last word of an evening; `event`: to a
# program; `emergency`: to the admins, that another clinic opened a record.
MESSAGE_KINDS: Final = (
    "alert",
    "digest",
    "escalation",
    "reminder",
    "nudge",
    "offer",
    "visit",
    "operator",
    "event",
    "emergency",
)
EVENT_TYPES: Final = ("alert.opened", "alert.changed", "booking.changed")
REMINDER_STEPS: Final = ("reminder", "nudge")
WEBHOOK_ENDINGS: Final = ("removed", "failed", "gone")
INSTALLATION_KINDS: Final = ("live", "sandbox")
KEY_KINDS: Final = ("test", "live")

# Enrolment codes. Without 0, O, 1, I, L, U: nothing that a tired reader mixes up (after Crockford's base 32).
ENROLMENT_CODE_ALPHABET: Final = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
ENROLMENT_CODE_LENGTH: Final = 8
# The code of a shared link, of the same letters: 78 bits, since it opens a diary for a week and not once.
SHARE_CODE_LENGTH: Final = 16

# What a patient can ask to be called about, and what the phone can do next.
CALL_WISHES: Final = ("treatment", "symptom", "diary", "other")
NEXT_STEPS: Final = ("answer", "answer_offer", "expect_call")

# What became of one row of a batch: written now, known already, or refused with a code.
ROW_RESULTS: Final = ("stored", "same", "refused")
