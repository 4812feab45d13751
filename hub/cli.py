"""The command ``qianshao``: each room's and simulator's commands, put together."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, NoReturn

import msgspec
import typer
from pydantic import ValidationError

from devices.protocol.topics import DeviceKind
from hub.bridge.broker import BrokerError
from hub.errors import Refusal
from hub.settings import Settings

app = typer.Typer(name="qianshao", help="黔哨：社区警务室的一体化中枢", no_args_is_help=True, add_completion=False)
cameras_app = typer.Typer(help="摄像头与录像文件", no_args_is_help=True)
registry_app = typer.Typer(help="场所登记", no_args_is_help=True)
evaluate_app = typer.Typer(help="用标注数据评估", no_args_is_help=True)
audit_app = typer.Typer(help="审计日志", no_args_is_help=True)
certificates_app = typer.Typer(help="证书", no_args_is_help=True)
devices_app = typer.Typer(help="设备入网与吊销", no_args_is_help=True)
people_app = typer.Typer(help="人员与邀请", no_args_is_help=True)
bench_app = typer.Typer(help="测量性能", no_args_is_help=True)
simulate_app = typer.Typer(help="用模拟设备试验整套产品", no_args_is_help=True)
app.add_typer(cameras_app, name="cameras")
app.add_typer(registry_app, name="registry")
app.add_typer(people_app, name="people")
app.add_typer(devices_app, name="devices")
app.add_typer(evaluate_app, name="evaluate")
app.add_typer(audit_app, name="audit")
app.add_typer(certificates_app, name="certificates")
app.add_typer(bench_app, name="bench")
app.add_typer(simulate_app, name="simulate")

DataDir = Annotated[Path | None, typer.Option(help="数据目录（默认 var/hub，或 QIANSHAO_DATA_DIR）")]
Json = Annotated[bool, typer.Option("--json", help="输出一个 JSON 对象")]


def fail(message: str, code: int = 2) -> NoReturn:
    """Say what is wrong and end."""
    typer.echo(message, err=True)
    raise typer.Exit(code)


def _settings(**given: object) -> Settings:
    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})  # type: ignore[arg-type]
    except ValidationError as error:
        fail("\n".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()))


def _print(record: object) -> None:
    typer.echo(msgspec.json.format(msgspec.json.encode(record), indent=1).decode())


@app.command()
def hub(
    data_dir: DataDir = None,
    host: Annotated[str | None, typer.Option(help="控制台地址；非本机地址须有证书和管理员")] = None,
    port: Annotated[int | None, typer.Option(help="控制台端口，0 为任选")] = None,
    broker: Annotated[str | None, typer.Option(help="auto、managed、embedded 或 mqtt://主机:端口")] = None,
    broker_port: Annotated[int | None, typer.Option(help="自带消息服务器的端口，0 为任选")] = None,
    vision_workers: Annotated[int | None, typer.Option(help="视频分析进程数")] = None,
    roll_call_at: Annotated[str | None, typer.Option(help="每天自动点名的时间，如 09:30；空为不点")] = None,
    log_level: Annotated[str | None, typer.Option(help="DEBUG、INFO、WARNING、ERROR 或 CRITICAL")] = None,
    watchdog: Annotated[bool | None, typer.Option("--watchdog", help="同时启动看护进程")] = None,
) -> None:
    """启动中枢。"""
    from hub.certificates.authority import CertificateError
    from hub.safety import UnsafeSettings
    from hub.serve import DiskRefused, FolderTaken, PortTaken, serve

    settings = _settings(
        data_dir=data_dir,
        host=host,
        port=port,
        broker=broker,
        broker_port=broker_port,
        vision_workers=vision_workers,
        roll_call_at=roll_call_at,
        log_level=log_level,
        watchdog=watchdog,
    )
    try:
        serve(settings)
    except (BrokerError, CertificateError, DiskRefused, FolderTaken, PortTaken, UnsafeSettings) as error:
        fail(str(error))


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True}, add_help_option=False)
def watchdog(context: typer.Context) -> None:
    """看护中枢：中枢没有回应时在本机报警。"""
    from hub.watchdog.__main__ import main

    main(context.args)


@app.command()
def demo(
    data_dir: Annotated[Path, typer.Option(help="演示数据目录")] = Path("var/demo"),
    community_dir: Annotated[Path, typer.Option(help="模拟社区目录（首次启动时生成）")] = Path("var/community"),
    port: Annotated[int, typer.Option(help="控制台端口，0 为任选")] = 8470,
    broker: Annotated[str, typer.Option(help="auto、managed、embedded")] = "auto",
    radios: Annotated[int, typer.Option(min=1, max=1000, help="模拟对讲机数")] = 130,
    check: Annotated[bool, typer.Option("--check", help="无界面地演一遍全过程并核对")] = False,
    as_json: Json = False,
) -> None:
    """一条命令演示：中枢、130 部对讲机、摄像头。"""
    from simulators.demo import run

    raise typer.Exit(
        run.check(community_dir, broker, radios, as_json)
        if check
        else run.show(data_dir, community_dir, port, broker, radios)
    )


@app.command()
def init(
    file: Annotated[
        Path | None, typer.Option(help='无人值守：JSON 文件，{"person_id", "name", "password", "totp": true}')
    ] = None,
    data_dir: DataDir = None,
) -> None:
    """设第一名管理员（中枢未运行时）；没有默认密码。"""
    from hub.commands.init import init

    init(_settings(data_dir=data_dir), file)


@people_app.command("add")
def people_add(
    person_id: Annotated[str, typer.Argument(help="账号：警号或工号")],
    name: Annotated[str, typer.Option(help="姓名")],
    role: Annotated[str, typer.Option(help="dispatcher、officer、chief、administrator、auditor、grid_member 或 guard")],
    place: Annotated[list[str] | None, typer.Option(help="community、grid:编号 或 venue:编号，可写多次")] = None,
    data_dir: DataDir = None,
) -> None:
    """登记一个人。"""
    from hub.commands.people import add

    add(_settings(data_dir=data_dir), person_id, name, role, place or ["community"])


@people_app.command("list")
def people_list(data_dir: DataDir = None) -> None:
    """列出所有人。"""
    from hub.commands.people import show

    show(_settings(data_dir=data_dir))


@people_app.command("invite")
def people_invite(person_id: str, data_dir: DataDir = None) -> None:
    """发一份邀请（二维码），本人用它设密码和动态口令。"""
    from hub.commands.people import invite

    invite(_settings(data_dir=data_dir), person_id)


@people_app.command("disable")
def people_disable(person_id: str, data_dir: DataDir = None) -> None:
    """停用一个人的账号，立即生效。"""
    from hub.commands.people import disable

    disable(_settings(data_dir=data_dir), person_id)


@people_app.command("enable")
def people_enable(person_id: str, data_dir: DataDir = None) -> None:
    """重新启用一个人的账号。"""
    from hub.commands.people import enable

    enable(_settings(data_dir=data_dir), person_id)


@cameras_app.command("add")
def cameras_add(
    source: Annotated[str, typer.Argument(help="录像文件，或 rtsp:// 地址")],
    name: Annotated[str | None, typer.Option(help="名称")] = None,
    venue: Annotated[str | None, typer.Option(help="所在场所编号")] = None,
    started_at: Annotated[str | None, typer.Option(help="录像开始时间，如 2026-11-21T16:20:00+08:00")] = None,
    wait: Annotated[bool, typer.Option(help="等录像分析完")] = True,
    data_dir: DataDir = None,
) -> None:
    """接入一路摄像头，或比实时更快地分析一个录像文件。"""
    from hub.commands.cameras import add

    add(_settings(data_dir=data_dir), source, name, venue, started_at, wait)


@cameras_app.command("list")
def cameras_list(data_dir: DataDir = None) -> None:
    """列出摄像头及其状态。"""
    from hub.commands.cameras import show

    show(_settings(data_dir=data_dir))


@cameras_app.command("remove")
def cameras_remove(camera_id: str, data_dir: DataDir = None) -> None:
    """移除一路摄像头。"""
    from hub.commands.cameras import remove

    remove(_settings(data_dir=data_dir), camera_id)


@devices_app.command("codes")
def devices_codes(
    device_ids: Annotated[list[str] | None, typer.Argument(help="设备编号")] = None,
    kind: Annotated[DeviceKind, typer.Option(help="设备类别")] = DeviceKind.RADIO,
    missing: Annotated[bool, typer.Option("--missing", help="所有已登记而未入网的")] = False,
    file: Annotated[Path | None, typer.Option(help="写入文件，每行一个 JSON 对象")] = None,
    sheet: Annotated[Path | None, typer.Option(help="写成可打印的二维码页（HTML）")] = None,
    data_dir: DataDir = None,
) -> None:
    """发一次性入网码：二维码、文件或打印页。"""
    from hub.commands.devices import codes

    codes(_settings(data_dir=data_dir), device_ids or [], kind, missing, file, sheet)


@devices_app.command("list")
def devices_list(data_dir: DataDir = None) -> None:
    """列出设备及其状态。"""
    from hub.commands.devices import show

    show(_settings(data_dir=data_dir))


@devices_app.command("revoke")
def devices_revoke(device_id: str, data_dir: DataDir = None) -> None:
    """吊销一台设备：5 秒内失效。"""
    from hub.commands.devices import revoke

    revoke(_settings(data_dir=data_dir), device_id)


@devices_app.command("export")
def devices_export(
    folder: Annotated[Path, typer.Argument(help="写入 users.csv 与 acl.conf 的目录")],
    data_dir: DataDir = None,
) -> None:
    """导出 EMQX 的用户与访问规则（docs/emqx.md）。"""
    from hub.commands.emqx import export

    export(_settings(data_dir=data_dir), folder)


@registry_app.command("import")
def registry_import(file: Path, data_dir: DataDir = None) -> None:
    """导入场所（CSV）或整个社区（JSON）；有误的行逐行指出，其余照常导入。"""
    from hub.commands.registry import import_file

    raise typer.Exit(import_file(_settings(data_dir=data_dir), file))


@evaluate_app.command("detection")
def evaluate_detection_command(
    mot: Annotated[Path, typer.Option(help="MOTChallenge 目录")], as_json: Json = False
) -> None:
    """按真值评估整条检测跟踪流水线。"""
    from hub.footage.errors import SourceError
    from hub.vision.description.describer import Describer
    from hub.vision.detector import PersonDetector
    from hub.vision.evaluate import evaluate_detection

    try:
        report = evaluate_detection(mot, detector=PersonDetector(), describer=Describer())
    except (SourceError, ValueError, OSError, RuntimeError) as error:
        fail(str(error))
    _print(report) if as_json else typer.echo(report)


@evaluate_app.command("retrieval")
def evaluate_retrieval_command(
    crops: Annotated[Path, typer.Option(help="按 Market-1501 命名的行人截图目录")], as_json: Json = False
) -> None:
    """评估以图找人（经由实际存储与检索）。"""
    from hub.sightings.evaluate import evaluate_retrieval

    try:
        report = evaluate_retrieval(crops)
    except (ValueError, OSError, Refusal) as error:
        fail(str(error))
    _print(report) if as_json else typer.echo(report)


@evaluate_app.command("colours")
def evaluate_colours_command(
    crops: Annotated[Path, typer.Option(help="按 Market-1501 命名的行人截图目录")],
    attributes: Annotated[Path, typer.Option(help="属性 JSON")],
    as_json: Json = False,
) -> None:
    """评估衣着颜色命名。"""
    from hub.sightings.evaluate import evaluate_colours

    try:
        report = evaluate_colours(crops, attributes)
    except (ValueError, OSError) as error:
        fail(str(error))
    _print(report) if as_json else typer.echo(report)


@certificates_app.command("make")
def certificates_make(
    name: Annotated[list[str] | None, typer.Option(help="访问中枢用的主机名，可多次")] = None,
    address: Annotated[list[str] | None, typer.Option(help="访问中枢用的 IP 地址，可多次")] = None,
    new_authority: Annotated[bool, typer.Option("--new-authority", help="更换根证书（每部手机都要重新信任）")] = False,
    data_dir: DataDir = None,
) -> None:
    """建立根证书（已有则沿用），签发中枢和消息服务器的证书。"""
    from hub.commands.certificates import make

    make(_settings(data_dir=data_dir), name or [], address or [], new_authority)


@certificates_app.command("show")
def certificates_show(data_dir: DataDir = None) -> None:
    """列出证书的名称、到期日和根证书指纹。"""
    from hub.commands.certificates import show

    show(_settings(data_dir=data_dir))


@certificates_app.command("renew")
def certificates_renew(data_dir: DataDir = None) -> None:
    """立即续期（运行中的中枢每分钟自查，到期前 30 天自动续期）。"""
    from hub.commands.certificates import renew

    renew(_settings(data_dir=data_dir))


@audit_app.command("verify")
def audit_verify(
    public_key: Annotated[Path | None, typer.Option(help="另存的公钥（默认用数据目录中的）")] = None,
    checkpoints: Annotated[Path | None, typer.Option(help="另存的检查点文件（默认用数据目录中的）")] = None,
    data_dir: DataDir = None,
) -> None:
    """核对审计日志是否完整未改。"""
    from hub.commands.audit import verify

    verify(_settings(data_dir=data_dir), public_key, checkpoints)


@audit_app.command("show")
def audit_show(
    person: Annotated[str | None, typer.Option(help="只看此人")] = None,
    action: Annotated[str | None, typer.Option(help="只看此动作，如 search")] = None,
    case_id: Annotated[str | None, typer.Option("--case", help="只看此案件")] = None,
    before: Annotated[int | None, typer.Option(min=1, help="此编号之前的")] = None,
    limit: Annotated[int, typer.Option(min=1, max=500, help="条数")] = 50,
    data_dir: DataDir = None,
) -> None:
    """查看审计记录，新的在前；查看本身也会记录。"""
    from hub.access.audit_pages import AuditQuery
    from hub.commands.audit import show

    query = AuditQuery(person=person, action=action, case_id=case_id, before=before, limit=limit)
    show(_settings(data_dir=data_dir), query)


@audit_app.command("export")
def audit_export(file: Annotated[Path, typer.Argument(help="要写的文件，须不存在")], data_dir: DataDir = None) -> None:
    """导出全部审计记录（每行一条 JSON，含哈希和签名）；导出本身也会记录。"""
    from hub.commands.audit import export

    export(_settings(data_dir=data_dir), file)


@bench_app.command("voice")
def bench_voice(
    radios: Annotated[int, typer.Option(min=1, max=1000, help="对讲机数")] = 130,
    frame_ms: Annotated[int, typer.Option(min=20, max=120, help="每个语音包的毫秒数，20 的倍数")] = 20,
    seconds: Annotated[float, typer.Option(min=1, max=600, help="每轮讲话的秒数")] = 20,
    broker: Annotated[str, typer.Option(help="embedded 或 mosquitto")] = "mosquitto",
    runs: Annotated[int, typer.Option(min=1, max=20, help="轮数，取中位数")] = 3,
    as_json: Json = False,
) -> None:
    """测量全体呼叫：中枢转发比直连消息服务器慢多少。"""
    from hub.commands.bench import measure_voice

    measure_voice(radios, frame_ms, seconds, broker, runs, as_json)


@bench_app.command("alerts")
def bench_alerts(
    radios: Annotated[int, typer.Option(min=1, max=15_000, help="对讲机数")] = 130,
    count: Annotated[int, typer.Option(min=1, max=200, help="先后发出几次警情")] = 20,
    as_json: Json = False,
) -> None:
    """测量警情从按键到最后一部对讲机收到、从保安按键到控制台显示要多久。"""
    from hub.commands.bench import measure_alerts

    measure_alerts(radios, count, as_json)


@bench_app.command("events")
def bench_events(
    consoles: Annotated[int, typer.Option(min=1, max=400, help="控制台数")] = 100,
    per_s: Annotated[float, typer.Option(min=1, max=20_000, help="每秒事件数")] = 2000,
    seconds: Annotated[float, typer.Option(min=0.2, max=60, help="每轮的秒数")] = 10,
    runs: Annotated[int, typer.Option(min=1, max=20, help="轮数，取中位数")] = 3,
    as_json: Json = False,
) -> None:
    """测量事件多久到达每个控制台，以及有一个控制台不读时其他控制台慢多少。"""
    from bench.events import Plan
    from hub.commands.bench import measure_events

    measure_events(Plan(consoles, per_s, seconds, runs), as_json)


@bench_app.command("mouth-to-ear")
def bench_mouth_to_ear(
    sentences: Annotated[int, typer.Option(min=1, max=30, help="每轮讲几句话，每句一次按键")] = 6,
    broker: Annotated[str, typer.Option(help="embedded 或 mosquitto")] = "mosquitto",
    runs: Annotated[int, typer.Option(min=1, max=20, help="轮数")] = 3,
    as_json: Json = False,
) -> None:
    """测量值班员的话从话筒到对讲机喇叭的延迟（需要 Chromium 和 espeak-ng）。"""
    from hub.commands.bench import measure_mouth_to_ear

    measure_mouth_to_ear(sentences, broker, runs, as_json)


@bench_app.command("capacity")
def bench_capacity(
    seconds: Annotated[float, typer.Option(min=1, max=50, help="每一点讲话的秒数，分三段")] = 6,
    groups: Annotated[str, typer.Option(help="同时有人讲话的对讲组数，由小到大")] = "1,5,10,20,26,32,43,65",
    radios: Annotated[
        str, typer.Option(help="一个对讲组里的对讲机数，由小到大")
    ] = "50,130,300,600,1000,1300,1600,2000",
    as_json: Json = False,
) -> None:
    """测量能有多少对讲组同时通话、一组能有多少对讲机。"""
    from hub.commands.bench import measure_capacity

    measure_capacity(seconds, groups, radios, as_json)


@bench_app.command("plot")
def bench_plot(
    file: Annotated[Path, typer.Argument(help="bench capacity --json 或 bench together --json 的输出")],
    out: Annotated[Path, typer.Option(help="图所在的目录")] = Path("docs/plots"),
) -> None:
    """把测量结果画成 SVG 图。"""
    from hub.commands.bench import plot

    plot(file, out)


@bench_app.command("together")
def bench_together(
    radios: Annotated[int, typer.Option(min=1, max=130, help="对讲机数")] = 130,
    cameras: Annotated[int, typer.Option(min=1, max=12, help="摄像头数")] = 12,
    sightings: Annotated[int, typer.Option(min=0, max=1_000_000, help="库中已有的出现记录数")] = 20_000,
    seconds: Annotated[float, typer.Option(min=6, max=55, help="每一项单独、以及全部一起的秒数")] = 15,
    runs: Annotated[int, typer.Option(min=1, max=20, help="轮数，取中位数")] = 3,
    films: Annotated[Path, typer.Option(help="模拟社区目录，没有就生成")] = Path("var/community"),
    as_json: Json = False,
) -> None:
    """测量通话、警情、摄像头、检索同时进行时各比单独时慢多少。"""
    from bench.together_figures import Plan
    from hub.commands.bench import measure_together

    measure_together(films, Plan(radios, cameras, sightings, seconds, runs), as_json)


@simulate_app.command("faults")
def simulate_faults(
    alerts: Annotated[int, typer.Option(min=1, max=100_000, help="警情数，每条发给所有对讲机")] = 2_000,
    faults: Annotated[int, typer.Option(min=0, max=10_000, help="故障数")] = 200,
    radios: Annotated[int, typer.Option(min=1, max=250, help="对讲机数")] = 130,
    seed: Annotated[int, typer.Option(help="故障的种类和时刻由它决定")] = 1,
    broker: Annotated[str, typer.Option(help="mosquitto 或 embedded")] = "mosquitto",
    as_json: Json = False,
) -> None:
    """一边制造故障（断电、断线、磁盘满……）一边发警情，核对每条警情人人收到一次、确认不丢。"""
    from hub.commands.simulate import faults as play

    raise typer.Exit(play(alerts, faults, radios, seed, broker, as_json))
