"""What each column of an export means: the data dictionary that goes with the record."""

from collections.abc import Mapping
from typing import Final

from diary.services.exports import ENTRY_COLUMNS, INFUSION_COLUMNS

DICTIONARY_COLUMNS: Final = ("record", "column", "means")
_SHARED: Final[Mapping[str, str]] = {
    "pseudonym": "What the clinic calls the patient; never a name.",
    "course": "The course's number within the patient; empty outside any.",
    "standing": "yes: this version counts. no: a later one took its place.",
    "reason": "Why it was changed, in the words of who changed it.",
    "uid": "This row's own id, unique everywhere.",
}
ENTRY_MEANINGS: Final[Mapping[str, str]] = {
    "day_number": "-1 is the day before the first infusion day, 0 each infusion day, 1 the day after.",
    "day": "The patient's own calendar day that the answer is for.",
    "nrs": "Average pain in 24 hours, 0 to 10; empty where a version says that no answer stands.",
    "version": "1 is the first answer for the day; each change adds one.",
    "kind": "answer: the patient's. correction: filed by staff beside it. void: no answer stands.",
    "source": "How it came: phone, form, integration, clinic_phone, clinic_paper, import.",
    "late": "yes: answered when the day had closed.",
    "clock_suspect": "yes: by the phone's clock the day is in doubt; left out until confirmed.",
    "answered_at": "When the patient answered, by the phone's clock, in UTC.",
    "answered_offset_min": "The phone's offset from UTC then, in minutes.",
    "zone": "The phone's IANA time zone then.",
    "sent_at": "When the phone sent it, by its clock, in UTC.",
    "received_at": "When the service received it, in UTC.",
    "skew_s": "sent_at less received_at, in seconds: how wrong the phone's clock was.",
    "supersedes": "The `id` of the version that this one replaces.",
    "id": "The phone's own id of the answer, unique within the patient.",
    "instrument_version": "Which wording of the question was asked.",
    "layout": "How the scale was laid out on the screen.",
    "locale": "The language that the question was asked in.",
    "client_version": "The version of the phone's program.",
}
INFUSION_MEANINGS: Final[Mapping[str, str]] = {
    "first_day": "The block's first infusion day.",
    "last_day": "Its last one.",
    "agent": "racemic, s_ketamine, placebo, or study_drug: of a study, and not known which.",
    "setting": "inpatient or outpatient.",
    "dose": "As written in the notes.",
    "dose_mg_kg_h": "The same in mg per kg and hour; empty where it was not worked out.",
    "hours": "Hours of infusion in the block.",
    "adjuncts": "What was given beside, with blanks between.",
    "classified_as": "new_course, same_series or booster.",
    "stopped_early": "yes: before the end that was planned.",
    "stop_reason": "Why.",
    "recorded_at": "When it was recorded, in UTC.",
}


def dictionary_rows() -> list[list[str]]:
    """Every column of every record, in its order.

    >>> dictionary_rows()[0]
    ['entries', 'pseudonym', 'What the clinic calls the patient; never a name.']
    """
    records = (
        ("entries", ENTRY_COLUMNS, ENTRY_MEANINGS),
        ("infusions", INFUSION_COLUMNS, INFUSION_MEANINGS),
    )
    return [
        [record, column, means.get(column) or _SHARED[column]]
        for record, columns, means in records
        for column in columns
    ]
