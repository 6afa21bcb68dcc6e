"""The seam for text messages, with a provider of the tests in it: notes go out by it, answers come in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import NAMESPACE_URL, uuid5

import pytest
from sqlalchemy.orm import Session

from diary.domain.delivery import Tried
from diary.gateways.push import Push
from diary.services import outbox, patients
from diary.services.dispatch import settle, take
from diary.services.letters import NOTE_WAYS, Said
from diary.storage.engine import make_engine
from diary.storage.outbox import LANES
from diary.storage.patients import identity_of, patient_by_id
from diary.storage.tables.outbox import Delivery, Message
from diary.storage.unit import own
from jobs.courier import Courier, Way
from tests.api.people import TODAY, answer_of, machine, make_app, set_clock
from tests.little_clinic import LittleClinic, at, day_number, found

NOW = at(day_number(30), hour=20)
NUMBER = "+31 6 0000 0001"


@dataclass(frozen=True)
class Text:
    """What a provider is handed."""

    number: str
    words: str
    key: str


@dataclass
class Provider:
    """The twin: keeps what it is handed, and answers as it is told to."""

    answer: Tried
    handed: list[Text] = field(default_factory=list)

    def destination(self, _: Text) -> str:
        return "texts.example"

    def send(self, text: Text) -> Tried:
        self.handed.append(text)
        return self.answer


def texts(session: Session, said: Sequence[Said], _: datetime) -> Mapping[int, Sequence[Text]]:
    """The way: to whoever gave a number."""
    return {
        one.message.id: [Text(who.phone, one.words.body, one.message.uid)]
        for one in said
        if (who := identity_of(session, one.patient.id)) is not None and who.phone
    }


@pytest.fixture
def clinic(sqlite_url: str):
    engine = make_engine(sqlite_url)
    yield found(engine)
    engine.dispose()


TAKEN, WRONG_NUMBER, BUSY = Tried("delivered"), Tried("refused", "21211"), Tried("later", "429")


@pytest.mark.parametrize(
    ("answer", "state"), [(TAKEN, "delivered"), (WRONG_NUMBER, "permanent_failure"), (BUSY, "new")]
)
def test_a_note_goes_by_text_to_who_has_no_other_way(clinic: LittleClinic, answer: Tried, state: str):
    patient_id = clinic.admit("P-1")
    with clinic.unit(write=True) as session:
        patient = patient_by_id(session, patient_id)
        patients.set_identity(session, patient, patients.Identity(phone=NUMBER), now=NOW)
        outbox.enqueue(session, outbox.Letter("offer", "offer:x:1", patient_id=patient_id), now=NOW)
    provider = Provider(answer)
    courier = Courier({Text: Way("text", provider), Push: Way("push", provider)})
    moment = {"now": NOW, "wall_now": NOW}
    with clinic.unit(write=True) as session:
        ways = (*NOTE_WAYS, texts)
        courier.hand(take(session, LANES[1], url="", owner="me", limit=9, note_ways=ways, **moment))
    while courier.busy:
        with clinic.unit(write=True) as session:
            settle(session, courier.collect(), owner="me", now=NOW)
    courier.close()
    with clinic.unit() as session:
        message = session.scalars(own(session, Message)).one()
        tried = session.scalars(own(session, Delivery)).one()
    assert (message.state, tried.channel, tried.result) == (state, "text", answer.result)
    (text,) = provider.handed
    assert (text.number, text.key) == (NUMBER, message.uid)
    assert not {"pain", "ketamine", "clinic", "little"} & set(text.words.lower().split())


def test_an_answer_by_text_is_an_entry_and_the_provider_s_repeat_is_the_same_one(sqlite_url, clinic):
    app = make_app(sqlite_url)
    patient_id = clinic.admit("P-1")
    set_clock(clinic, at(TODAY, hour=20))
    with clinic.unit() as session:
        uid = patient_by_id(session, patient_id).uid
    program = machine(app, clinic, ["entries:write"])
    # The provider's own id of the text names the entry: it repeats a text until it is answered.
    entry = answer_of(TODAY, 4, patient=uid, id=str(uuid5(NAMESPACE_URL, "texts.example/SM0042")))
    came = [program.post("/v1/entries", entry) for _ in range(2)]
    app.extensions["diary.engine"].dispose()
    assert [one.status_code for one in came] == [201, 200]
    assert came[0].json["uid"] == came[1].json["uid"]
    assert came[0].json["source"] == "integration"
