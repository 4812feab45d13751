"""A talkback radio: alerts, push-to-talk and playback on one link to the hub."""

from devices.radio.radio import Radio

__all__ = ["Radio"]
