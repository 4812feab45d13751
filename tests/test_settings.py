"""Where settings come from: what is said beats the environment, which beats a file of credentials."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub.settings import Settings


def test_password_is_read_from_a_file_of_credentials_unless_the_environment_says_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "qianshao_database_password").write_text("from a file\n")
    (tmp_path / "of-somebody-else").write_text("another")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    read = Settings().database_password
    assert read is not None and read.get_secret_value() == "from a file"
    assert "from a file" not in repr(Settings())
    monkeypatch.setenv("QIANSHAO_DATABASE_PASSWORD", "from the environment")
    read = Settings().database_password
    assert read is not None and read.get_secret_value() == "from the environment"
