"""What can be wrong with clicks."""

from __future__ import annotations

from hub.errors import Refusal


class Unsolvable(Refusal):
    """No camera stands so that it would see these clicks; says what to do."""

    def __init__(self, message: str, message_en: str) -> None:
        super().__init__("not_solvable", message, message_en)
