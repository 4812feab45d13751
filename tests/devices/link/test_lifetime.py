"""Birth counts over a device's life."""

from __future__ import annotations

from pathlib import Path

import pytest

from devices.link.lifetime import Lifetime

NOW_US = 1_767_225_600_000_000


def test_count_goes_on_after_a_restart(tmp_path: Path) -> None:
    """P-2.2."""
    before = Lifetime(tmp_path / "births", NOW_US)
    counts = [before.next_birth() for _ in range(3)]
    assert Lifetime(tmp_path / "births", NOW_US - 10**12).next_birth() == counts[-1] + 1


@pytest.mark.parametrize("content", [None, "", "7a"])
def test_wiped_or_torn_count_still_grows(tmp_path: Path, content: str | None) -> None:
    """P-2.2."""
    path = tmp_path / "births"
    before = [Lifetime(path, NOW_US).next_birth() for _ in range(3)]
    path.unlink()
    if content is not None:
        path.write_text(content)
    assert Lifetime(path, NOW_US + 1_000_000).next_birth() > max(before)


def test_device_without_a_disk_grows_by_the_clock() -> None:
    """P-2.2."""
    first = Lifetime(None, NOW_US)
    counts = [first.next_birth() for _ in range(5)]
    assert counts == [counts[0] + place for place in range(5)]
    assert Lifetime(None, NOW_US + 1_000_000).next_birth() > counts[-1]
