"""Other videos for ``qianshao bench vision``: those that are no small stream are coded as one first.

A camera's small stream is H.264 or H.265 of at most 480x360. What is larger is made smaller to fit into that, what is
coded otherwise is coded anew, both at the video's own pace, into a folder that goes with the measuring.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av

from bench.vision_films import FILMING, HEIGHT_PX, WIDTH_PX
from hub.footage.errors import NotVideo
from hub.footage.sources.frames import Patience
from hub.footage.sources.opening import open_container

VIDEOS = (".mp4", ".mkv", ".avi", ".mov", ".ts", ".gif", ".webm")
LONGEST_S = 120.0
"""No more of a video is coded anew."""


def small_videos(folder: Path, made: Path, progress: Callable[[str], None]) -> dict[str, Path]:
    """The folder's videos by name. Raises NotVideo where there is none, SourceError, OSError."""
    found = {path.stem: path for path in sorted(folder.iterdir()) if path.suffix.lower() in VIDEOS}
    if not found:
        raise NotVideo(f"{folder} holds no video", f"{folder} 里没有视频")
    return {name: path if _is_small(path) else _made_small(path, made, progress) for name, path in found.items()}


def _is_small(path: Path) -> bool:
    with open_container(str(path), Patience()) as container:
        video = container.streams.video[0].codec_context
        return video.name in ("h264", "hevc") and video.width <= WIDTH_PX and video.height <= HEIGHT_PX


def _made_small(path: Path, folder: Path, progress: Callable[[str], None]) -> Path:
    progress(path.name)
    target = folder / f"{path.stem}.mp4"
    with open_container(str(path), Patience()) as source, av.open(str(target), "w", format="mp4") as made:
        video = source.streams.video[0]
        scale = min(1.0, WIDTH_PX / video.width, HEIGHT_PX / video.height)
        rate = round(video.average_rate or 25)
        stream = made.add_stream("libx264", rate=rate, options=FILMING.options)
        stream.width, stream.height = (round(side * scale / 2) * 2 for side in (video.width, video.height))
        stream.pix_fmt = "yuv420p"
        stream.codec_context.gop_size = FILMING.key_every
        stream.codec_context.time_base = Fraction(1, rate)
        for number, frame in enumerate(source.decode(video)):
            if number >= LONGEST_S * rate:
                break
            small = frame.reformat(stream.width, stream.height, "yuv420p")
            small.pts, small.time_base = number, Fraction(1, rate)
            made.mux(stream.encode(small))
        made.mux(stream.encode(None))
    return target
