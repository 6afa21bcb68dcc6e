"""Cookies of the phone: read by this site alone, over https, and by no script."""

from datetime import timedelta

from flask import Response


def put_cookie(response: Response, name: str, value: str, *, max_age: timedelta | None) -> None:
    """Set a cookie; `max_age=None` until the browser is closed."""
    response.set_cookie(name, value, max_age=max_age, secure=True, httponly=True, samesite="Lax")


def drop_cookie(response: Response, name: str) -> None:
    """Take a cookie away."""
    response.delete_cookie(name, secure=True, httponly=True, samesite="Lax")
