"""A device's profiles: reading them, and which two of them are its main stream and its sub stream."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from hub.onvif.reading import number_of, text_of

SMALLEST_LINES = 288
"""A sub stream under this (CIF) shows nobody well enough to be found by; taken only where there is no other."""
MAX_PROFILES = 256
_CODINGS = {"h264": "h264", "h265": "h265", "hevc": "h265", "jpeg": "mjpeg", "mjpeg": "mjpeg"}
_RECORDED = ("h264", "h265")


@dataclass(frozen=True)
class Profile:
    """One combination of settings that the device streams (ONVIF Media Service Specification, section 5.2)."""

    token: str
    coding: str
    width_px: int
    height_px: int
    frames_per_s: float | None = None
    kbit_per_s: float | None = None

    @property
    def pixels(self) -> int:
        return self.width_px * self.height_px


def read_profiles(body: Element) -> list[Profile]:
    """The profiles with video in an answer of either media service; of what is not whole nothing is taken."""
    found = []
    for one in body.findall(".//GetProfilesResponse/Profiles")[:MAX_PROFILES]:
        encoder = one.find("VideoEncoderConfiguration")
        if encoder is None:
            encoder = one.find("Configurations/VideoEncoder")
        token = one.get("token")
        width, height = number_of(encoder, "Resolution/Width"), number_of(encoder, "Resolution/Height")
        if token and width and height and min(width, height) >= 1:
            coding = _CODINGS.get((text_of(encoder, "Encoding") or "").lower().replace(".", ""), "other")
            rate, kbit = (
                number_of(encoder, "RateControl/FrameRateLimit"),
                number_of(encoder, "RateControl/BitrateLimit"),
            )
            found.append(Profile(token[:200], coding, int(width), int(height), rate, kbit))
    return found


def choose(profiles: Sequence[Profile]) -> tuple[Profile, Profile | None] | None:
    """The main and the sub stream; None when there is no profile.

    Main is the largest that is coded as H.264 or H.265. Sub is the smallest of SMALLEST_LINES or more that is
    smaller than that, H.264 before anything else, since every browser shows it.
    """
    video = [one for one in profiles if one.coding in _RECORDED] or list(profiles)
    if not video:
        return None
    main = max(video, key=lambda one: one.pixels)
    smaller = [one for one in video if one.pixels < main.pixels]
    subs = [one for one in smaller if one.coding == "h264"] or smaller
    useful = [one for one in subs if one.height_px >= SMALLEST_LINES]
    if useful:
        return main, min(useful, key=lambda one: one.pixels)
    return main, max(subs, key=lambda one: one.pixels, default=None)
