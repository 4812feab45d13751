"""The one form in which a room refuses a request: a code for programs and a sentence for people, Chinese first."""

from __future__ import annotations


class Refusal(Exception):
    """Something asked of the hub that it does not do, and why.

    ``status`` is the HTTP status that says the same; ``field`` names the part of the request that is at fault.
    """

    def __init__(
        self, code: str, message: str, message_en: str, *, field: str | None = None, status: int = 422
    ) -> None:
        super().__init__(message_en)
        self.code = code
        self.message = message
        self.message_en = message_en
        self.field = field
        self.status = status
