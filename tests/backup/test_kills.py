"""Killed at any moment, a backup leaves nothing that looks whole and a restore nothing that a hub would start from."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import pytest_asyncio

from hub.backup.making import backups_in
from hub.backup.records import BackupBroken
from hub.backup.restoring import choose
from tests.backup.installation import back_up, install, kill_when_there, run, start
from tests.databases import of_sqlites_file

VOICES, LAST_BYTES = 20, 20_000_000

pytestmark = [pytest.mark.asyncio(loop_scope="module"), of_sqlites_file]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def installation(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """With one large file at its end, so that a kill finds it in the middle."""
    folder = tmp_path_factory.mktemp("installation") / "hub"
    await install(folder, VOICES)
    os.truncate(folder / "voice" / f"{VOICES - 1:04}.ogg", LAST_BYTES)
    return folder


async def test_killed_backup_is_none_and_the_next_one_clears_it_away(installation: Path, tmp_path: Path) -> None:
    former, _ = back_up(installation, tmp_path)
    for last in ("hub.sqlite3", "voice/0010.ogg"):
        process = await start("backup", tmp_path, "--data-dir", installation)
        await kill_when_there(process, (tmp_path, f"*.part/data/{last}"))
        assert process.returncode == -9, "it was over before it was killed"
        (left,) = tmp_path.glob("*.part")
        assert [path for path, _ in backups_in(tmp_path)] == [former]
        assert choose(tmp_path) == former

    back_up(installation, tmp_path, at_us=2_000_000)
    assert not left.exists()
    assert len(backups_in(tmp_path)) == 2


async def test_backup_killed_at_its_end_is_whole_or_none(installation: Path, tmp_path: Path) -> None:
    process = await start("backup", tmp_path / "backups", "--data-dir", installation)
    await kill_when_there(process, (tmp_path / "backups", "*.part/manifest.json.sha256"))
    try:
        backup = choose(tmp_path / "backups")
    except BackupBroken:
        assert len(list((tmp_path / "backups").glob("*.part"))) == 1
    else:
        assert run("restore", backup, "--into", tmp_path / "hub")[0] == 0


async def test_killed_restore_leaves_no_hub_and_the_next_one_does_it_anew(installation: Path, tmp_path: Path) -> None:
    backup, _ = back_up(installation, tmp_path / "backups")
    into = tmp_path / "new" / "hub"
    process = await start("restore", backup, "--into", into)
    await kill_when_there(process, (into.parent, ".hub.restoring/voice/0010.ogg"))
    assert process.returncode == -9, "it was over before it was killed"
    assert [path.name for path in into.parent.iterdir()] == [".hub.restoring"]

    code, said = run("restore", backup, "--into", into)
    assert code == 0, said
    assert [path.name for path in into.parent.iterdir()] == ["hub"]
    assert len(list((into / "voice").iterdir())) == VOICES
