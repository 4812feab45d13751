"""A folder of numbered pictures as a recording (MOTChallenge keeps its sequences so)."""

from __future__ import annotations

from collections.abc import Iterator
from configparser import ConfigParser
from configparser import Error as ConfigError
from pathlib import Path

import cv2
import numpy as np

from hub.footage.errors import NotVideo, Unreadable
from hub.footage.sources.dating import Dating
from hub.footage.sources.frame import Frame, PlainPixels

_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".bmp"})
_USUAL_RATE_HZ = 25.0


class FolderStream:
    """Pictures in the order of their names, at the rate in ``seqinfo.ini`` beside the folder, else 25 a second."""

    def __init__(self, folder: Path, dating: Dating) -> None:
        """Raises NotVideo when there is no picture, Unreadable when seqinfo.ini makes no sense."""
        self._dating = dating
        found = (path for path in folder.iterdir() if path.suffix.lower() in _SUFFIXES)
        self._paths = sorted(path for path in found if path.is_file())
        if not self._paths:
            raise NotVideo(f"{folder} holds no pictures", f"{folder} 里没有图片")
        self._rate_hz = rate_hz(folder.parent) or _USUAL_RATE_HZ
        self._read = 0

    @property
    def frames_per_s(self) -> float | None:
        return self._rate_hz

    @property
    def progress(self) -> float | None:
        return self._read / len(self._paths)

    def frames(self) -> Iterator[Frame]:
        """Every picture. Raises Unreadable naming one that cannot be decoded."""
        for index, path in enumerate(self._paths):
            picture = cv2.imread(str(path), cv2.IMREAD_COLOR)
            if picture is None:
                raise Unreadable(f"{path} is not a picture that can be read", f"{path} 不是能读取的图片")
            self._read = index + 1
            media_us = round(index * 1e6 / self._rate_hz)
            yield Frame(media_us, self._dating.wall_us(media_us), PlainPixels(np.asarray(picture, np.uint8)))

    def close(self) -> None:
        self._paths = self._paths[:0]


def rate_hz(sequence: Path) -> float | None:
    """The frame rate in ``seqinfo.ini`` of a sequence's folder; None without one. Raises Unreadable."""
    file = sequence / "seqinfo.ini"
    if not file.is_file():
        return None
    ini = ConfigParser()
    try:
        ini.read_string(file.read_text(encoding="utf-8"))
        rate = ini.getfloat("Sequence", "frameRate")
    except (ConfigError, ValueError, OSError) as error:
        raise Unreadable(f"{file} has no usable frameRate: {error}", f"{file} 里没有可用的 frameRate") from None
    if rate <= 0:
        raise Unreadable(f"{file}: frameRate must be above 0, not {rate:g}", f"{file}：frameRate 必须大于 0")
    return rate
