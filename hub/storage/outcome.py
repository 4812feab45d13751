"""Whether a commit that was not answered took place: a server may go, or its line, between the two.

PostgreSQL remembers how each recent transaction ended (``pg_xact_status``), over its own restart too, so a batch is
neither lost nor written twice. SQLite in the hub's own process answers every commit.
"""

from __future__ import annotations

import sqlalchemy as sa

from hub.storage.engine import POSTGRESQL


class Outcome:
    """How one transaction ended."""

    def __init__(self, connection: sa.Connection) -> None:
        """Within the transaction, before its commit."""
        self._transaction: str | None = None
        if connection.dialect.name == POSTGRESQL:
            self._transaction = connection.exec_driver_sql("SELECT pg_current_xact_id()::text").scalar_one()

    def is_committed(self, engine: sa.Engine) -> bool:
        """Raises sa.exc.OperationalError as long as nobody can say."""
        if self._transaction is None:
            return False
        with engine.connect() as connection:
            asked = sa.text("SELECT pg_xact_status(CAST(:transaction AS text)::xid8)")
            state = connection.execute(asked, {"transaction": self._transaction}).scalar_one()
        if state == "in progress":
            raise sa.exc.OperationalError("commit", None, ConnectionError("the transaction has not ended"))
        return bool(state == "committed")
