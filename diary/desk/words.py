"""The words of the desk: what stands on the page for each word of the database."""

from collections.abc import Mapping
from typing import Final

from config import words as config_words
from config.scales import Item
from diary.services.whose_patients import WHOSE as ALL_OF_WHOSE
from diary.storage.worklist import TABS

# Where the desk leads, in the order of its first line.
PLACES: Final = (
    ("desk.worklist", "Worklist"),
    ("desk.patients_page", "Patients"),
    ("desk.booking_page", "Bookings"),
    ("desk.chairs_page", "Chairs"),
    ("desk.regimens_page", "Regimens"),
    ("desk.durability_page", "Results"),
    ("desk.settings_page", "Settings"),
)

TAB_NAMES: Final[Mapping[str, str]] = {
    "act_now": "Act now",
    "watch": "Watch",
    "review": "Review",
    "silent": "Silent",
    "call_me": "Call me",
    "snoozed": "Snoozed",
    "parked": "Booked",
    "all": "All",
}
assert list(TAB_NAMES) == list(TABS), "each tab of the worklist has a name here"

WHOSE: Final[Mapping[str, str]] = {"clinic": "The clinic's", "team": "My team's", "mine": "My patients"}
assert tuple(WHOSE) == ALL_OF_WHOSE, "each choice of whose patients has a name here"

EMPTY_TABS: Final[Mapping[str, str]] = {
    "act_now": "Nobody needs a decision now.",
    "watch": "Nobody is on watch.",
    "review": "Nobody waits for a review.",
    "silent": "Everybody has answered within the last week.",
    "call_me": "Nobody asked to be called.",
    "snoozed": "Nothing is snoozed.",
    "parked": "No booking is under way for an alert.",
    "all": "There is nothing to do.",
}

# The tag before a row: short, and never told by colour alone.
TAGS: Final[Mapping[str, str]] = {
    "red_flag": "Red flag",
    "confirmed": "Loss",
    "likely_lost": "Likely lost",
    "watch": "Watch",
    "step": "Step",
    "review": "Review",
    "no_response": "No response",
    "silence": "Silent",
    "call_me": "Call me",
    "not_assessed": "Not assessed",
}

ALERT_KINDS: Final[Mapping[str, str]] = {
    "loss": "Loss of relief",
    "step": "Abrupt rise",
    "review": "Review",
    "no_response": "No response",
    "silence": "Silence",
    "red_flag": "Red flag",
    "call_me": "Call me",
    "not_assessed": "Not assessed",
}

STATES: Final[Mapping[str, str]] = {
    "preparing": "preparing: collecting the baseline",
    "learning": "learning",
    "no_response": "no response",
    "holding": "holding",
    "watch": "watch",
    "likely_lost": "likely lost",
    "loss": "loss confirmed",
    "step": "abrupt rise",
    "cannot_tell": "cannot tell",
    "silent": "silent",
}

FAMILIES: Final[Mapping[str, str]] = {
    "gradual": "relief that fades slowly",
    "step": "relief that ends at once",
    "durable": "relief that lasts",
    "part_way": "relief lost in part",
    "no_plateau": "relief that fell from the first day on",
    "late": "relief that came late",
    "no_response": "no relief",
}

OUTCOMES: Final[Mapping[str, str]] = {
    "not_loss": "Not a loss of relief",
    "called": "Called; nothing more is needed",
    "treated_otherwise": "Treated in another way",
    "watch_until_visit": "Watched until the next visit",
    "declined_by_patient": "The patient does not want re-treatment",
    "not_eligible": "Not eligible for re-treatment",
    "authorisation_refused": "Authorisation refused",
    "unwell": "Unwell for another reason",
    "in_hospital": "In hospital",
    "well_and_stopped": "Well, and follow-up stopped",
    "handled": "Handled",
    "infused": "Infused",
    "withdrew": "Withdrew",
    "died": "Died",
}
# The recorded infusion and the end of follow-up give the others by themselves.
OUTCOMES_OF_A_PERSON: Final = tuple(word for word in OUTCOMES if word not in ("infused", "withdrew", "died"))

