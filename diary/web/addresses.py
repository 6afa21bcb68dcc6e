"""Public ids in addresses: one strict spelling, in ASCII."""

from flask import Flask
from werkzeug.routing import BaseConverter


class UidConverter(BaseConverter):
    """A UUID in lower case; anything else is no address of ours. Use as `/patients/<uid:patient>`."""

    regex = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
    part_isolating = True


def add_uids(app: Flask) -> None:
    """Let routes say `<uid:...>`; before any blueprint is registered."""
    app.url_map.converters["uid"] = UidConverter
