"""What a camera sees at this moment, as a picture to be clicked in."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

from hub.errors import Refusal
from hub.footage.coded import CodedPicture, Form, Record, StreamName, Word, encode
from hub.footage.errors import SourceError
from hub.footage.relay import open_relay
from hub.footage.stills.service import NoStill, still_of

WITHIN_S = 8.0
"""The recorder keeps the pictures since the last key picture; a stream that is being connected to takes seconds."""
MOST_AT_ONCE = 4
"""Stills that are made at once; others wait their turn within WITHIN_S."""


class PresentPictures:
    """Stills of live cameras, main stream, out of the recorder."""

    def __init__(self, relay_path: Callable[[], str | None]) -> None:
        self._relay_path = relay_path
        self._turns = asyncio.Semaphore(MOST_AT_ONCE)

    async def still(self, camera_id: str) -> bytes:
        """The latest picture as JPEG. Raises Refusal where there is none within WITHIN_S."""
        try:
            async with asyncio.timeout(WITHIN_S), self._turns:
                records = await self._begin(camera_id)
            return await still_of(_coded(records))
        except TimeoutError:
            raise _no_picture("摄像头还没有送来画面", "no picture has come from the camera yet") from None
        except SourceError as error:
            raise _no_picture(error.chinese, str(error)) from None
        except NoStill as error:
            raise _no_picture("画面无法解码", f"the picture cannot be decoded: {error}") from None

    async def _begin(self, camera_id: str) -> list[Record]:
        """The form and a key picture."""
        path = self._relay_path()
        if path is None:
            raise _no_picture("录像进程没有运行", "the recorder does not run")
        form: Form | None = None
        relayed = await open_relay(path, camera_id, StreamName.MAIN)
        try:
            async for record in relayed:
                if isinstance(record, Word):
                    raise _no_picture(record.message, record.message_en)
                if isinstance(record, Form):
                    form = record
                elif isinstance(record, CodedPicture) and record.key and form is not None:
                    return [form, record]
        finally:
            relayed.close()
        raise _no_picture("录像进程中断了画面", "the recorder ended the stream")


async def _coded(records: list[Record]) -> AsyncIterator[bytes]:
    for record in records:
        yield encode(record)


def _no_picture(message: str, message_en: str) -> Refusal:
    return Refusal("no_picture", message, message_en, status=409)