BOOKING_STATES: Final[Mapping[str, str]] = {
    "requested": "requested",
    "authorised": "authorised",
    "waiting_list": "on the waiting list",
    "offered": "offered",
    "accepted": "accepted",
    "confirmed": "confirmed",
    "done": "done",
    "declined": "declined",
    "refused": "refused",
    "cancelled": "cancelled",
    "no_show": "no-show",
}

# Steps of a booking: on the button, and as the heading of the page that asks for more.
STEPS: Final[Mapping[str, str]] = {
    "authorise": "Authorise",
    "refuse": "Refuse",
    "offer": "Offer days",
    "wait": "Put on the waiting list",
    "accept": "The patient accepts",
    "decline": "The patient declines",
    "confirm": "Confirm the place",
    "no_show": "The patient did not come",
    "cancel": "Cancel the booking",
}

STOP_REASONS: Final[Mapping[str, str]] = {
    "died": "Died",
    "withdrew": "Withdrew",
    "moved": "Moved away",
    "well": "Well, needs no more follow-up",
    "other": "Another reason",
}

SOURCES: Final[Mapping[str, str]] = {
    "phone": "phone",
    "form": "phone, form",
    "integration": "connected system",
    "clinic_phone": "said to staff",
    "clinic_paper": "written on paper",
    "import": "imported",
}

AGENTS: Final[Mapping[str, str]] = {
    "racemic": "Racemic ketamine",
    "s_ketamine": "S-ketamine",
    "placebo": "Placebo",
    "study_drug": "Study drug",
}
CHAIR_KINDS: Final[Mapping[str, str]] = {"chair": "Chair", "bed": "Bed"}
CHAIR_KINDS_TOGETHER: Final[Mapping[str, str]] = {"chair": "Chairs", "bed": "Beds"}
WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
WEEKDAY_CHOICES: Final = tuple(zip(config_words.WEEKDAYS, WEEKDAYS, strict=True))
SETTINGS_OF_CARE: Final[Mapping[str, str]] = {"inpatient": "In a bed", "outpatient": "In a chair"}
INFUSION_CLASSES: Final[Mapping[str, str]] = {
    "new_course": "A new course",
    "same_series": "The same series",
    "booster": "A booster inside the course",
}
BASELINE_KINDS: Final[Mapping[str, str]] = {
    "own": "Own: the mean of the patient's own days before the infusion",
    "carried": "Carried: the last untreated baseline",
    "stated": "Stated: from the notes",
    "none": "None: no percentages, no response, no loss",
}
EVENT_KINDS: Final[Mapping[str, str]] = {
    "liver_test": "Liver test",
    "nerve_block": "Nerve block",
    "rescue_drug": "Rescue drug",
    "surgery": "Surgery",
    "injury": "Injury",
    "infection": "Infection",
    "other": "Something else",
}
CALL_RESULTS: Final[Mapping[str, str]] = {
    "reached": "Reached",
    "no_answer": "No answer",
    "left_message": "Left a message",
}
LANGUAGES: Final[Mapping[str, str]] = {
    "en": "English",
    "nl": "Dutch",
    "de": "German",
    "es": "Spanish",
    "ar": "Arabic",
}
INSTALLATION_KINDS: Final[Mapping[str, str]] = {
    "live": "Live: real patients, the real time",
    "sandbox": "A sandbox: nobody is real, nothing is sent, its clock can be moved",
}
FORECAST_MODES: Final[Mapping[str, str]] = {
    "on": "On: staff see it, and it rings before the plain rule can",
    "shadow": "Shadow: it is logged and reported, and shown to nobody",
}
VERDICTS: Final[Mapping[str, str]] = {"yes": "Yes", "no": "No", "cannot_tell": "Cannot tell"}
ROLES: Final[Mapping[str, str]] = {
    "nurse": "nurse",
    "physician": "physician",
    "admin": "clinic admin",
    "coordinator": "coordinator",
    "researcher": "researcher",
}

