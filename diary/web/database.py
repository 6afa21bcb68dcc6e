"""Gives requests their session: Flask-SQLAlchemy, handed the storage room's engine and metadata."""

from collections.abc import Mapping
from typing import Any

from flask import Flask, current_app
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Engine

from diary.storage.schema import metadata


class HandedEngine(SQLAlchemy):
    """Flask-SQLAlchemy that builds no engine of its own: every engine comes from diary.storage.engine."""

    @property
    def engines(self) -> Mapping[str | None, Engine]:
        """The one engine of the app that is being asked."""
        return {None: current_app.extensions["diary.engine"]}

    def _make_engine(self, _bind_key: str | None, _options: dict[str, Any], app: Flask) -> Engine:
        engine: Engine = app.extensions["diary.engine"]
        return engine


db = HandedEngine(
    metadata=metadata,
    session_options={"expire_on_commit": False, "autoflush": False},
    disable_autonaming=True,
)


def use_engine(app: Flask, engine: Engine) -> None:
    """Attach the engine to the app."""
    app.extensions["diary.engine"] = engine
    app.config["SQLALCHEMY_DATABASE_URI"] = engine.url
    db.init_app(app)
