"""`listen`: a small server that prints the events which a webhook is told, for who integrates."""

import json
from collections import Counter
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Final

import click

from diary.gateways.webhook import is_ours

BODY_MAX_BYTES: Final = 64 * 1024


@click.command()
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8700, show_default=True, help="0: any free one."
)
@click.option("--secret", help="As printed by `webhook add`; without it no signature is checked.")
@click.option("--count", type=click.IntRange(1), help="End after so many events.")
def command(port: int, secret: str | None, count: int | None) -> None:
    """Print the events that a webhook is told, one line of JSON each. Listens on this machine alone."""
    heard = Counter[str]()
    server = HTTPServer(("127.0.0.1", port), _handler(secret, heard))
    click.echo(f"Listening: http://127.0.0.1:{server.server_port}/", err=True)
    try:
        while count is None or heard["events"] < count:
            server.handle_request()
    except KeyboardInterrupt:
        pass
    finally:
        server.server_close()


def _handler(secret: str | None, heard: Counter[str]) -> type[BaseHTTPRequestHandler]:
    class Listener(BaseHTTPRequestHandler):
        """Answers 204 to what is ours, and 401 to what is not."""

        timeout = 10

        def do_POST(self) -> None:
            """One event."""
            length = self.headers.get("Content-Length", "0")
            size = int(length) if length.isascii() and length.isdigit() else 0
            body = self.rfile.read(min(size, BODY_MAX_BYTES))
            ours = secret is None or is_ours(secret, dict(self.headers.items()), body)
            self.send_response(204 if ours else 401)
            self.end_headers()
            if ours:
                click.echo(json.dumps({"id": self.headers.get("webhook-id"), **_event(body)}))
                heard["events"] += 1
            else:
                click.echo("An event with a wrong signature was refused.", err=True)

        def log_message(self, format: str, *args: object) -> None:
            """The event itself is what is printed."""

    return Listener


def _event(body: bytes) -> dict[str, object]:
    try:
        found = json.loads(body)
    except ValueError:
        return {"unreadable": len(body)}
    return found if isinstance(found, dict) else {"event": found}
