"""``qianshao bench``, ``simulate`` and ``evaluate``: the product tried and measured."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from hub.command_line.options import Json, say_json
from hub.commands.ending import end
from hub.errors import Refusal

bench_app = typer.Typer(help="测量性能", no_args_is_help=True)
simulate_app = typer.Typer(help="用模拟设备试验整套产品", no_args_is_help=True)
evaluate_app = typer.Typer(help="用标注数据评估", no_args_is_help=True)


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
    count: Annotated[int, typer.Option(min=1, max=200, help="先后发出几次警报")] = 20,
    as_json: Json = False,
) -> None:
    """测量警报从按键到最后一部对讲机收到、从保安按键到控制台显示要多久。"""
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


@bench_app.command("footage")
def bench_footage(
    cameras: Annotated[int, typer.Option(min=1, max=200, help="摄像头数，1080p 25 帧，四分之一是 H.265")] = 40,
    seconds: Annotated[float, typer.Option(min=5, max=3600, help="每轮录像的秒数")] = 60,
    mbit_per_s: Annotated[float, typer.Option(min=0.2, max=20, help="每路主码流的码率")] = 2.0,
    runs: Annotated[int, typer.Option(min=1, max=20, help="轮数，取中位数")] = 3,
    live_seconds: Annotated[float, typer.Option(min=0, max=300, help="在浏览器里看直播的秒数，0 为不看")] = 10,
    month_cameras: Annotated[
        int, typer.Option(min=0, max=2000, help="在多少个摄像头 30 天的录像里查找，0 为不查")
    ] = 831,
    as_json: Json = False,
) -> None:
    """测量多路同时录像：处理器、丢失的画面、写入量、找到第一帧要多久、直播延迟（直播需要 Chromium）。"""
    from bench.footage_figures import Plan
    from hub.commands.bench import measure_footage

    measure_footage(Plan(cameras, seconds, mbit_per_s, runs, live_seconds, month_cameras), as_json)


@bench_app.command("vision")
def bench_vision(
    videos: Annotated[
        Path | None, typer.Option(help="视频目录；不给就用模拟街道的四段：无人、只有时钟、偶尔有人、一直拥挤")
    ] = None,
    runs: Annotated[int, typer.Option(min=1, max=20, help="轮数，取中位数")] = 3,
    live: Annotated[bool, typer.Option(help="再让目标数量的模拟摄像头实时播放，由占用一个核的分析进程来看")] = False,
    seconds: Annotated[float, typer.Option(min=10, max=600, help="每一种实时播放的秒数")] = 30,
    as_json: Json = False,
) -> None:
    """测量视频分析每一步要多少处理器时间、一个核能看多少路 480x360 摄像头、每路占多少内存。"""
    from bench.vision_figures import Plan
    from hub.commands.bench import measure_vision

    measure_vision(Plan(videos, runs, seconds if live else 0), as_json)


@bench_app.command("search")
def bench_search(
    sightings: Annotated[int, typer.Option(min=50_000, max=200_000_000, help="库中 30 天的出现记录数")] = 100_000_000,
    directory: Annotated[Path, typer.Option(help="数据目录，没有就生成；一亿条约 12 GB")] = Path("var/bench-search"),
    taking_in_s: Annotated[float, typer.Option(min=1, max=600, help="边入库边检索，每种问法的秒数")] = 15,
    as_json: Json = False,
) -> None:
    """测量在 831 个摄像头 30 天的出现记录里检索要多久，同时入库时慢多少，结果是否精确。"""
    from bench.search_figures import Plan
    from hub.commands.bench import measure_search

    measure_search(Plan(sightings, directory, taking_in_s), as_json)


@bench_app.command("watch")
def bench_watch(
    community: Annotated[Path, typer.Option(help="模拟社区目录（make demo 生成）")] = Path("var/community"),
    seconds: Annotated[float, typer.Option(min=20, max=3600, help="摄像头播放多久")] = 120,
    as_json: Json = False,
) -> None:
    """测量布控：从目标确认到值班台收到提示要多久，提示时人是否仍在画面中，一千个布控一个核每秒能比对多少条。"""
    from hub.commands.bench import measure_watch

    measure_watch(community, seconds, as_json)


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
    """测量通话、警报、摄像头、检索同时进行时各比单独时慢多少。"""
    from bench.together_figures import Plan
    from hub.commands.bench import measure_together

    measure_together(films, Plan(radios, cameras, sightings, seconds, runs), as_json)


@simulate_app.command("faults")
def simulate_faults(
    alerts: Annotated[int, typer.Option(min=1, max=100_000, help="警报数，每条发给所有对讲机")] = 2_000,
    faults: Annotated[int, typer.Option(min=0, max=10_000, help="故障数")] = 200,
    radios: Annotated[int, typer.Option(min=1, max=250, help="对讲机数")] = 130,
    seed: Annotated[int, typer.Option(help="故障的种类和时刻由它决定")] = 1,
    broker: Annotated[str, typer.Option(help="mosquitto 或 embedded")] = "mosquitto",
    database: Annotated[str, typer.Option(help="sqlite 或 postgresql")] = "sqlite",
    as_json: Json = False,
) -> None:
    """一边制造故障（断电、断线、磁盘满……）一边发警报，核对每条警报人人收到一次、确认不丢。"""
    from hub.commands.simulate import faults as play

    raise typer.Exit(play(alerts, faults, radios, seed, broker, database, as_json))


@simulate_app.command("missing-child")
def simulate_missing_child(
    seed: Annotated[int, typer.Option(min=0, help="社区、孩子的走法、保安和民警的举动都由它决定")] = 1,
    seeds: Annotated[int, typer.Option(min=1, max=1000, help="从 seed 起依次演几个，最后给出中位数")] = 1,
    cameras_off_share: Annotated[float, typer.Option(min=0.0, max=1.0, help="离线摄像头所占的比例")] = 0.0,
    without_search: Annotated[bool, typer.Option("--without-search", help="只发警报，不检索")] = False,
    communities: Annotated[Path, typer.Option(help="模拟社区目录，没有就生成，每个约 100 MB")] = Path(
        "var/missing-child"
    ),
    broker: Annotated[str, typer.Option(help="auto、managed 或 embedded")] = "auto",
    as_json: Json = False,
) -> None:
    """在模拟社区里演一遍走失儿童的处置：从按键到孩子在保安身边要多久，误报几次。"""
    from simulators.missing_child.playing import Plan
    from simulators.missing_child.run import play_all

    plan = Plan(seed, without_search, cameras_off_share, broker)
    try:
        raise typer.Exit(play_all(plan, range(seed, seed + seeds), communities, as_json=as_json))
    except asyncio.CancelledError:
        end("已中止（ended by a signal）", 1)


def _tell(evaluate: Callable[[], object], as_json: bool) -> None:
    """Print the report, or say what cannot be evaluated and end."""
    from hub.footage.errors import SourceError

    try:
        report = evaluate()
    except (SourceError, ValueError, OSError, RuntimeError, Refusal) as error:
        end(str(error))
    say_json(report) if as_json else typer.echo(report)


@evaluate_app.command("detection")
def evaluate_detection_command(
    mot: Annotated[Path, typer.Option(help="MOTChallenge 目录")],
    looks_per_s: Annotated[float, typer.Option(min=0.1, max=25, help="每秒最多看几帧")] = 5.0,
    share: Annotated[
        float | None, typer.Option(min=0.001, max=1, help="检测器用量：每帧折合几幅整图；默认同产品")
    ] = None,
    starts: Annotated[int, typer.Option(min=1, max=25, help="运行几次，各从开头略去 0、1、2…帧，给出均值")] = 1,
    as_json: Json = False,
) -> None:
    """按真值评估整条检测跟踪流水线，并与检测器单独看每一帧相比；说明漏了谁、为什么。"""
    from hub.vision.description.describer import Describer
    from hub.vision.detection.nanodet import NanoDet
    from hub.vision.evaluation.detection import evaluate_detection

    def report() -> object:
        return evaluate_detection(
            mot,
            looks_per_s=looks_per_s,
            share=share,
            starts=starts,
            alone=True,
            detector=NanoDet(),
            describer=Describer(),
        )

    _tell(report, as_json)


@evaluate_app.command("retrieval")
def evaluate_retrieval_command(
    crops: Annotated[Path, typer.Option(help="按 Market-1501 命名的行人截图目录")],
    descriptor: Annotated[str, typer.Option(help="auto、学到的投影 .npz，或描述器文件")] = "auto",
    row: Annotated[str, typer.Option(help="库里每行由什么得来：crop、track 或 picture")] = "crop",
    as_json: Json = False,
) -> None:
    """评估以图找人（经由实际存储与检索）。"""
    from hub.sightings.evaluate import Row, evaluate_retrieval
    from hub.vision.description.choice import open_descriptor

    _tell(lambda: evaluate_retrieval(crops, open_descriptor(descriptor), Row(row)), as_json)


@evaluate_app.command("feedback")
def evaluate_feedback_command(
    crops: Annotated[Path | None, typer.Option(help="按 Market-1501 命名的行人截图目录：以图找人")] = None,
    truth: Annotated[list[Path] | None, typer.Option(help="模拟社区目录，可给多个：以文找人")] = None,
    as_json: Json = False,
) -> None:
    """评估民警说“是他”“不是”之后，其余结果排得好多少。"""
    from hub.sightings.evaluate_feedback import evaluate_feedback
    from hub.vision.description.describer import Describer
    from hub.vision.detection.nanodet import NanoDet

    _tell(lambda: evaluate_feedback(crops, truth or (), NanoDet(), Describer()), as_json)


@evaluate_app.command("colours")
def evaluate_colours_command(
    crops: Annotated[Path, typer.Option(help="按 Market-1501 命名的行人截图目录")],
    attributes: Annotated[Path, typer.Option(help="属性 JSON")],
    as_json: Json = False,
) -> None:
    """评估衣着颜色命名（按轨迹，常数不由受评者学得）。"""
    from hub.vision.evaluation.colours import evaluate_colours

    _tell(lambda: evaluate_colours(crops, attributes), as_json)


@evaluate_app.command("people")
def evaluate_people_command(
    truth: Annotated[Path, typer.Option(help="模拟社区目录，要有真值和录像")] = Path("var/community"),
    as_json: Json = False,
) -> None:
    """按模拟社区的真值评估身高、儿童、走向、速度和同行。"""
    from hub.vision.description.describer import Describer
    from hub.vision.detection.nanodet import NanoDet
    from hub.vision.evaluation.people import evaluate_people

    _tell(lambda: evaluate_people(truth, NanoDet(), Describer()), as_json)


@evaluate_app.command("search")
def evaluate_search_command(
    truth: Annotated[list[Path], typer.Option(help="模拟社区目录，要有真值和录像；可给多个")],
    taught: Annotated[
        list[Path] | None, typer.Option(help="就地自学用的另一天（--day 1）；每个 --truth 给一个，比较学前学后")
    ] = None,
    as_json: Json = False,
) -> None:
    """按模拟社区的真值评估用文字找走失儿童：查得准不准、路径全不全。"""
    from hub.sightings.path.evaluation.measuring import evaluate_search
    from hub.teaching.evaluate_search import evaluate_taught_search
    from hub.vision.description.describer import Describer
    from hub.vision.detection.nanodet import NanoDet

    if taught:
        _tell(lambda: evaluate_taught_search(truth, taught, NanoDet(), Describer()), as_json)
    else:
        _tell(lambda: evaluate_search(truth, NanoDet(), Describer()), as_json)


@evaluate_app.command("attributes")
def evaluate_attributes_command(
    crops: Annotated[Path, typer.Option(help="按 Market-1501 命名的行人截图目录")],
    attributes: Annotated[Path, typer.Option(help="属性 JSON")],
    as_json: Json = False,
) -> None:
    """评估背包和帽子。"""
    from hub.vision.detection.nanodet import NanoDet
    from hub.vision.evaluation.attributes import evaluate_attributes

    _tell(lambda: evaluate_attributes(crops, attributes, NanoDet()), as_json)


@evaluate_app.command("teaching")
def evaluate_teaching_command(
    taught: Annotated[Path | None, typer.Option(help="用来学习的模拟社区目录，要有真值和录像")] = None,
    scored: Annotated[Path | None, typer.Option(help="用来评分的另一个模拟社区目录（另一个 seed）")] = None,
    crops: Annotated[Path | None, typer.Option(help="按 Market-1501 命名的行人截图目录")] = None,
    as_json: Json = False,
) -> None:
    """评估就地自学：学习前后以图找人各有多准，用了多少小时的录像。"""
    from hub.teaching.evaluate import evaluate_teaching
    from hub.vision.description.describer import Describer
    from hub.vision.detection.nanodet import NanoDet

    if (taught is None) != (scored is None) or (taught is None and crops is None):
        end("请给出 --taught 和 --scored，或 --crops (give --taught and --scored, or --crops)")
    _tell(lambda: evaluate_teaching(taught, scored, crops, NanoDet(), Describer()), as_json)
