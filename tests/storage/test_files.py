"""Names of files, and bytes on disk."""

from __future__ import annotations

import pytest

from hub.storage.files import safe


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("全体场所", "全体场所"),
        ("一/二\\三:四", "一-二-三-四"),
        ("../../etc", "etc"),
        ("a_b c\n", "a-b-c"),
        ("..", "-"),
        ("王" * 64, "王" * 26),
    ],
)
def test_name_keeps_chinese_and_nothing_that_a_file_system_takes_amiss(name: str, kept: str) -> None:
    assert safe(name) == kept
