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
    """What a console says: its whole wall, each time it changes; ``looks`` is the tile whose looks are shown too."""

    watch: Annotated[tuple[Asked, ...], msgspec.Meta(max_length=MAX_TILES)]
    looks: int | None = None


class WatchedLive(msgspec.Struct, frozen=True, kw_only=True):
    """Detail of an audit record on a live view; ``since_ms``: when it came onto the wall."""

    camera_id: str
    since_ms: int


_decoder = msgspec.json.Decoder(Watch)


def read_watch(said: str | bytes) -> Watch:
    """What the console asks for. Raises Refusal."""
    try:
        watch = _decoder.decode(said)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise Refusal("bad_watch", f"看不懂的查看请求：{error}", f"this is no wall: {error}", field="watch") from None
    tiles = {one.tile for one in watch.watch}
    if len(tiles) < len(watch.watch):
        raise Refusal("same_tile", "同一个画面格写了两次", "a tile is named twice", field="watch")
    if watch.looks is not None and watch.looks not in tiles:
        raise Refusal(
            "no_such_tile", "没有这个画面格，不能看它的分析", "there is no such tile to show looks of", field="looks"
        )
    return watch
