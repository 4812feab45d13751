"""The one family of refusals of this room."""

from __future__ import annotations

from hub.errors import Refusal


class SightingsError(Refusal):
    """A question or a sighting that cannot be taken, with the field at fault."""
