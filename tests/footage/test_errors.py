"""What is wrong with a stream in the words of each language, and addresses as people may see them."""

from __future__ import annotations

from pathlib import Path

import av
import pytest

from hub.footage.errors import NoSuchFile, SourceError, of_reading, shown
from hub.footage.sources.opening import Patience, open_container


@pytest.mark.parametrize(
    ("url", "seen"),
    [
        ("rtsp://admin:pass@192.168.1.20:554/stream2?token=1", "rtsp://192.168.1.20:554/…"),
        ("rtsp://admin:pa/ss@192.168.1.20/stream2", "rtsp://…"),
        ("rtsp://admin:pa?ss@192.168.1.20/stream2", "rtsp://…"),
        ("rtsp://admin:12#ss@192.168.1.20/stream2", "rtsp://…"),
        ("rtsp://admin:pa[ss@192.168.1.20/stream2", "rtsp://…"),
        ("rtsp://admin:pa@ss@192.168.1.20/stream2", "rtsp://192.168.1.20/…"),
        ("rtsp://admin:pass@192.168.1.20:x/stream2", "rtsp://…"),
        ("rtsp://192.168.1.20:554/user=admin_password=tlJwpbo6_channel=1_stream=0.sdp", "rtsp://192.168.1.20:554/…"),
        ("rtsp://192.168.1.20/user=admin&password=secret&channel=1", "rtsp://192.168.1.20/…"),
        ("http://cam-3.local/snap;secret", "http://cam-3.local/…"),
        ("rtsp://user=admin_password=secret_channel=1.sdp", "rtsp://…"),
        ("rtsp://admin:secret", "rtsp://…"),
        ("rtsp://192.168.1.20", "rtsp://192.168.1.20"),
        ("/films/a@b.mp4", "/films/a@b.mp4"),
    ],
)
def test_nothing_of_a_password_is_shown(url: str, seen: str) -> None:
    assert shown(url) == seen


def test_folder_or_a_broken_disk_is_told_in_either_language_and_in_that_alone(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="Is a directory") as folder:
        open_container(str(tmp_path), Patience())
    assert folder.value.chinese.removeprefix(str(tmp_path)) == " 无法读取（是文件夹）"
    assert of_reading(av.error.OSError(5, "Input/output error"), "a.mp4", 8).chinese == "a.mp4 读取中断（读写出错）"
    assert of_reading(av.error.OSError(36, "File name too long"), "a.mp4", 8).chinese == "a.mp4 读取中断"


def test_webcam_that_is_not_there_is_told_by_the_librarys_own_reader_of_webcams() -> None:
    with pytest.raises(NoSuchFile, match="/dev/video99 does not exist") as missing:
        open_container("v4l2:/dev/video99", Patience())
    assert missing.value.chinese == "v4l2:/dev/video99 不存在"
