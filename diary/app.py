"""Builds the web application: the doors on one engine, and what they share."""

from collections.abc import Callable
from datetime import datetime

from flask import Flask
from sqlalchemy import Engine
from werkzeug.middleware.proxy_fix import ProxyFix

from config.settings import Settings
from diary.api.docs import add_docs
from diary.api.frame import make_api
from diary.api.routes import add_routes
from diary.desk.founding import FOUNDING
from diary.desk.pages import open_desk
from diary.desk.rights import DESK, WITHOUT_FACTOR
from diary.phone.pages import open_phone
from diary.phone.rights import PHONE
from diary.storage.engine import make_engine
from diary.web.body import limit_bodies
from diary.web.database import use_engine
from diary.web.headers import add_headers
from diary.web.health import HEALTH, health
from diary.web.metrics import METRICS, metrics
from diary.web.problems import answer_problems
from diary.web.rights import grant
from diary.web.slashes import mend_slashes
from diary.web.work import Roof, put_roof, refuse_strangers


def create_app(settings: Settings, clock: Callable[[], datetime], *, engine: Engine | None = None) -> Flask:
    """The application; nothing is asked of the database before the first request.

    Args:
        settings: what this installation chose.
        clock: gives the present moment, aware; the one place it comes from.
        engine: an engine that the caller already holds, for tests.
    """
    app = Flask(__name__, static_folder=None)
    use_engine(app, engine or make_engine(settings.database_url, pool_size=settings.web_threads))
    put_roof(app, Roof(settings, clock))
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    mend_slashes(app)
    app.before_request(refuse_strangers)
    limit_bodies(app)
    answer_problems(app)
    add_headers(app)
    api = make_api(app)
    add_routes(api)
    add_docs(app, api)
    open_desk(app)
    open_phone(app)
    app.register_blueprint(health)
    app.register_blueprint(metrics)
    grant(DESK, without_factor=WITHOUT_FACTOR)
    for rows in (PHONE, HEALTH, METRICS, FOUNDING):
        grant(rows)
    return app
