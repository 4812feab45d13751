"""``qianshao footage verify`` and ``key``: what is proved of an exported file, wherever the public key is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import typer
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from hub.access.signing import fingerprint, pem_of, read_public_key
from hub.commands.ending import end
from hub.footage.exports.blurring import Blur
from hub.footage.exports.clip import Cut
from hub.footage.exports.key import PUBLIC_KEY_FILE
from hub.footage.exports.statement import Manifest, Stretch
from hub.footage.exports.verification import NotProved, verify
from hub.settings import Settings

_CUTS = {
    Cut.EXACT: ("精确，重新编码，画面上方加有时间条", "exact, coded anew, with a bar of time above the pictures"),
    Cut.KEY: ("原样，未重新编码", "as the camera coded it"),
}
_BLURS = {
    Blur.OTHERS: ("除要找的人外，跟踪到的人均已打码", "everyone who was tracked is hidden, but the person sought"),
    Blur.ALL_BUT_SOUGHT: ("除要找的人外，整个画面均已打码", "the whole picture is hidden, but the person sought"),
    Blur.NONE: ("未打码", "nobody is hidden"),
}


def verify_file(settings: Settings, file: Path, public_key: Path | None) -> None:
    """Say what is proved of ``file``, Chinese first: exit code 0 when it holds, else 1."""
    key = _key(settings, public_key)
    try:
        manifest = verify(file, key)
    except NotProved as error:
        end(f"未通过：{error.message}\nNOT PROVED: {error.message_en}", 1)
    except OSError as error:
        end(f"无法读取 {file}：{error.strerror}\ncannot read {file}: {error.strerror}", 1)
    typer.echo("\n".join([*_chinese(manifest), "", *_english(manifest), "", fingerprint(key)]))


def show_key(settings: Settings) -> None:
    """Print the public key and its fingerprint."""
    key = _key(settings, None)
    typer.echo(f"{fingerprint(key)}\n{pem_of(key).decode()}", nl=False)


def _key(settings: Settings, public_key: Path | None) -> Ed25519PublicKey:
    file = public_key or settings.data_dir / "access" / PUBLIC_KEY_FILE
    try:
        return read_public_key(file)
    except (OSError, ValueError):
        end(
            f"{file} 不是可读的公钥：请用 --key 指明中枢的公钥（qianshao footage key）\n"
            f"{file} is no public key that can be read: name the hub's with --key (qianshao footage key)",
            1,
        )


def _chinese(said: Manifest) -> Iterator[str]:
    method = said.method
    yield "通过：文件完整、未改动，由下列公钥的中枢导出"
    yield f"导出编号：{said.export_id}　案件：{said.case.case_id} {said.case.title}（{said.case.purpose}）"
    yield f"摄像头：{said.camera.camera_id} {said.camera.name}，{said.camera.venue or '无场所'}" + (
        f"，权属 {said.camera.owner}" if said.camera.owner else ""
    )
    yield f"时间：{said.shown.begins.local} 至 {said.shown.ends.local}"
    yield f"导出人：{said.by.person_id} {said.by.name}，{said.asked_at.local} 申请，{said.made_at.local} 完成"
    yield f"方式：{_CUTS[method.cut][0]}；{_BLURS[method.blur][0]}" + (
        f"；理由：{method.reason}" if method.reason else ""
    )
    if method.blur is not Blur.NONE:
        yield f"打码 {method.hidden} 人；" + (
            "分析程序何时在看这路摄像头不详，导出人须自行查看"
            if method.not_looked_at_s is None
            else f"有 {method.not_looked_at_s:g} 秒没有分析，导出人须自行查看"
        )
    if method.still_in_view:
        yield f"导出时有 {method.still_in_view} 人可能仍在画面中：从最后看到他们起，除要找的人外整个画面已打码"
    if method.blind_s:
        yield f"共 {method.blind_s:g} 秒不知道谁在哪里：除要找的人外整个画面已打码"
    if method.masked:
        yield f"有 {len(method.masked)} 处屏蔽区始终打码"
    yield (
        f"画面 {method.pictures} 幅，{method.duration_s:.1f} 秒；"
        f"无法解码 {method.not_decoded} 幅，缺损 {method.breaks} 处"
    )
    yield from (f"无录像：{_between(gap)}" for gap in said.gaps)
    yield from (f"源录像：{one.file}，{one.bytes} 字节，SHA-256 {one.sha256}" for one in said.segments)
    yield f"软件：{said.software}"


def _english(said: Manifest) -> Iterator[str]:
    method = said.method
    yield "PROVED: the file is whole and unchanged, exported by the hub that has this public key"
    yield f"Export: {said.export_id}; case: {said.case.case_id} {said.case.title} ({said.case.purpose})"
    yield f"Camera: {said.camera.camera_id} {said.camera.name}, {said.camera.venue or 'at no venue'}" + (
        f", owned by {said.camera.owner}" if said.camera.owner else ""
    )
    yield f"Time: {said.shown.begins.utc} to {said.shown.ends.utc}"
    yield f"Exported by {said.by.person_id} {said.by.name}, asked {said.asked_at.utc}, made {said.made_at.utc}"
    yield f"How: {_CUTS[method.cut][1]}; {_BLURS[method.blur][1]}" + (
        f"; reason: {method.reason}" if method.reason else ""
    )
    if method.blur is not Blur.NONE:
        yield f"{method.hidden} people hidden; " + (
            "when vision looked at this camera is not known: the exporter must look"
            if method.not_looked_at_s is None
            else f"vision did not look for {method.not_looked_at_s:g} s: the exporter must"
        )
    if method.still_in_view:
        yield (
            f"{method.still_in_view} people may still have been in view: from when they were last seen on, the whole "
            "picture is hidden, but the person sought"
        )
    if method.blind_s:
        yield f"who is where is not known for {method.blind_s:g} s: all is hidden then, but the person sought"
    if method.masked:
        yield f"{len(method.masked)} masked parts of the picture are hidden all the time"
    yield (
        f"{method.pictures} pictures, {method.duration_s:.1f} s; {method.not_decoded} could not be decoded, "
        f"something is missing in {method.breaks} places"
    )
    yield from (f"No footage: {_between(gap)}" for gap in said.gaps)
    yield from (f"Source: {one.file}, {one.bytes} bytes, SHA-256 {one.sha256}" for one in said.segments)
    yield f"Software: {said.software}"


def _between(stretch: Stretch) -> str:
    return f"{stretch.begins.local} – {stretch.ends.local}"