# What came of working an alert's verdict out again.
CHECKED: Final[Mapping[str, str]] = {
    "agrees": "Agrees.",
    "differs": "Differs.",
    "inputs_changed": "The copy was changed.",
    "needs_release": "The copy is intact; another release must judge it.",
    "not_judged": "The copy is intact; nothing was judged.",
}

# How a session was opened.
SIGN_IN_WAYS: Final[Mapping[str, str]] = {
    "password": "password",
    "password_code": "password and code",
    "passkey": "passkey",
    "provider": "your organisation's sign-in",
    "demo": "the demo's link",
}

FACTORS: Final[Mapping[str, str]] = {
    "passkey": "passkey",
    "authenticator": "authenticator app",
    "provider": "organisation's sign-in",
}

# What happened to an alert or a booking, after "Anna Vos": for histories and for "somebody was quicker".
DONE: Final[Mapping[str, str]] = {
    "open": "opened this",
    "escalate": "raised this",
    "acknowledge": "took this",
    "snooze": "snoozed this",
    "wake": "brought this back",
    "return": "brought this back",
    "note": "noted",
    "undo": "took that back",
    "park": "booked for this",
    "reopen": "reopened this",
    "clear": "cleared this",
    "supersede": "withdrew this",
    "close": "closed this",
    "request": "requested this",
    "authorise": "authorised this",
    "refuse": "refused this",
    "offer": "offered days",
    "wait": "put this on the waiting list",
    "accept": "accepted",
    "decline": "declined",
    "confirm": "confirmed the place",
    "no_show": "noted a no-show",
    "cancel": "cancelled this",
    "complete": "completed this",
}

