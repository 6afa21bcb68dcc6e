"""What every schema is: a request takes no key it does not know, an answer leaves out no key it promises."""

from typing import Any, ClassVar

import marshmallow as ma

from schemas.fields import Fault


class Incoming(ma.Schema):
    """What a client sends. Loads to a plain dict; keys left out stay out of it."""

    error_messages = {  # noqa: RUF012 - marshmallow declares it as an instance's attribute
        "unknown": Fault("This key is not known here; check its spelling.", "unknown"),
        "type": Fault("Send a JSON object.", "type"),
    }


class Outgoing(ma.Schema):
    """What the service answers, dumped from a row, an object or a dict by attribute.

    Every key is always there, so the OpenAPI document lists it as required; `optional` names the exceptions.
    A row without a promised attribute is a bug and is stopped here, not sent as a shorter object.
    """

    optional: ClassVar[frozenset[str]] = frozenset()

    class Meta:
        """Answers may grow: a client ignores keys that it does not know."""

        unknown = ma.EXCLUDE

    def on_bind_field(self, field_name: str, field_obj: ma.fields.Field[Any]) -> None:
        """Mark every promised key as required, for the OpenAPI document."""
        field_obj.required = field_name not in self.optional

    def get_attribute(self, obj: Any, attr: str, default: Any) -> Any:
        """The value of a key; only an optional one may be missing."""
        value = super().get_attribute(obj, attr, default)
        if value is ma.missing and attr not in self.optional:
            raise AttributeError(f"{type(self).__name__} promises {attr!r}; {type(obj).__name__} has none")
        return value
