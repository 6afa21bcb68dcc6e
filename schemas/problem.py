"""A problem: what every door answers when it says no (RFC 9457)."""

from schemas.base import Outgoing
from schemas.fields import ListOf, Part, Text, WholeNumber

FAULTS_MAX = 50
POINTER_LENGTH_MAX = 300
INSTANCE_LENGTH_MAX = 2000


class FaultOut(Outgoing):
    """One thing that is wrong with a request."""

    optional = frozenset({"pointer", "parameter"})

    pointer = Text(POINTER_LENGTH_MAX, min_length=0, description="The key at fault in the body, by RFC 6901.")
    parameter = Text(64, min_length=0, description="The parameter at fault in the query string.")
    code = Text(40, description="Stable word for the kind of fault: required, null, unknown, invalid ...")
    message = Text(300, description="What to enter instead.")


class ProblemOut(Outgoing):
    """Why a request was refused, and what to do. Extra keys depend on the code; its page names them."""

    optional = frozenset({"errors", "fix", "retry_after_s"})

    type = Text(100, description="Address of the page about this code.")
    title = Text(100, description="What the code means; the same for every problem of this code.")
    status = WholeNumber(400, 599, description="HTTP status.")
    detail = Text(500, description="What is wrong this time, without a score or a name.")
    instance = Text(INSTANCE_LENGTH_MAX, description="Path of the request.")
    code = Text(40, description="Stable word to branch on; it never changes its meaning.")
    errors = ListOf(
        Part(FaultOut, description="One fault."), max_items=FAULTS_MAX, description="Faults key by key."
    )
    fix = Text(200, description="What to do.")
    retry_after_s = WholeNumber(1, 86400, description="Seconds to wait, as in the Retry-After header.")
    request_id = Text(64, allow_none=True, description="Quote it when you ask for help; the log has it too.")
