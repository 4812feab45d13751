"""Files answered by byte ranges: small parts at once, large ones piece by piece."""

from __future__ import annotations

from pathlib import Path

import pytest
from fastapi import Response
from starlette.responses import StreamingResponse

from hub.console.ranges import AT_ONCE_BYTES, answer_file

SIZE = 2 * AT_ONCE_BYTES + 5


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file larger than what is read at once, in which every place is told from its neighbours."""
    path = tmp_path / "large"
    path.write_bytes((bytes(range(251)) * (SIZE // 251 + 1))[:SIZE])
    return path


async def body_of(answer: Response) -> bytes:
    if not isinstance(answer, StreamingResponse):
        return bytes(answer.body)
    return b"".join([bytes(piece) async for piece in answer.body_iterator if not isinstance(piece, str)])


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [(None, 0, SIZE), ("bytes=0-", 0, SIZE), (f"bytes=7-{AT_ONCE_BYTES + 9}", 7, AT_ONCE_BYTES + 10)],
)
async def test_a_large_part_comes_whole_piece_by_piece(file: Path, asked: str | None, start: int, end: int) -> None:
    answer = await answer_file(file, SIZE, asked, "video/mp4", {})
    assert isinstance(answer, StreamingResponse)
    assert int(answer.headers["content-length"]) == end - start
    assert answer.status_code == (200 if asked is None else 206)
    assert await body_of(answer) == file.read_bytes()[start:end]


async def test_a_small_part_of_a_large_file_is_answered_at_once(file: Path) -> None:
    answer = await answer_file(file, SIZE, "bytes=-3", "video/mp4", {})
    assert answer.headers["content-range"] == f"bytes {SIZE - 3}-{SIZE - 1}/{SIZE}"
    assert await body_of(answer) == file.read_bytes()[-3:]


@pytest.mark.parametrize("size", [3, SIZE])
async def test_a_file_that_is_gone_is_told_before_anything_is_answered(tmp_path: Path, size: int) -> None:
    with pytest.raises(FileNotFoundError):
        await answer_file(tmp_path / "gone", size, None, "video/mp4", {})
