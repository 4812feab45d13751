"""Addresses as people may see them."""

from __future__ import annotations

import pytest

from hub.footage.errors import shown


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
