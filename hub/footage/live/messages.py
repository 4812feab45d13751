"""What a console says of its wall of live cameras, and what the audit log says of it."""

from __future__ import annotations

from typing import Annotated

import msgspec

from hub.errors import Refusal
from hub.footage.coded import StreamName
from hub.registry.records import Id

MAX_TILES = 16


class Asked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One tile as the console asks for it; ``tile`` is a number of its own for each stream that it asks for."""

    tile: Annotated[int, msgspec.Meta(ge=0, le=255)]
    camera_id: Id
    stream: StreamName = StreamName.SUB
    transcode: bool = False


class Watch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a console says: its whole wall, each time it changes."""

    watch: Annotated[tuple[Asked, ...], msgspec.Meta(max_length=MAX_TILES)]


class WatchedLive(msgspec.Struct, frozen=True, kw_only=True):
    """Detail of an audit record on a live view; ``since_ms``: when it came onto the wall."""

    camera_id: str
    since_ms: int


_decoder = msgspec.json.Decoder(Watch)


def read_watch(said: str | bytes) -> tuple[Asked, ...]:
    """What the console asks for. Raises Refusal."""
    try:
        asked = _decoder.decode(said).watch
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise Refusal("bad_watch", f"看不懂的查看请求：{error}", f"this is no wall: {error}", field="watch") from None
    if len({one.tile for one in asked}) < len(asked):
        raise Refusal("same_tile", "同一个画面格写了两次", "a tile is named twice", field="watch")
    return asked
