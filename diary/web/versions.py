"""A row's version as an ETag, and the check that a change was made to the version that was seen."""

from flask import request

from diary.domain.errors import Refusal


def etag_of(version: int) -> dict[str, str]:
    """The header that names this version.

    >>> etag_of(7)
    {'ETag': '"7"'}
    """
    return {"ETag": f'"{version}"'}


def require_version(version: int) -> None:
    """The request's If-Match must name the version that stands.

    Raises:
        Refusal: precondition_required without If-Match; changed_meanwhile when it names another version.
    """
    if "If-Match" not in request.headers:
        raise Refusal("precondition_required", "Send If-Match with the ETag of the version that you saw.")
    if not request.if_match.contains(str(version)):
        raise Refusal("changed_meanwhile", "Somebody acted meanwhile. Read it again and look before you act.")
