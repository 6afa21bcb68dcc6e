"""An address with a slash too few or too many leads to the right one, on whichever host was asked."""

from urllib.parse import urlsplit

from flask import Flask, redirect, request
from flask.typing import ResponseReturnValue
from werkzeug.routing import RequestRedirect


def mend_slashes(app: Flask) -> None:
    """Answer with the path alone: the framework's own redirect repeats the Host header that was sent."""
    app.before_request(_mend)


def _mend() -> ResponseReturnValue | None:
    found = request.routing_exception
    if not isinstance(found, RequestRedirect):
        return None
    return redirect(urlsplit(found.new_url)._replace(scheme="", netloc="").geturl(), found.code)
