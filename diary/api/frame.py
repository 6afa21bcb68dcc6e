"""What every route of the API stands in: strict reading, documented problems, versions, OpenAPI 3.1."""

from collections.abc import Callable
from typing import Any, Final, TypeVar

from flask import Flask
from flask.json.provider import DefaultJSONProvider
from flask_smorest import Api, Blueprint

from diary.web.addresses import UidConverter, add_uids
from diary.web.body import StrictParser
from schemas.base import Incoming
from schemas.fields import UUID_TEXT
from schemas.problem import ProblemOut

View = TypeVar("View", bound=Callable[..., Any])

API_VERSION: Final = "1.0.0"
ABOUT: Final = """A pain diary for clinics that treat complex regional pain syndrome with ketamine infusions.

A phone enrols with a one-time code and posts one entry a day; every post is safe to repeat. Staff and
integration keys work on the patients of their own clinic, and see everything else as not found. Errors are
problems by RFC 9457 with a stable `code`, each explained at `/problems/<code>`. Lists come page by page:
follow `Link: rel="next"`. A change to an alert, a booking, a patient, a course or a regimen names the version
that you saw, in `If-Match`.

It is decision support: it says *may be losing relief: review*, and decides nothing."""

SECURITY_SCHEMES: Final[dict[str, dict[str, str]]] = {
    "device": {"type": "http", "scheme": "bearer", "description": "A phone's token, from its enrolment."},
    "staff": {"type": "http", "scheme": "bearer", "description": "A session of staff, from signing in."},
    "integration": {"type": "http", "scheme": "bearer", "description": "A clinic's key for a machine."},
}

# For `headers=` of a documented response.
ETAG: Final = {"ETag": {"description": "The version, for If-Match.", "schema": {"type": "string"}}}
NEXT_PAGE: Final = {"Link": {"description": "The next page (RFC 8288).", "schema": {"type": "string"}}}

IF_MATCH: Final = {
    "in": "header",
    "name": "If-Match",
    "required": True,
    "description": "The ETag of the version that you saw.",
    "schema": {"type": "string", "maxLength": 40, "examples": ['"7"']},
}


class PlainJson(DefaultJSONProvider):
    """JSON that every parser reads: no NaN, keys in the order of the schema."""

    sort_keys = False

    def dumps(self, obj: Any, **kwargs: Any) -> str:
        """The text; a NaN is a mistake of ours and is stopped here."""
        return super().dumps(obj, **{**kwargs, "allow_nan": False})


class ProblemApi(Api):
    """The API, whose errors are documented as the problems that `diary.web.problems` answers."""

    ERROR_SCHEMA = ProblemOut

    def _register_responses(self) -> None:
        # The only place where flask-smorest takes the media type of error responses from.
        self.DEFAULT_RESPONSE_CONTENT_TYPE = "application/problem+json"
        try:
            super()._register_responses()
        finally:
            del self.DEFAULT_RESPONSE_CONTENT_TYPE

    def _register_error_handlers(self) -> None:
        """None of its own: it would answer for the pages as well."""

    def _register_pagination_header(self) -> None:
        """None: lists here have cursors and `Link`, no page numbers."""


class Routes(Blueprint):
    """A blueprint of the API: bodies and query strings are read strictly."""

    ARGUMENTS_PARSER = StrictParser()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._prepare_doc_cbks.append(self._prepare_version_doc)

    def arguments(self, schema: type[Incoming], **options: Any) -> Any:
        """Read the request with one instance of the schema; making one takes longer than using it."""
        return super().arguments(schema(), **options)

    @staticmethod
    def names_version(view: View) -> View:
        """Document that the view needs If-Match; it checks with `diary.web.versions.require_version`."""
        documented: Any = view
        documented._apidoc = {**getattr(view, "_apidoc", {}), "names_version": True}
        return view

    @staticmethod
    def _prepare_version_doc(doc: dict[str, Any], doc_info: dict[str, Any], **_: Any) -> dict[str, Any]:
        if doc_info.get("names_version"):
            doc["parameters"] = [*doc.get("parameters", []), IF_MATCH]
            doc["responses"] |= {412: "PRECONDITION_FAILED", 428: "PRECONDITION_REQUIRED"}
        return doc


def make_api(app: Flask) -> ProblemApi:
    """The API of this app; register its blueprints with `register_blueprint`."""
    add_uids(app)
    app.json = PlainJson(app)
    api = ProblemApi(
        app,
        spec_kwargs={
            "title": "Pain diary for ketamine infusions",
            "version": API_VERSION,
            "openapi_version": "3.1.0",
            "info": {"description": ABOUT, "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"}},
            "servers": [{"url": "/", "description": "This installation."}],
        },
    )
    api.register_converter(UidConverter, _uid_parameter)
    for name, scheme in SECURITY_SCHEMES.items():
        api.spec.components.security_scheme(name, scheme)
    return api


def _uid_parameter(_converter: UidConverter) -> dict[str, str]:
    return {"type": "string", "format": "uuid", "pattern": f"^{UUID_TEXT.pattern}$"}
