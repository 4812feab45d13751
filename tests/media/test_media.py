"""Pictures and voices are brought, kept small and clean, handed to who may see their alert, and forgotten in time."""

from __future__ import annotations

import asyncio
import hashlib
import io
import shutil
import struct
import zlib
from pathlib import Path

import av
import cv2
import httpx
import numpy as np
import pytest

from devices.protocol.clock import SystemClock
from devices.protocol.messages import AlertStatus
from hub.access.people import Place, PlaceKind, Role
from hub.alerts import attaching
from hub.alerts.messages import NewAlert, Target, TargetKind
from hub.app import Hub
from hub.errors import Refusal
from hub.media import service
from hub.media.messages import MediaType
from hub.media.pictures import (
    LONGER_SIDE_PX,
    MOST_SCANS,
    NoPicture,
    PictureTooLarge,
    TooManyScans,
    keep_picture,
)
from hub.speech.sound import read_sound
from simulators.radios.speech import syllables
from tests.escalation.test_calling import TONE
from tests.hub import client_of, open_console, open_hub, sign_in

SECRET = b"GPS 25.1000 N 105.4700 E, camera of Wang Fang"


def photo(width: int = 1600, height: int = 1200) -> bytes:
    """A JPEG whose left half is red and right half is blue."""
    pixels = np.zeros((height, width, 3), dtype=np.uint8)
    pixels[:, : width // 2] = (0, 0, 255)
    pixels[:, width // 2 :] = (255, 0, 0)
    return cv2.imencode(".jpg", pixels)[1].tobytes()


def with_exif(jpeg: bytes, orientation: int = 1) -> bytes:
    """As a phone writes it: orientation and a description in the APP1 segment (EXIF 2.3, little-endian); a comment."""
    text = SECRET + b"\0"
    entries = struct.pack("<HHII", 0x0112, 3, 1, orientation) + struct.pack("<HHII", 0x010E, 2, len(text), 38)
    tiff = b"II*\0" + struct.pack("<IH", 8, 2) + entries + struct.pack("<I", 0) + text
    exif = b"Exif\0\0" + tiff
    comment = b"\xff\xfe" + struct.pack(">H", len(SECRET) + 2) + SECRET
    return jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif + comment + jpeg[2:]


def png_of(width: int, height: int) -> bytes:
    """A PNG that says that it has so many pixels, and has none."""
    head = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + head + struct.pack(">I", zlib.crc32(head))


def voice(seconds: float = 2.0, form: str = "webm") -> bytes:
    """A recording as a browser makes it."""
    samples = np.tile(syllables(10), max(1, round(seconds / 2)))[: round(seconds * 16_000)]
    written = io.BytesIO()
    with av.open(written, "w", format=form) as file:
        stream = file.add_stream("libopus", rate=48_000, layout="mono")
        frame = av.AudioFrame.from_ndarray(samples.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate = 16_000
        for part in av.AudioResampler("s16", "mono", 48_000, frame_size=960).resample(frame):
            file.mux(stream.encode(part))
        file.mux(stream.encode(None))
    return written.getvalue()


async def bring(console: httpx.AsyncClient, data: bytes, kind: str = "image/jpeg") -> httpx.Response:
    return await console.post("/api/media", content=data, headers={"Content-Type": kind})


def test_picture_is_small_upright_and_says_nothing_of_its_camera() -> None:
    upright, turned = keep_picture(with_exif(photo())), keep_picture(with_exif(photo(), orientation=6))
    assert SECRET in with_exif(photo())
    assert (upright.width_px, upright.height_px) == (LONGER_SIDE_PX, 480)
    assert (turned.width_px, turned.height_px) == (480, LONGER_SIDE_PX)
    for kept in (upright, turned):
        assert SECRET not in kept.jpeg
        assert b"Exif" not in kept.jpeg
        assert len(kept.jpeg) < 20_000
    top = cv2.imdecode(np.frombuffer(turned.jpeg, np.uint8), cv2.IMREAD_COLOR)[10, 240]
    assert top[2] > 200  # the left half of what the camera saw is on top once it is turned to the right
    assert top[0] < 60


def test_noise_is_written_within_the_bound() -> None:
    noise = np.random.default_rng(1).integers(0, 256, (900, 900, 3), dtype=np.uint8)
    assert len(keep_picture(cv2.imencode(".png", noise)[1].tobytes()).jpeg) <= 200 * 1024


def test_png_is_not_refused_for_the_values_of_its_pixels() -> None:
    pixels = np.tile(np.array((0, 0xDA, 0xFF), dtype=np.uint8), (60, 60, 1))  # blue first, in the file red
    png = cv2.imencode(
        ".png", pixels, (cv2.IMWRITE_PNG_COMPRESSION, 0, cv2.IMWRITE_PNG_FILTER, cv2.IMWRITE_PNG_FILTER_NONE)
    )[1].tobytes()
    assert png.count(b"\xff\xda") > MOST_SCANS, "as many starts of a scan as no camera writes, were it a JPEG"
    assert keep_picture(png).width_px == 60


def test_picture_that_would_explode_is_refused_before_it_is_decoded() -> None:
    with pytest.raises(PictureTooLarge):
        keep_picture(png_of(60_000, 60_000))
    jpeg = bytearray(photo(64, 64))
    at = jpeg.index(b"\xff\xc0")
    jpeg[at + 5 : at + 9] = struct.pack(">HH", 65_000, 65_000)
    with pytest.raises(PictureTooLarge):
        keep_picture(bytes(jpeg))
    head, scan = photo(64, 64).split(b"\xff\xda")
    with pytest.raises(TooManyScans):
        keep_picture(b"\xff\xda".join((head, *[scan] * (MOST_SCANS + 1))))


@pytest.mark.parametrize(
    "data", [b"", b"GIF89a", png_of(10, 10), photo()[:400], b"\xff\xd8" * 50, b"\x89PNG\r\n\x1a\n"]
)
def test_what_is_no_picture_is_refused(data: bytes) -> None:
    with pytest.raises(NoPicture):
        keep_picture(data)


async def test_who_sees_the_alert_sees_its_picture_and_nobody_else(tmp_path: Path) -> None:
    async with open_hub(tmp_path) as hub, open_console(hub, Role.DISPATCHER) as console:
        brought = await bring(console, with_exif(photo()))
        assert brought.status_code == 201, brought.text
        media = brought.json()
        assert media["type"] == "image/jpeg"
        assert (media["width_px"], media["height_px"], media["duration_s"]) == (640, 480, None)
        path = f"/api/media/{media['media_id']}"

        async def guard(venue_id: str) -> httpx.AsyncClient:
            place = Place(kind=PlaceKind.VENUE, place_id=venue_id)
            return client_of(console.base_url, await sign_in(hub, Role.GUARD, (place,), f"guard-{venue_id}"))

        async with await guard("V01") as near, await guard("V02") as far:
            assert (await near.get(path)).status_code == 404
            order = {"text": "找人", "target": {"kind": "venue", "id": "V01"}, "picture": media["media_id"]}
            alert = (await console.post("/api/alerts", json=order)).json()
            assert alert["picture"] == {"media_id": media["media_id"], "type": "image/jpeg", "bytes": media["bytes"]}
            assert alert["speech"] is None
            seen = await near.get(path)
            assert seen.status_code == 200
            assert hashlib.sha256(seen.content).hexdigest() == media["media_id"]
            assert seen.headers["content-type"] == "image/jpeg"
            assert seen.headers["x-content-type-options"] == "nosniff"
            assert seen.headers["cache-control"] == "private, no-cache"
            again = await near.get(path, headers={"If-None-Match": seen.headers["etag"]})
            assert again.status_code == 304
            part = await near.get(path, headers={"Range": "bytes=10-19"})
            assert (part.status_code, part.content) == (206, seen.content[10:20])
            assert (await far.get(path)).json()["error"]["code"] == "unknown_media"
            own = (await bring(far, photo(64, 48))).json()
            assert (await near.get(f"/api/media/{own['media_id']}")).status_code == 404, "of nothing that concerns them"
        assert (await console.get(path)).status_code == 200
        assert (await console.get("/api/media/../hub.sqlite3")).status_code == 404


async def test_recorded_voice_is_kept_as_calls_have_it(tmp_path: Path) -> None:
    async with open_hub(tmp_path) as hub, open_console(hub, Role.DISPATCHER) as console:
        brought = await bring(console, voice(), "audio/webm;codecs=opus")
        assert brought.status_code == 201, brought.text
        media = brought.json()
        assert (media["type"], media["width_px"]) == ("audio/ogg", None)
        assert abs(media["duration_s"] - 2.0) < 0.1
        kept = (await console.get(f"/api/media/{media['media_id']}")).content
        assert abs(read_sound(kept, 30).duration_s - 2.0) < 0.1
        wrong = {"text": "找人", "picture": media["media_id"]}
        refused = await console.post("/api/alerts", json=wrong)
        assert (refused.status_code, refused.json()["error"]["field"]) == (422, "picture")
        for data, kind, status, code in (
            (voice(32.0), "audio/webm", 422, "recording_too_long"),
            (b"no sound", "audio/ogg", 422, "not_a_recording"),
            (photo(), "audio/ogg", 422, "not_a_recording"),
            (b"no picture", "image/png", 422, "not_a_picture"),
            (b"<svg/>", "image/svg+xml", 415, "unknown_media_type"),
            (bytes(4 * 1024 * 1024 + 1), "image/jpeg", 413, "too_large"),
        ):
            answered = await bring(console, data, kind)
            assert (answered.status_code, answered.json()["error"]["code"]) == (status, code)
        both = {"text": "找人", "speech": media["media_id"], "speak": True}
        assert (await console.post("/api/alerts", json=both)).json()["error"]["code"] == "speech_or_speak"


async def test_alert_goes_out_though_its_text_cannot_be_spoken(tmp_path: Path) -> None:
    async with open_hub(tmp_path, speech_command="none") as hub:
        alert = await hub.alerts.issue(NewAlert(text="找人", speak=True), "officer")
        assert (alert.speech, alert.unspoken) == (None, "no_engine")
        assert (await hub.alerts.find(alert.alert_id)).unspoken == "no_engine"


async def test_alert_waits_no_longer_for_the_disk_than_for_the_voice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attaching, "SPOKEN_WITHIN_S", 0.2)
    async with open_hub(tmp_path, speech_command=TONE) as hub:
        await hub.speech.spoken("警情。找人")
        async with hub.media._changing, asyncio.timeout(5):  # as long as others are kept or forgotten
            alert = await hub.alerts.issue(NewAlert(text="找人", speak=True), "officer")
        assert (alert.speech, alert.unspoken) == (None, "too_slow")


async def test_spoken_text_is_kept_and_named_by_the_alert(tmp_path: Path) -> None:
    async with open_hub(tmp_path) as hub:
        if shutil.which("espeak-ng") is None:
            pytest.skip("espeak-ng is missing")
        words = "孩子走失，红色上衣"
        alert = await hub.alerts.issue(NewAlert(text=words, status=AlertStatus.EXERCISE, speak=True), "officer")
        assert alert.speech is not None
        assert (alert.speech.type, alert.unspoken) == (MediaType.VOICE, None)
        kept = await hub.media.read(alert.speech.media_id)
        assert kept is not None
        assert len(kept) == alert.speech.bytes
        assert kept == (await hub.speech.spoken(f"演习。{words}")).ogg


async def _picture(hub: Hub, shade: int) -> str:
    pixels = np.full((60, 60, 3), shade, dtype=np.uint8)
    return (await hub.media.keep_picture(cv2.imencode(".png", pixels)[1].tobytes(), "officer")).media_id


async def test_old_media_are_forgotten_but_not_what_an_alert_under_way_names(tmp_path: Path) -> None:
    async with open_hub(tmp_path) as hub:
        named, unnamed = await _picture(hub, 1), await _picture(hub, 2)
        target = Target(kind=TargetKind.VENUE, id="V01")
        alert = await hub.alerts.issue(NewAlert(text="找人", target=target, picture=named), "officer")
        assert await hub.media.forget(SystemClock().wall_us() + 1) == 1
        assert await hub.media.find(unnamed) is None
        assert not hub.media.path(unnamed).exists()
        assert hub.media.path(named).exists()
        with pytest.raises(Refusal):
            await hub.alerts.issue(NewAlert(text="找人", picture=unnamed), "officer")
    async with open_hub(tmp_path) as hub:
        assert await hub.media.forget(SystemClock().wall_us() + 1) == 0
        assert (await hub.alerts.find(alert.alert_id)).picture is not None


async def test_oldest_give_way_where_there_is_no_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with open_hub(tmp_path) as hub:
        first = await _picture(hub, 1)
        size = hub.media.path(first).stat().st_size
        monkeypatch.setattr(service, "MOST_BYTES", size + size // 2)
        with pytest.raises(Refusal) as refused:
            await _picture(hub, 2)
        assert refused.value.code == "media_full"
        monkeypatch.setattr(service, "LEAST_KEPT_S", -1)
        second = await _picture(hub, 2)
        assert await hub.media.find(first) is None
        assert await hub.media.find(second) is not None


async def test_files_and_rows_agree_after_a_kill(tmp_path: Path) -> None:
    async with open_hub(tmp_path) as hub:
        whole, gone = await _picture(hub, 1), await _picture(hub, 2)
        hub.media.path(gone).unlink()
        hub.media.path(f"{gone}.new").write_bytes(b"half")
        hub.media.path("0" * 64).write_bytes(b"no row")
    async with open_hub(tmp_path) as hub:
        assert [path.name for path in (tmp_path / "media").iterdir()] == [whole]
        assert await hub.media.find(gone) is None
        assert await hub.media.read(whole) is not None
