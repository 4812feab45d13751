"""One stream's thread: keeps it open, hands its pictures to the relay and, where they are kept, to the writers."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import av
import structlog

from devices.protocol.clock import Clock
from hub.footage.coded import Coding, Form, StreamName
from hub.footage.errors import SourceError, Stalled, Unreadable, Withheld, word_of
from hub.footage.recorder.channel import Channel
from hub.footage.recorder.control import Condition, Polygon, StreamAddress
from hub.footage.recorder.encoder import MAX_FOREIGN_STREAMS, Encoder
from hub.footage.recorder.retry import Retry
from hub.footage.recorder.standing import Standing
from hub.footage.recorder.writers import Intake
from hub.footage.sources.opening import Patience
from hub.footage.sources.packets import Arrived, PacketStream
from hub.registry.masked_cameras import MAX_MASKED_CAMERAS

_log = structlog.get_logger()
NO_MASKS_LEFT = Withheld(
    f"parts of its picture may never be stored, and this machine can do {MAX_MASKED_CAMERAS} such cameras: "
    "it is neither recorded nor shown",
    f"该摄像头有禁止存储的区域，本机最多处理 {MAX_MASKED_CAMERAS} 个这样的摄像头：不录像、不显示",
)
NO_ENCODER_LEFT = Unreadable(
    f"it sends neither H.264 nor H.265, and {MAX_FOREIGN_STREAMS} such streams are all that this machine can encode",
    f"该摄像头的编码不是 H.264 或 H.265，本机最多转码 {MAX_FOREIGN_STREAMS} 路",
)
ENDED_BY_CAMERA = Stalled("the camera ended the stream; connecting again", "摄像头中断了视频，正在重新连接")


class StreamReader:
    """``unstored``: what is painted black before anybody has it. ``masks_left`` False: then it is not read at all."""

    def __init__(
        self,
        camera_id: str,
        stream: StreamName,
        address: StreamAddress,
        unstored: tuple[Polygon, ...],
        *,
        channel: Channel | None,
        intake: Intake | None,
        standing: Standing,
        clock: Clock,
        foreign: threading.Semaphore,
        patience: Patience,
        masks_left: bool,
    ) -> None:
        self._named = camera_id, stream
        self._address = address
        self._unstored = unstored
        self._channel = channel
        self._intake = intake
        self._standing = standing
        self._clock = clock
        self._foreign = foreign
        self._patience = patience
        self._masks_left = masks_left
        self._stop = threading.Event()
        self._pictures_s = 0.0
        self._thread = threading.Thread(target=self._run, name=f"{camera_id} {stream}", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """From now on it hands on nothing; its thread ends within the patience for one read."""
        self._stop.set()

    def _run(self) -> None:
        if self._unstored and not self._masks_left:
            self._fail(NO_MASKS_LEFT)
        else:
            self._keep_reading()

    def _keep_reading(self) -> None:
        retry = Retry()
        while not self._stop.is_set():
            self._pictures_s = 0.0
            error: SourceError | None = None
            try:
                self._read_once()
                if self._address.started_at_us is not None:
                    self._standing.turn(Condition.FINISHED)
                    return
            except SourceError as failed:
                error = failed
            except Exception as failed:
                _log.exception("reader.failed", camera=self._named[0], stream=self._named[1].value)
                error = Unreadable(
                    f"reading failed ({type(failed).__name__}); see the recorder's log", "读取失败，请查看日志"
                )
            if self._intake is not None:
                self._intake.end()
            if self._stop.is_set():
                return
            wait_s = retry.wait_s(self._pictures_s, error)
            if error is not None and self._address.started_at_us is not None:
                if isinstance(error, Unreadable) and self._standing.pictures:  # it breaks off: that is its end
                    self._standing.turn(Condition.FINISHED, f"{error.chinese} ({error})")
                else:
                    self._fail(error)
                return  # again would be from its beginning, and end at the same place
            if error is not None:
                self._fail(error)
            elif wait_s:
                self._fail(ENDED_BY_CAMERA)
            self._stop.wait(wait_s)
            self._standing.reconnects += 1

    def _fail(self, error: SourceError) -> None:
        self._standing.fail(error)
        if self._channel is not None:
            self._channel.publish(word_of(error))

    def _read_once(self) -> None:
        """From opening to the stream's end. Raises SourceError."""
        camera_id, stream = self._named
        with av.logging.Capture() as said:
            source = PacketStream(
                self._address.url,
                camera_id,
                stream,
                self._clock,
                transport=self._address.transport,
                started_at_us=self._address.started_at_us,
                patience=self._patience,
                library_says=said,
            )
            encodes = False
            try:
                self._standing.count(lambda: (source.bytes_received, source.packets_lost))
                is_foreign = source.coding is Coding.OTHER
                encodes = is_foreign and self._foreign.acquire(blocking=False)
                if is_foreign and not encodes:
                    raise NO_ENCODER_LEFT
                if self._unstored or is_foreign:
                    source.recode(Encoder(source.video, self._unstored, self._stamping(is_foreign)))
                self._hand_on(source)
            finally:
                source.close()
                if encodes:
                    self._foreign.release()

    def _stamping(self, is_foreign: bool) -> Callable[[], int] | None:
        """JPEG over HTTP bears no stamps; what the library makes up for them runs away from the clock."""
        is_http = self._address.url.lower().startswith(("http://", "https://"))
        return self._clock.monotonic_us if is_foreign and is_http and self._address.started_at_us is None else None

    def _hand_on(self, source: PacketStream) -> None:
        standing, channel, intake = self._standing, self._channel, self._intake
        keep: Callable[[Arrived], None] | None = None
        if intake is not None:
            keep = intake.put if self._address.started_at_us is None else intake.put_slowly
        form: Form | None = None
        began_s = time.monotonic()
        for one in source.pictures():
            if self._stop.is_set():
                return
            if one.form is not form:
                form = one.form
                standing.change_form(form)
                standing.turn(Condition.ONLINE)
                if channel is not None:
                    channel.publish(form)
            if keep is not None:
                keep(one)
            if channel is not None:
                channel.publish(one.picture)
            standing.pictures += 1
            if one.picture.key:
                standing.clock_offset_s, standing.progress = source.clock_offset_s, source.progress
                self._pictures_s = time.monotonic() - began_s
