"""What becomes of a camera's masks when somebody draws them anew, and when a file names others."""

from __future__ import annotations

from hub.errors import Refusal
from hub.registry.records import MAX_MASKS, Mask, MaskKind


def check_seen(kept: tuple[Mask, ...], seen: tuple[Mask, ...]) -> None:
    """Masks are drawn anew over those that were ``seen``. Raises Refusal where another has drawn others meanwhile."""
    if kept != seen:
        raise Refusal(
            "changed_meanwhile",
            "别人刚刚改过这个摄像头的屏蔽区，请看过最新的再保存",
            "somebody else has saved this camera's masks meanwhile: look at them and save again",
            field="before",
            status=409,
        )


def with_imported(kept: tuple[Mask, ...], named: tuple[Mask, ...]) -> tuple[Mask, ...]:
    """The masks after an import that names these: what is never stored stays so, and all stay where none are named.

    Raises Refusal when they are too many.
    """
    if not named:
        return kept
    masks = (*named, *(mask for mask in kept if mask.kind is MaskKind.UNSTORED and mask not in named))
    if len(masks) > MAX_MASKS:
        raise Refusal(
            "too_many_masks",
            f"连同已画的“不存储”屏蔽区，一路摄像头最多 {MAX_MASKS} 块",
            f"at most {MAX_MASKS} masks, with those that were drawn as never stored, which stay",
            field="masks",
        )
    return masks


def hides_more(before: tuple[Mask, ...], after: tuple[Mask, ...]) -> bool:
    """Whether something is never stored from now on that was until now."""
    return any(mask.kind is MaskKind.UNSTORED and mask not in before for mask in after)
