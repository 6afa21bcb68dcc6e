"""Pages of long lists: a cursor says where the next one starts (RFC 8288 `Link: rel="next"` says it too)."""

from schemas.base import Incoming, Outgoing
from schemas.fields import QueryNumber, Text

PAGE_ITEMS_MAX = 200
PAGE_ITEMS = 50
CURSOR_LENGTH_MAX = 800  # room for a name of 100 characters from any script


class PageIn(Incoming):
    """Which page of a list."""

    cursor = Text(CURSOR_LENGTH_MAX, description="Where the page starts: `next_cursor` of the page before.")
    limit = QueryNumber(1, PAGE_ITEMS_MAX, load_default=PAGE_ITEMS, description="Most items on the page.")


class PageOut(Outgoing):
    """What every page of a list has besides its `items`."""

    next_cursor = Text(
        CURSOR_LENGTH_MAX, allow_none=True, description="Where the next page starts; null on the last page."
    )
