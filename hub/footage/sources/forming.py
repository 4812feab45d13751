"""What a stream's pictures say of themselves: the form that a key picture brings, and whether it is video at all."""

from __future__ import annotations

from enum import Enum

import av
from av.video.codeccontext import VideoCodecContext

from hub.footage.coded import MAX_BODY_BYTES, Form, StreamName
from hub.footage.sources.annexb import Annexb
from hub.footage.sources.decoding import decoder_of

_MOST_DOUBTFUL = 30
"""With so many more doubtful pictures than good ones a key picture must decode, or the stream is given up. Fewer are
the scars of a bad line; and the library finds fault with every picture of some cameras that are right."""


class Forming:
    """The form of one stream, by its key pictures."""

    def __init__(
        self,
        named: tuple[str, StreamName],
        annexb: Annexb,
        opened: VideoCodecContext,
        frames_per_s: float | None,
    ) -> None:
        """``named``: camera and stream; ``opened``: what the library knows of it since the opening."""
        self._named = named
        self._annexb = annexb
        self._opened = opened
        self._frames_per_s = frames_per_s
        self._sets = b""
        self._sequence_set = b""
        self.form: Form | None = None

    def take_key(self, data: bytes) -> tuple[bytes, bool]:
        """A key picture with its parameter sets before it; False where there are none, or none that make sense."""
        sets = self._annexb.parameter_sets(data)
        if not sets:
            sets = self._sets or self._annexb.parameter_sets(self._opened.extradata or b"")
            data = sets + data
        if not sets:
            return data, False
        self._sets = sets
        sequence_set = self._annexb.sequence_set(sets)
        if sequence_set == self._sequence_set:
            return data, True
        size = self._size_of(data) or self._size_at_opening()
        if size is None:
            return data, False
        self._sequence_set = sequence_set
        camera_id, stream = self._named
        self.form = Form(
            camera_id=camera_id,
            stream=stream,
            coding=self._annexb.coding,
            codec=self._annexb.codec(sequence_set),
            width_px=size[0],
            height_px=size[1],
            frames_per_s=self._frames_per_s,
        )
        return data, True

    def decodes(self, data: bytes) -> bool:
        """Whether a key picture decodes without a fault."""
        return self._size_of(self._sets + data, strictly=True) is not None

    def _size_of(self, key_picture: bytes, *, strictly: bool = False) -> tuple[int, int] | None:
        """Width and height of a key picture, decoded; None where it cannot be, ``strictly`` also with guessing."""
        context = decoder_of(self._annexb.coding)
        if strictly:
            context.options = {**context.options, "err_detect": "explode"}
        try:
            decoded = [*context.decode(av.Packet(key_picture)), *context.decode(None)]
        except av.error.FFmpegError:
            decoded = []
        return (decoded[0].width, decoded[0].height) if decoded else None

    def _size_at_opening(self) -> tuple[int, int] | None:
        """For a first picture that does not decode alone, as of cameras that refresh their picture bit by bit."""
        opened = self._opened
        return (opened.width, opened.height) if self.form is None and opened.width and opened.height else None


class Sense(Enum):
    """What a picture's first bytes show."""

    NONE = 0  # not coded video
    PART = 1  # its beginning is missing
    WHOLE = 2


class Doubt:
    """Grows with pictures that make no sense and with the faults that the library finds, and goes with good ones."""

    def __init__(self, annexb: Annexb, forming: Forming) -> None:
        self._annexb = annexb
        self._forming = forming
        self._doubtful = 0
        self._is_proven = False
        self.is_certain = False
        """Whether this is no video."""

    def consider(self, data: bytes, key: bool, faults_heard: bool) -> Sense:
        """A picture's sense; the stream's is then in ``is_certain``."""
        sense = self._sense(data)
        if sense is Sense.WHOLE and not faults_heard:
            self._doubtful = max(0, self._doubtful - 1)
        else:
            self._doubtful += 1
        if self._doubtful > _MOST_DOUBTFUL and not self._is_proven and (key or sense is Sense.NONE):
            self._is_proven = sense is not Sense.NONE and self._forming.decodes(data)
            self.is_certain = not self._is_proven
        return sense

    def _sense(self, data: bytes) -> Sense:
        if not self._annexb.makes_sense(data) or len(data) > MAX_BODY_BYTES:
            return Sense.NONE
        return Sense.WHOLE if self._annexb.begins_whole(data) else Sense.PART
