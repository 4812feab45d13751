"""The story without a visitor: an all-call, an alert, a search, each scored against what truly happened."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from hub.alerts.messages import Alert, NewAlert
from hub.cases.messages import Case, NewCase
from hub.cases.views import SightingView
from hub.footage.coded import CodedPicture, Form, RecordReader
from hub.sightings.messages import Description, Query, SearchAnswer
from simulators.community.truth import Truth, load
from simulators.demo.console import ConsoleLine, TalkLine
from simulators.demo.shown import shows
from simulators.demo.stage import Stage, Told
from simulators.radios.speech import reply_frames

LEAD_S = 6.0
"""The scene begins so long after the camera server, so that the streams flow from its first moment."""
GUARDS_TAKE_S = 22.0
"""Simulated guards acknowledge within 20 s, or never."""
SETTLE_S = 8.0
"""From the child's last moment on a camera until its sighting is stored and searchable."""
HITS = 10
PLAYED_S = 5.0


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What the story came to; times in seconds or milliseconds as named."""

    ready_s: float
    """Until hub, radios and cameras were on line, less ``rendered_s``."""
    rendered_s: float
    """What the first start waited for the films; 0 once they are there."""
    radios: int
    radios_online: int
    voice_radios_heard: int
    voice_relay_p99_ms: float
    guard_answered: bool
    alert_delivered: int
    alert_delivered_s: float
    alert_acknowledged: int
    alert_duplicates: int
    event_gaps: int
    sightings: int
    watch_hits: int
    child_cameras_true: int
    child_cameras_found: int
    cameras: int
    cameras_played_back: int
    """Cameras whose footage of PLAYED_S, while the scene was played, comes picture by picture."""
    search_ms: float

    def missed(self) -> list[str]:
        """The goals that were not met, in words."""
        goals = {
            f"对讲机上线 {self.radios_online}/{self.radios}": self.radios_online == self.radios,
            f"听到呼叫 {self.voice_radios_heard}/{self.radios}": self.voice_radios_heard == self.radios,
            "没有保安用语音回答": self.guard_answered,
            f"警报送达 {self.alert_delivered}/{self.radios}": self.alert_delivered == self.radios,
            "没有人确认警报": self.alert_acknowledged > 0,
            f"重复显示 {self.alert_duplicates} 次": self.alert_duplicates == 0,
            f"事件缺失 {self.event_gaps} 处": self.event_gaps == 0,
            f"找到 {self.child_cameras_found}/{self.child_cameras_true} 路": self.child_cameras_found
            >= 0.8 * self.child_cameras_true
            > 0,
            f"回放 {self.cameras_played_back}/{self.cameras} 路": self.cameras_played_back == self.cameras > 0,
            f"检索用时 {self.search_ms:.0f} 毫秒": self.search_ms < 1000,
        }
        return [words for words, met in goals.items() if not met]


async def play(stage: Stage, community_dir: Path, radios: int, tell: Callable[[Told], None]) -> Report:
    """Play the story on an empty stage. Raises PartFailed, BuildError, TimeoutError."""
    began_s = time.monotonic()
    await stage.start()
    waited_from_s = time.monotonic()
    await stage.wait_films()
    rendered_s = time.monotonic() - waited_from_s
    cameras = await stage.start_cameras(LEAD_S)
    await stage.wait_cameras()
    recorded_from_us = time.time_ns() // 1000
    ready_s = time.monotonic() - began_s - rendered_s
    online = sum(radio.online for radio in (await stage.picture()).radios)
    truth = load(community_dir)
    case = await _open_case(stage)
    query = _query(truth, cameras.t0_wall_us // 1000)
    (await stage.http.post(f"/api/cases/{case.case_id}/watches", content=msgspec.json.encode(query))).raise_for_status()
    async with ConsoleLine.open(stage.http, stage.hub.tls) as line:
        tell(Told("全体呼叫"))
        async with TalkLine.open(stage.http, stage.hub.tls) as talk:
            heard, answered = await talk.call("all", reply_frames() * 3)
        tell(Told("向全部场所发出警报"))
        alert, delivered_s = await _alert(stage, line, radios)
        child_gone_s = max(one.to_s for one in truth.passes(truth.missing_child_id))
        until_s = cameras.t0_wall_us / 1e6 + child_gone_s + SETTLE_S
        while (left_s := until_s - time.time()) > 0:
            tell(Told("摄像头画面播放中，等待走失儿童经过"))
            await asyncio.sleep(min(left_s, 1.0))
        tell(Told("检索走失儿童"))
        answer = await _search(stage, case, query)
        found = await _found(stage, case, answer, truth, cameras.t0_wall_us)
        tell(Told("回放录像"))
        played_back = [one for one in cameras.cameras if await _plays_back(stage, case, one, recorded_from_us)]
        picture = await stage.picture()
        summary = await stage.radios.report()
        return Report(
            ready_s=round(ready_s, 1),
            rendered_s=round(rendered_s, 1),
            radios=radios,
            radios_online=online,
            voice_radios_heard=heard,
            voice_relay_p99_ms=summary.relay.p99_ms,
            guard_answered=answered,
            alert_delivered=sum(one.delivered_at_ms is not None for one in alert.deliveries),
            alert_delivered_s=round(delivered_s, 3),
            alert_acknowledged=sum(one.acknowledged_at_ms is not None for one in alert.deliveries),
            alert_duplicates=summary.duplicates_shown,
            event_gaps=line.gaps,
            sightings=sum(camera.sightings for camera in picture.cameras),
            watch_hits=line.count("watch.hit"),
            child_cameras_true=len(truth.cameras_passed(truth.missing_child_id)),
            child_cameras_found=len(found),
            cameras=len(cameras.cameras),
            cameras_played_back=len(played_back),
            search_ms=round(answer.search_ms, 1),
        )


async def _open_case(stage: Stage) -> Case:
    new = NewCase(title="走失儿童", purpose="家长报案，寻找走失儿童")
    answer = await stage.http.post("/api/cases", content=msgspec.json.encode(new))
    return msgspec.json.decode(answer.raise_for_status().content, type=Case)


def _query(truth: Truth, since_at_ms: int) -> Query:
    """What the mother says of her child: clothes and size, nothing else."""
    child = truth.people[truth.missing_child_id]
    description = Description(upper=(child.upper,), lower=(child.lower,), height_m=round(child.height_m, 1))
    return Query(description=description, since_at_ms=since_at_ms, limit=HITS)


async def _alert(stage: Stage, line: ConsoleLine, radios: int) -> tuple[Alert, float]:
    new = NewAlert(text="走失儿童：女孩，红色上衣，蓝色裤子，约一米一。请留意并报告。")
    began_s = time.monotonic()
    answer = await stage.http.post("/api/alerts", content=msgspec.json.encode(new))
    alert = msgspec.json.decode(answer.raise_for_status().content, type=Alert)
    await line.wait_delivered(alert.alert_id, radios, GUARDS_TAKE_S)
    delivered_s = time.monotonic() - began_s
    await line.wait_acknowledged(alert.alert_id, radios, GUARDS_TAKE_S)
    now = await stage.http.get(f"/api/alerts/{alert.alert_id}")
    return msgspec.json.decode(now.raise_for_status().content, type=Alert), delivered_s


async def _search(stage: Stage, case: Case, query: Query) -> SearchAnswer:
    url = f"/api/cases/{case.case_id}/search"
    answer = await stage.http.post(url, content=msgspec.json.encode(query))
    return msgspec.json.decode(answer.raise_for_status().content, type=SearchAnswer)


async def _found(stage: Stage, case: Case, answer: SearchAnswer, truth: Truth, t0_wall_us: int) -> set[str]:
    """The cameras on which one of the hits is she."""
    passed = set(truth.cameras_passed(truth.missing_child_id))
    found = set()
    for hit in answer.hits:
        url = f"/api/cases/{case.case_id}/sightings/{hit.sighting.sighting_id}"
        seen = msgspec.json.decode((await stage.http.get(url)).raise_for_status().content, type=SightingView)
        camera_id = seen.sighting.camera_id
        if camera_id in passed and shows(seen, truth.missing_child_id, truth, t0_wall_us):
            found.add(camera_id)
    return found


async def _plays_back(stage: Stage, case: Case, camera_id: str, from_us: int) -> bool:
    """Whether some seconds of the scene come from disk: a form, a key picture, and the pictures after it."""
    url = f"/api/cases/{case.case_id}/footage/{camera_id}/pictures"
    asked = {"from_ms": from_us // 1000, "until_ms": from_us // 1000 + round(PLAYED_S * 1000)}
    answer = await stage.http.get(url, params=asked)
    form, *pictures = RecordReader().feed(answer.raise_for_status().content)
    walls_us = [one.wall_us for one in pictures if isinstance(one, CodedPicture)]
    whole = len(walls_us) > 1 and walls_us[0] <= from_us and walls_us[-1] >= from_us + (PLAYED_S - 1) * 1e6
    return isinstance(form, Form) and isinstance(pictures[0], CodedPicture) and pictures[0].key and whole
