"""What goes with an alert: the picture and the spoken message that it names, or its text spoken by the hub."""

from __future__ import annotations

import asyncio

from devices.protocol.messages import AlertStatus
from hub.alerts.issuing import Attached
from hub.alerts.messages import AlertMedia, NewAlert
from hub.errors import Refusal
from hub.media.messages import Media, MediaType
from hub.media.service import MediaRoom
from hub.speech.service import MOST_CHARACTERS, NotSpoken, Speech, Why

_BEFORE = {AlertStatus.ACTUAL: "警情。", AlertStatus.EXERCISE: "演习。", AlertStatus.TEST: "测试。"}
SPOKEN_WITHIN_S = 3.0
"""The alert waits no longer for its own voice: it is shown and sounds without."""


def as_spoken(status: AlertStatus, text: str) -> str:
    """An alert's text as it is said: what it is comes first."""
    return (_BEFORE[status] + text.strip())[:MOST_CHARACTERS]


class Attaching:
    """Finds, or makes, what an alert carries."""

    def __init__(self, media: MediaRoom, speech: Speech) -> None:
        self._media = media
        self._speech = speech

    async def attach(self, new: NewAlert, by: str) -> Attached:
        """For an alert that ``by`` is about to issue. Raises Refusal for media that are not kept, or of another type.

        A text that cannot be spoken keeps no alert from going out.
        """
        if new.speak and new.speech is not None:
            words = ("录音和朗读只能选一种", "either a recording or the text spoken")
            raise Refusal("speech_or_speak", *words, field="speak")
        picture = await self._kept(new.picture, MediaType.PICTURE, "picture")
        speech = await self._kept(new.speech, MediaType.VOICE, "speech")
        if not new.speak:
            return Attached(picture, speech)
        try:
            async with asyncio.timeout(SPOKEN_WITHIN_S):
                spoken = await self._speech.spoken(as_spoken(new.status, new.text))
                return Attached(picture, _named(await self._media.keep_spoken(spoken, by)))
        except NotSpoken as error:
            return Attached(picture, None, error.why)
        except TimeoutError:
            return Attached(picture, None, Why.TOO_SLOW)
        except Refusal:  # the disk is full
            return Attached(picture, None, Why.FAILED)

    async def _kept(self, media_id: str | None, kind: MediaType, field: str) -> AlertMedia | None:
        if media_id is None:
            return None
        found = await self._media.want(media_id, kind)
        if found is None:
            words = ("没有这个图片或语音", "there is no such picture or spoken message")
            raise Refusal("unknown_media", *words, field=field)
        return _named(found)


def _named(media: Media) -> AlertMedia:
    return AlertMedia(media_id=media.media_id, type=media.type, bytes=media.bytes)
