"""Recordings that lie on another machine, over HTTP."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from hub.footage.errors import NoSuchFile, NotVideo, WrongPassword
from hub.footage.sources.frames import open_recording
from tests.vision.drawn import Walker, film


class _Shelf(BaseHTTPRequestHandler):
    """/yard.ts is video, /letter.mp4 is none, /locked.ts needs a password, all else is missing."""

    films: Path

    def do_GET(self) -> None:
        body = {"/yard.ts": self.films.read_bytes(), "/letter.mp4": b"Dear Sir, " * 500}.get(self.path.split("?")[0])
        status = HTTPStatus.OK if body else HTTPStatus.NOT_FOUND
        self.send_response(HTTPStatus.UNAUTHORIZED if self.path == "/locked.ts" else status)
        self.send_header("Content-Length", str(len(body or b"")))
        self.end_headers()
        self.wfile.write(body or b"")

    def log_message(self, *_parts: object) -> None:
        """Say nothing: pytest's output is for failures."""


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    _Shelf.films = film(tmp_path_factory.mktemp("shelf") / "yard.ts", [Walker(100, 400, 80, 150)], seconds=2)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Shelf)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://duty:hunter2@127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_recording_is_read_over_http(shelf: str) -> None:
    stream = open_recording(f"{shelf}/yard.ts", started_at_us=0)
    assert len(list(stream.frames())) == 20
    stream.close()


@pytest.mark.parametrize(
    ("path", "error"), [("locked.ts?key=abc", NoSuchFile), ("locked.ts", WrongPassword), ("letter.mp4", NotVideo)]
)
def test_reason_is_plain_and_says_no_password(shelf: str, path: str, error: type[Exception]) -> None:
    with pytest.raises(error) as refused:
        open_recording(f"{shelf}/{path}", started_at_us=0)
    words = str(refused.value)
    assert "http://127.0.0.1:" in words
    for secret in ("hunter2", "abc", path.split("?")[0]):
        assert secret not in words
