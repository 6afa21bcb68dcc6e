"""Security headers of every answer."""

from typing import Final

from flask import Flask, Response, current_app, request

from diary.web.doors import door_of
from diary.web.work import request_id

HSTS_SECONDS: Final = 2 * 365 * 24 * 3600  # two years, as browsers' preload lists ask

ALWAYS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    # Not no-referrer: over https a form's origin is checked by it.
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
}


def add_headers(app: Flask) -> None:
    """Have every answer carry the headers, also of problems and static files."""
    app.after_request(_dress)


def _dress(response: Response) -> Response:
    held = {name.lower() for name in response.headers.keys()}  # noqa: SIM118 - it iterates over pairs
    headers = {
        **ALWAYS,
        "Content-Security-Policy": door_of(current_app, request.path).content_policy,
        # Health data stays out of caches; static files say otherwise themselves.
        "Cache-Control": "no-store",
        "X-Request-Id": request_id(),
    }
    if request.is_secure:
        headers["Strict-Transport-Security"] = f"max-age={HSTS_SECONDS}; includeSubDomains"
    for name, value in headers.items():
        if name.lower() not in held:
            response.headers.add(name, value)
    return response
