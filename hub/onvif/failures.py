"""Why a device was not understood: the refusals that a person reads, with what to do."""

from __future__ import annotations

from hub.errors import Refusal


def unreachable(address: str) -> Refusal:
    words = (f"{address} 没有应答：请检查地址、网络和摄像头的 ONVIF 开关", f"{address} does not answer")
    return Refusal("camera_unreachable", *words, field="url", status=502)


def too_slow(address: str, patience_s: float) -> Refusal:
    return Refusal(
        "camera_too_slow",
        f"{address} 在 {patience_s:g} 秒内没有答完",
        f"{address} did not finish its answer within {patience_s:g} s",
        field="url",
        status=504,
    )


def not_onvif(address: str, why: str) -> Refusal:
    return Refusal(
        "camera_not_understood",
        f"{address} 的应答不是有效的 ONVIF：{why}",
        f"{address} answers what is no ONVIF: {why}",
        field="url",
        status=502,
    )


def wrong_password(address: str) -> Refusal:
    return Refusal(
        "camera_wrong_password",
        f"{address} 不接受这个用户名或密码（有些摄像头要另设 ONVIF 用户）",
        f"{address} does not take this user and password (some cameras want an ONVIF user of its own)",
        field="password",
    )


def no_stream(address: str) -> Refusal:
    return Refusal(
        "camera_no_stream", f"{address} 没有视频流", f"{address} has no video stream", field="url", status=502
    )
