"""Entries: one diary day's answer, by itself or in a batch."""

from dataclasses import dataclass
from typing import Any

import marshmallow as ma

from config.settings import BATCH_BODY_MAX_BYTES, BATCH_MAX_ENTRIES
from config.words import ENTRY_KINDS, ENTRY_SOURCES, PHONE_LAYOUTS, ROW_RESULTS
from schemas.base import Incoming, Outgoing
from schemas.enrolment import ClinicOut
from schemas.fields import (
    Choice,
    Day,
    ListOf,
    Locale,
    Moment,
    Nrs,
    Part,
    Text,
    Uuid,
    WholeNumber,
    YesNo,
    Zone,
)
from schemas.items import ItemAnswers, ItemCodes
from schemas.page import PageIn, PageOut
from schemas.problem import FAULTS_MAX, FaultOut

# Old diaries come in by the import command, never through the API.
SOURCES_IN = tuple(source for source in ENTRY_SOURCES if source != "import")


class EntryIn(Incoming):
    """One day's answer. Safe to repeat: the same id with the same content gives the stored answer again."""

    id = Uuid(required=True, description="Made by the client, once an answer; kept for every repeat of it.")
    day = Day(required=True, description="The patient's own calendar day that the answer is for.")
    nrs = Nrs(required=True, description="Average pain over 24 hours, NRS points (LOINC 72514-3).")
    answered_at = Moment(required=True, description="When the patient answered, by the phone's clock.")
    sent_at = Moment(required=True, description="When this request is sent, by the same clock.")
    zone = Zone(required=True, description="The phone's time zone when the patient answered.")
    layout = Choice(PHONE_LAYOUTS, description="How the numbers stood on the screen.")
    locale = Locale(description="The language the question was shown in.")
    client_version = Text(40, description="Version of the app that asked.")
    supersedes = Uuid(description="`id` or `uid` of the version that this one corrects.")
    reason = Text(300, description="Why the answer is corrected, in the patient's words.")
    items = ItemAnswers(description="Optional questions answered together with the score.")
    patient = Uuid(description="`uid` of the patient; only for integration keys and staff.")
    source = Choice(SOURCES_IN, description="Where the answer comes from; by default, who is asking.")


class EntryOut(Outgoing):
    """One version of a day's answer as it is stored."""

    optional = frozenset({"patient_uid"})

    uid = Uuid(description="The service's own id of this version.")
    id = Uuid(attribute="client_id", description="The client's id of this version.")
    patient = Uuid(
        attribute="patient_uid", description="`uid` of the patient; absent from what a problem shows."
    )
    day = Day(description="The patient's own calendar day that the answer is for.")
    nrs = Nrs(allow_none=True, description="Average pain over 24 hours, NRS points; null: no answer stands.")
    version = WholeNumber(
        -32768, 32767, description="Place among the versions of the day: the highest stands, the first is 1."
    )
    kind = Choice(ENTRY_KINDS, description="The patient's answer, or staff's correction or withdrawal of it.")
    standing = YesNo(description="Whether this is the version that counts.")
    late = YesNo(description="Answered on another diary day than the one it is for.")
    clock_suspect = YesNo(description="The phone's clock was so far off that the day is in doubt.")
    source = Choice(ENTRY_SOURCES, description="Where the answer came from.")
    supersedes = Uuid(allow_none=True, description="The version that this one corrects.")
    reason = Text(300, allow_none=True, description="Why it was corrected.")
    answered_at = Moment(description="When the patient answered, by the phone's clock.")
    answered_offset_min = WholeNumber(-1439, 1439, description="The phone's offset from UTC then, minutes.")
    zone = Zone(description="The phone's time zone then.")
    sent_at = Moment(description="When the phone sent it, by its own clock.")
    received_at = Moment(description="When the service received it.")
    layout = Choice(PHONE_LAYOUTS, allow_none=True, description="How the numbers stood on the screen.")
    locale = Locale(allow_none=True, description="The language the question was shown in.")
    client_version = Text(40, allow_none=True, description="Version of the app that asked.")


class EntryPostedOut(EntryOut):
    """What was stored, and whom to call at once if an answer told beside it is a red flag."""

    optional = EntryOut.optional | {"red_flags", "call"}

    red_flags = ItemCodes(description="Items told beside the score that staff see now; absent without one.")
    call = Part(ClinicOut, description="Whom to call now; absent without a red flag.")


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a batch after reading: its values, or what is wrong with it by key."""

    index: int
    id: str | None
    values: dict[str, Any] | None
    messages: dict[Any, Any] | None


class EntryRows(ListOf):
    """Rows read one by one, so that a bad one is refused by itself and the others are stored."""

    def __init__(self, **options: Any) -> None:
        one = Part(EntryIn, description="One answer.")
        super().__init__(one, min_items=1, max_items=BATCH_MAX_ENTRIES, **options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> list[Any]:  # noqa: ARG002
        if not isinstance(value, list) or not self.min_items <= len(value) <= self.max_items:
            raise self.fault()
        reader = EntryIn()
        return [_read_row(reader, index, row) for index, row in enumerate(value)]


def _read_row(reader: EntryIn, index: int, row: Any) -> Row:
    try:
        values = reader.load(row)
    except ma.ValidationError as error:
        messages = error.messages_dict
        readable = isinstance(row, dict) and "id" in row and "id" not in messages
        return Row(index, row["id"] if readable else None, None, messages)
    return Row(index, values["id"], values, None)


class EntryBatchIn(Incoming):
    """Answers that waited on a phone. Each is stored or refused by itself."""

    body_max_bytes = BATCH_BODY_MAX_BYTES

    entries = EntryRows(required=True, description="The answers, oldest first.")


class EntryResultOut(Outgoing):
    """What became of one row of a batch."""

    optional = frozenset({"code", "detail", "errors", "entry", "red_flags"})

    index = WholeNumber(0, BATCH_MAX_ENTRIES - 1, description="Place of the row in the batch, from 0.")
    id = Uuid(allow_none=True, description="The row's id; null when it could not be read.")
    status = Choice(ROW_RESULTS, description="Written now, known already, or refused.")
    code = Text(40, description="Why it was refused: the code of a problem.")
    detail = Text(500, description="What is wrong this time.")
    errors = ListOf(
        Part(FaultOut, description="One fault."), max_items=FAULTS_MAX, description="Faults key by key."
    )
    entry = Part(EntryOut, description="The version that stands for the row.")
    red_flags = ItemCodes(description="Items told beside the score that staff see now; absent without one.")


class EntryBatchOut(Outgoing):
    """What became of each row, in the order sent."""

    optional = frozenset({"call"})

    results = ListOf(
        Part(EntryResultOut, description="One row."), max_items=BATCH_MAX_ENTRIES, description="Row by row."
    )
    call = Part(ClinicOut, description="Whom to call now; absent without a red flag among the rows.")


class EntriesIn(PageIn):
    """Which entries to list."""

    day_from = Day(data_key="from", description="First day listed.")
    day_to = Day(data_key="to", description="Last day listed.")
    patient = Uuid(description="`uid` of the patient; only for integration keys and staff.")


class EntriesOut(PageOut):
    """Entries by day, newest first."""

    items = ListOf(Part(EntryOut, description="One version."), max_items=200, description="This page.")


class CorrectionIn(Incoming):
    """A correction that staff file beside a patient's entry, which itself is never changed."""

    of = Uuid(required=True, description="`uid` of the entry that stands now.")
    nrs = Nrs(required=True, allow_none=True, description="The right score; null: no answer stands.")
    reason = Text(300, required=True, description="Why, in words that the patient may read.")