# What a page says once something was done; the address carries the key, never the words.
NOTICES: Final[Mapping[str, str]] = {
    "acknowledged": "You took this alert. It comes back by itself when no next step follows.",
    "snoozed": "Snoozed. It comes back on its day, or earlier if it gets worse.",
    "closed": "Closed.",
    "again": "It is tried once more.",
    "undone": "Taken back. It stands as before.",
    "labelled": "Thank you. Your verdict is kept.",
    "requested": "Booking requested. The alert is parked until the infusion is recorded.",
    "authorised": "Authorised.",
    "offered": "Days offered. The phone asks the patient whether they can come.",
    "freed": "The days are free again. Who could come instead stands here.",
    "stepped": "The booking has moved on. Its next steps stand in its box.",
    "emergency": "Opened. Both clinics' admins were told, and the patient can see it.",
    "emergency_over": "The hour is over, and the record is closed. Open it again if you have to.",
    "admitted": "Patient admitted. Next: plan the course, then make a code for the phone.",
    "identity": "Saved.",
    "planned": "Course planned. The diary now collects the baseline.",
    "baseline": "Baseline set.",
    "infused": "Infusion recorded.",
    "recorded": "Answer recorded.",
    "corrected": "Correction filed beside the patient's answer. The patient sees both.",
    "event": "Event recorded.",
    "called": "Call logged.",
    "noted": "Note added.",
    "owner": "Saved.",
    "followed": "Followed from now on.",
    "paused": "Paused. Reminders and offers that were waiting are cancelled.",
    "stopped": "No longer followed. Reminders, messages, offers and alerts have ended; red flags stay.",
    "removed": "The phone can no longer sign in. What it sent stays.",
    "regimen": "Regimen saved.",
    "chair": "Saved.",
    "chair_retired": "Retired. Nothing more is booked there.",
    "closed_days": "Closed on these days.",
    "opened_days": "Open again.",
    "kept": "Kept in this browser for seven days, without the code and the password. Open it to go on.",
    "founded": "Your clinic is set up. Sign in; then invite your colleagues.",
    "saved": "Saved.",
    "checklist": "Saved as a new version. It stands with every booking from now on.",
    "ticked": "Ticked.",
    "unticked": "The tick is taken back.",
    "thresholds": "Saved as a new version. It counts from the next night on.",
    "forecast_mode": "Saved. It counts from the next night on.",
    "cover": "Saved. The work goes over on the first day, and comes back by itself.",
    "mails": "Saved. Red flags come at any hour all the same.",
    "week": "Saved. On your other weekdays your work goes over, and comes back by itself.",
    "cover_ended": "The work goes back.",
    "study_founded": "The study begins. Next: its list, at the command line; then screen who may take part.",
    "study_step": "Written into the log.",
    "study_allotted": "Allotted. The place's number is with the patient; the pharmacy finds the arm by it.",
    "study_taken_back": "Taken back. The line stays readable, and counts no more.",
    "study_close": "Closed. Its record can be frozen now.",
    "study_freeze": "Frozen. The checksum stands below.",
    "unblinding_asked": "Asked. Another person has to agree; nobody is told an arm until then.",
    "unblinding_agree": "Agreed. It stands in the audit trail.",
    "unblinding_end": "Not unblinded.",
    "holiday": "Saved. Nobody is expected at the desk on these days.",
    "holiday_back": "Taken back. These are working days again.",
    "authenticator": "The app's codes are asked for from now on.",
    "passkey": "Passkey kept. Sign in with it from now on.",
    "passkey_removed": "This passkey opens nothing any more. Remove it from the device, too.",
    "provider_linked": "Linked. Sign in by it from now on.",
    "provider_unlinked": "It signs you in no more.",
    "provider_missing": "Here staff sign in by their organisation. Link it below, once.",
    "account_unlink": "Unlinked, and signed out everywhere.",
    "authenticator_removed": "The app's codes count no more.",
    "password": "Password changed. Every other session has ended.",
    "key_revoked": "This key opens nothing any more.",
    "role": "Role changed. The person signs in anew for it.",
    "account_disable": "The account has ended, and every session of it.",
    "account_enable": "The account is open again.",
    "account_forget": "The second factor is forgotten. The person sets up another at the next sign-in.",
    "account_leave": "Signed out everywhere.",
    "password_set": "Your password is set. Sign in with it.",
    "session_ended": "Signed out there.",
    "sign_in_again": "Sign in again, then go on: it took too long, or changes how you sign in.",
    "second_factor_missing": "Set up a second factor first. It takes a minute, and only once.",
}

# Each key with what it does, for the help that "?" opens; static/keys.js has them.
KEYS: Final = (
    ("j k", "next row, row before"),
    ("Enter", "open the patient in focus"),
    ("b", "request a booking"),
    ("a", "acknowledge"),
    ("s", "snooze"),
    ("n", "close: not a loss, or what else came of it"),
    ("c", "log a call"),
    ("u", "undo, for 10 seconds"),
    ("/", "find a patient"),
    ("1 8", "the first to the last tab"),
    ("J K", "on a patient's page: the next of the list, the one before"),
    ("Esc", "close what opened in place"),
    ("?", "these keys"),
)


def item_answer(item: Item, value: int, *, short: bool = False) -> str:
    """An answer to one of the other questions: yes or no, or a number on its scale.

    >>> from config.scales import ITEMS
    >>> item_answer(ITEMS["urine"], 1), item_answer(ITEMS["activity"], 7), item_answer(ITEMS["pgic"], 2)
    ('yes', '7 (0 to 10)', '2 (1 very much improved, 7 very much worse)')
    """
    low, high = item.scale.low, item.scale.high
    if (low, high) == (0, 1):
        return "yes" if value else "no"
    if short:
        return str(value)
    if low == 0:
        return f"{value} ({low} to {high})"
    return f"{value} ({low} {item.scale.low_anchor}, {high} {item.scale.high_anchor})"
