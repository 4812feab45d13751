"""What is written beside the changes of a batch, within its transaction: the event log and the outbox."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Generic, TypeVar

import sqlalchemy as sa

_T = TypeVar("_T")


class Journal(ABC, Generic[_T]):
    """Entries noted while changes run. All but what ``committed`` returns runs in the writer's thread."""

    def __init__(self) -> None:
        self.noted: list[_T] = []

    def begin(self, connection: sa.Connection) -> None:
        """A batch starts, or starts again; nobody else writes until it ends."""
        self.noted = []

    def mark(self) -> int:
        """Where the journal stands, before one change."""
        return len(self.noted)

    def back_to(self, mark: int) -> None:
        """Forget what was noted since ``mark``: that change failed."""
        del self.noted[mark:]

    @abstractmethod
    def flush(self, connection: sa.Connection) -> None:
        """Write what the batch noted, before its commit."""

    @abstractmethod
    def committed(self) -> Callable[[], None] | None:
        """The batch is on disk; returns what to do on the event loop, if anything."""
