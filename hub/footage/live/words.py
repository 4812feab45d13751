"""Why a tile of the wall shows nothing though its camera may: words for who looks at it. The others are the relay's."""

from __future__ import annotations

from hub.footage.coded import Word


def _word(code: str, message: str, message_en: str) -> Word:
    return Word(code=code, message=message, message_en=message_en)


UNKNOWN_CAMERA = _word("unknown_camera", "没有这个摄像头", "there is no such camera")
NOT_YOUR_PLACE = _word("not_your_place", "这个摄像头不在您负责的范围内", "this camera is not within your places")
OWNER_TERMS = _word(
    "owner_terms", "按与权属单位的协议，这个摄像头不能实时查看", "by its owner's terms this camera is not watched live"
)
NOT_NOTED = _word(
    "not_noted",
    "查看记录暂时写不进审计日志，写入后自动播放",
    "that you watch cannot be written to the audit log; it plays once that is done",
)
