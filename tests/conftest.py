"""What holds for all tests: no collecting of garbage through them, and in CI none skipped.

A skipped test fails the run in CI, unless what it misses is ../shared or a kind of processor, which no run can install:
a test that never runs proves nothing. Those of SQLite's own file are skipped where hubs live on PostgreSQL.
"""

from __future__ import annotations

import gc
import inspect
import os
from collections.abc import Callable
from types import ModuleType
from typing import Any

import fastapi.dependencies.utils
import pytest
from hypothesis import settings
from sqlalchemy import event
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.util import LRUCache

from hub.pauses import keep_what_started
from tests import postgresql
from tests.databases import ABOUT_SQLITES_FILE

settings.register_profile("hub", deadline=None)  # how long an example takes on a busy machine proves nothing
settings.load_profile("hub")

ALLOWED_REASONS = ("../shared is missing", "this processor lacks VNNI", ABOUT_SQLITES_FILE)

_COMPILED: LRUCache[Any, Any] = LRUCache(2_000)


@event.listens_for(Engine, "engine_connect")
def _compile_once(connection: Connection) -> None:
    """SQLAlchemy compiles statements for each engine anew, a sixth of a hub's start; here thousands of hubs start."""
    connection.engine._compiled_cache = _COMPILED


SQLiteDialect_pysqlite.__eq__ = lambda self, other: type(self) is type(other)  # type: ignore[method-assign]
SQLiteDialect_pysqlite.__hash__ = lambda self: hash(type(self))  # type: ignore[method-assign]

_looked_at: dict[Any, Any] = {}


def _once(module: ModuleType, name: str, key_of: Callable[..., Any]) -> None:
    """Have the module's function called once for each key; what the key names by ``id`` stays, with the call."""
    call = getattr(module, name)

    def again(*args: Any, **given: Any) -> Any:
        key = (name, key_of(*args, **given))
        if key not in _looked_at:
            _looked_at[key] = call(*args, **given), args, given
        return _looked_at[key][0]

    setattr(module, name, again)


def _endpoint(call: Any) -> Any:
    """Endpoints are made anew for each hub, from the same code with the same defaults."""
    if not inspect.isfunction(call) or call.__kwdefaults__:
        return id(call)
    return call.__code__, tuple(map(id, call.__defaults__ or ()))


# FastAPI looks at each endpoint's parameters for each application anew, and twice: a third of the start of a hub that
# serves its console. The defaults that a key names by id are the signature's own, which stays.
_once(fastapi.dependencies.utils, "get_typed_signature", _endpoint)
_once(
    fastapi.dependencies.utils,
    "analyze_param",
    lambda *, param_name, annotation, value, path_param_names: (
        param_name,
        id(annotation),
        id(value),
        param_name in path_param_names,
    ),
)

gc.disable()  # until all tests are collected: none of it goes before the run ends


def pytest_collection_finish() -> None:
    """What is there stays: looking through it again and again takes a third of a hub's start in a test."""
    keep_what_started()
    gc.enable()


def _forbidden_skips(reporter: pytest.TerminalReporter) -> list[str]:
    skipped = reporter.stats.get("skipped", [])
    return [
        f"{one.nodeid}: {one.longrepr}"
        for one in skipped
        if not any(reason in str(one.longrepr) for reason in ALLOWED_REASONS)
    ]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> object:
    done = yield
    if nextitem is None or nextitem.path != item.path:
        postgresql.forget_databases()
    return done


@pytest.hookimpl(wrapper=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> object:
    postgresql.end()
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") == "true" and reporter is not None and _forbidden_skips(reporter):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
    return (yield)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if os.environ.get("CI") == "true":
        for skip in _forbidden_skips(terminalreporter):
            terminalreporter.write_line(f"not allowed in CI: skipped {skip}", red=True)
