"""Whether an export may be asked for: the rules, apart from where things are kept."""

from __future__ import annotations

from hub.errors import Refusal
from hub.footage.exports.blurring import Blur
from hub.footage.exports.clip import Cut
from hub.footage.exports.masked import CUT_SHOWS, CUT_SHOWS_EN
from hub.footage.exports.messages import LEAST_REASON, ExportRequest
from hub.registry.records import Terms

MOST_S = 3600
"""The longest clip; an officer who needs more asks for several."""

OWNER_FORBIDS, OWNER_FORBIDS_EN = "这路摄像头的权属单位不同意导出", "the camera's owner does not let clips leave"


def check(request: ExportRequest, terms: Terms, is_masked: bool, now_us: int) -> None:
    """Raises Refusal where nothing sensible, or nothing that is allowed, is asked.

    ``is_masked``: part of the picture is hidden in every clip of that time.
    """
    if request.from_ms >= request.until_ms:
        raise Refusal("empty_clip", "结束时间须晚于开始时间", "the end must be after the beginning", field="until_ms")
    if request.until_ms - request.from_ms > MOST_S * 1000:
        words = (f"一次最多导出 {MOST_S // 60} 分钟", f"at most {MOST_S // 60} minutes at once")
        raise Refusal("too_long", *words, field="until_ms")
    if request.until_ms * 1000 > now_us:
        raise Refusal("not_yet", "结束时间还没有到", "the end is still to come", field="until_ms")
    if not terms.exports:
        raise Refusal("owner_forbids", OWNER_FORBIDS, OWNER_FORBIDS_EN, status=403)
    if request.blur is Blur.NONE and len(request.reason.strip()) < LEAST_REASON:
        raise Refusal(
            "reason_needed",
            f"不打码导出须写明理由（至少 {LEAST_REASON} 个字）",
            f"say why everybody is to be seen, in at least {LEAST_REASON} characters",
            field="reason",
        )
    if request.cut is Cut.KEY and request.blur is not Blur.NONE:
        raise Refusal(
            "cut_cannot_blur",
            "原样剪辑不能打码：请选“精确”，或写明理由不打码",
            "a cut at key pictures copies them as they are: take an exact cut, or blur none",
            field="cut",
        )
    if request.cut is Cut.KEY and is_masked:
        raise Refusal("cut_shows_masks", CUT_SHOWS, CUT_SHOWS_EN, field="cut")
    if request.blur is Blur.ALL_BUT_SOUGHT and not request.sought:
        raise Refusal(
            "nobody_sought", "请选要找的人的出现记录", "name the sightings of the person sought", field="sought"
        )
    if len(set(request.sought)) != len(request.sought):
        raise Refusal("named_twice", "同一条出现记录写了两次", "a sighting is named twice", field="sought")
