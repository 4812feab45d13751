"""What is restored is the backup as it was written, or nothing: each refusal is one clear sentence."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
import pytest_asyncio

from hub.backup.making import backups_in
from hub.backup.records import MANIFEST, MANIFEST_SHA256, digest_line, read_manifest
from hub.describing.describers import DescriberBook
from hub.footage.disk_records import keep_disk
from tests.backup.installation import EVENTS, back_up, install, run
from tests.databases import of_sqlites_file
from tests.hub import open_database
from tests.small_disk import small_disk

pytestmark = of_sqlites_file


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def installation(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("installation") / "hub"
    await install(folder)
    return folder


@pytest.fixture
def backup(installation: Path, tmp_path: Path) -> Path:
    return back_up(installation, tmp_path / "backups")[0]


def written_anew(backup: Path, **changed: object) -> None:
    """The manifest says otherwise, and is right in itself."""
    encoded = msgspec.json.encode(msgspec.structs.replace(read_manifest(backup), **changed))
    (backup / MANIFEST).write_bytes(encoded)
    (backup / MANIFEST_SHA256).write_bytes(digest_line(encoded))


def test_backup_is_for_its_owner_alone_and_says_what_is_in_it(backup: Path, installation: Path) -> None:
    manifest = read_manifest(backup)
    for path in [backup, *backup.rglob("*")]:
        assert path.stat().st_mode & 0o777 == (0o700 if path.is_dir() else 0o600), path
    assert {file.path for file in manifest.files} == {
        path.relative_to(backup / "data").as_posix() for path in (backup / "data").rglob("*") if path.is_file()
    }
    for file in manifest.files:
        content = (backup / "data" / file.path).read_bytes()
        assert (file.bytes, file.sha256) == (len(content), hashlib.sha256(content).hexdigest())
    assert (manifest.last_event, manifest.data_dir) == (EVENTS, str(installation))
    key = (installation / "access" / "audit-public-key.pem").read_bytes()
    assert (backup / "data" / "access" / "audit-public-key.pem").read_bytes() == key


def test_newest_backup_of_a_folder_is_restored_into_an_empty_folder(installation: Path, tmp_path: Path) -> None:
    for at_us in (1_000_000, 2_000_000):
        back_up(installation, tmp_path / "backups", at_us=at_us)
    (tmp_path / "hub").mkdir(mode=0o700)
    code, said = run("restore", tmp_path / "backups", "--into", tmp_path / "hub")
    assert code == 0, said
    assert "19700101T000002" in said
    assert "旧中枢不能再运行" in said
    assert run("audit", "verify", "--data-dir", tmp_path / "hub")[0] == 0
    for path in [tmp_path / "hub", *(tmp_path / "hub").rglob("*")]:
        assert path.stat().st_mode & 0o077 == 0, path


def flip(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda backup: flip(backup / "data" / "hub.sqlite3"),
        lambda backup: flip(backup / "data" / "access" / "audit-key.pem"),
        lambda backup: flip(backup / MANIFEST),
        lambda backup: flip(backup / MANIFEST_SHA256),
        lambda backup: (backup / MANIFEST_SHA256).unlink(),
        lambda backup: (backup / "data" / "voice" / "0001.ogg").unlink(),
        lambda backup: (backup / "data" / "voice" / "0001.ogg").write_bytes(b"short"),
        lambda backup: (backup / "data" / "voice" / "more.ogg").write_bytes(b"x"),
        lambda backup: shutil.rmtree(backup / "data" / "voice"),
        lambda backup: written_anew(
            backup, files=(msgspec.structs.replace(read_manifest(backup).files[0], path="../x"),)
        ),
    ],
)
def test_spoiled_backup_is_refused_and_leaves_nothing(
    spoil: Callable[[Path], object], backup: Path, tmp_path: Path
) -> None:
    spoil(backup)
    code, said = run("restore", backup, "--into", tmp_path / "hub")
    assert code == 1, said
    assert "备份" in said
    assert [path.name for path in tmp_path.iterdir()] == ["backups"]


def test_backup_of_a_later_release_is_refused(backup: Path, tmp_path: Path) -> None:
    written_anew(backup, revision="9999")
    code, said = run("restore", backup, "--into", tmp_path / "hub")
    assert (code, "数据库是更新版本的中枢写的（结构 9999）" in said) == (2, True)
    written_anew(backup, revision="0001", format=2)
    code, said = run("restore", backup, "--into", tmp_path / "hub")
    assert (code, "不认识它的格式" in said) == (2, True)
    assert not (tmp_path / "hub").exists()


def test_folder_with_anything_in_it_is_refused(backup: Path, tmp_path: Path) -> None:
    (tmp_path / "hub").mkdir()
    (tmp_path / "hub" / "mine").write_text("kept")
    code, said = run("restore", backup, "--into", tmp_path / "hub")
    assert (code, "不是空的" in said) == (2, True)
    assert [path.name for path in (tmp_path / "hub").iterdir()] == ["mine"]


def test_folder_without_a_whole_backup_says_so(tmp_path: Path) -> None:
    code, said = run("restore", tmp_path, "--into", tmp_path / "hub")
    assert (code, "没有完整的备份" in said) == (1, True)


async def test_backups_of_two_hubs_are_not_taken_for_one_another(installation: Path, tmp_path: Path) -> None:
    await install(tmp_path / "other")
    back_up(installation, tmp_path / "backups")
    back_up(tmp_path / "other", tmp_path / "backups", at_us=2_000_000)
    code, said = run("restore", tmp_path / "backups", "--into", tmp_path / "hub")
    assert (code, "多个中枢" in said) == (2, True)
    code, said = run("backup", tmp_path / "backups", "--data-dir", tmp_path / "other", "--keep", "1")
    assert code == 0, said
    hubs = [manifest.hub for _, manifest in backups_in(tmp_path / "backups")]
    assert len(hubs) == len(set(hubs)) == 2, "the other hub's backup is not this one's to delete"


def test_only_the_newest_are_kept(installation: Path, tmp_path: Path) -> None:
    for at_us in (1, 2, 3):
        back_up(installation, tmp_path, at_us=at_us)
    code, said = run("backup", tmp_path, "--data-dir", installation, "--keep", "2", "--json")
    assert code == 0, said
    assert backups_in(tmp_path)[0][1].made_at_us == 3
    assert len(list(tmp_path.glob("qianshao-*"))) == 2


def test_backup_says_where_there_is_no_room_and_leaves_nothing(installation: Path, tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", "16m") as disk:
        code, said = run("backup", disk.folder, "--data-dir", installation)
        assert (code, "空间不够" in said) == (2, True)
        assert list(disk.folder.glob("qianshao-*")) == []
        whole, _ = back_up(installation, tmp_path / "backups")
        code, said = run("restore", whole, "--into", disk.folder / "hub")
        assert (code, "空间不够" in said) == (2, True)
        code, said = run("restore", whole, "--into", disk.folder)
        assert code == 2
        assert "不是空的" in said or "挂载点" in said


def test_backup_without_a_hub_or_into_the_hub_is_refused(installation: Path, tmp_path: Path) -> None:
    code, said = run("backup", tmp_path / "backups", "--data-dir", tmp_path)
    assert (code, "没有中枢的数据库" in said) == (2, True)
    code, said = run("backup", installation / "backups", "--data-dir", installation)
    assert (code, "不能放在中枢自己的目录里" in said) == (2, True)
    assert not (installation / "backups").exists()


async def test_footage_that_is_asked_for_and_whose_disk_is_away_is_no_backup(tmp_path: Path) -> None:
    await install(tmp_path / "hub")
    async with open_database(tmp_path / "hub") as database:
        await database.write(lambda change: keep_disk(change, "the disk"))
    for footage in ("held", "all"):
        code, said = run("backup", tmp_path / "backups", "--data-dir", tmp_path / "hub", "--footage", footage)
        assert (code, "录像盘不在" in said) == (2, True)
    assert list((tmp_path / "backups").glob("qianshao-*")) == []
    assert run("backup", tmp_path / "backups", "--data-dir", tmp_path / "hub")[0] == 0


async def test_describers_are_found_where_the_hub_is_now(tmp_path: Path) -> None:
    former = tmp_path / "former"
    await install(former)
    learned = former / "teaching" / "learned" / "one.npz"
    choices = {"learned-1": str(learned), "auto-1": "auto"}
    (former / "describers.json").write_bytes(msgspec.json.encode(choices))
    back_up(former, tmp_path / "backups")
    assert run("restore", tmp_path / "backups", "--into", tmp_path / "now")[0] == 0
    (former / "describers.json").write_bytes(b"no JSON")  # which a hub reads as an empty one
    back_up(former, tmp_path / "unreadable")
    assert run("restore", tmp_path / "unreadable", "--into", tmp_path / "too")[0] == 0
    book = DescriberBook(tmp_path / "now" / "describers.json")
    book.open()
    moved = str(tmp_path / "now" / "teaching" / "learned" / "one.npz")
    assert book._choices == {"learned-1": moved, "auto-1": "auto"}
