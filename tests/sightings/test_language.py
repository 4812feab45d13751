"""Descriptions as dispatchers type them, in Chinese and English."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from devices.protocol.sightings import COLOURS, Movement
from hub.sightings import query
from hub.sightings.errors import SightingsError
from hub.sightings.language.understand import MAX_LENGTH, understand
from hub.sightings.messages import Age, Near, Query, Understood

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 3, 5, 17, 0, tzinfo=ZONE)
VENUES = (("V1", "鸿福小区"), ("V2", "栖凤大酒店"), ("V3", "安龙第一小学"), ("V4", "Hongfu Estate"))


def read(text: str, now: datetime = NOW) -> Understood:
    return understand(text, VENUES, round(now.timestamp() * 1e6), ZONE)


def clock(moment_ms: int | None) -> str | None:
    return None if moment_ms is None else datetime.fromtimestamp(moment_ms / 1000, ZONE).strftime("%d %H:%M")


@pytest.mark.parametrize(
    ("text", "upper", "lower", "height_m", "age", "since"),
    [
        ("红色上衣蓝裤子的男孩，约一米一，四点二十后在鸿福小区附近", "red", "blue", 1.1, Age.CHILD, "05 16:20"),
        ("red top, blue trousers, about 1.1 m, since 16:20", "red", "blue", 1.1, None, "05 16:20"),
        ("穿红衣服蓝裤子的小女孩 一米一左右 下午四点二十以后", "red", "blue", 1.1, Age.CHILD, "05 16:20"),
        ("红上衣蓝裤子的男孩，约一米一，16:20以后", "red", "blue", 1.1, Age.CHILD, "05 16:20"),
        ("a boy in a red jacket and navy jeans, 110 cm tall, after 4:20 pm", "red", "blue", 1.1, Age.CHILD, "05 16:20"),
        ("上衣是红色的，裤子是蓝色的，身高110厘米", "red", "blue", 1.1, None, None),
        ("上红下蓝，1米1", "red", "blue", 1.1, None, None),
        ("一身黑的男子，一米七五", "black", "black", 1.75, Age.ADULT, None),
        ("child in red", "red", "", None, Age.CHILD, None),
    ],
)
def test_a_whole_line_is_understood(
    text: str, upper: str, lower: str, height_m: float | None, age: Age | None, since: str | None
) -> None:
    said = read(text)
    assert said.description.upper == tuple(upper.split())
    assert said.description.lower == tuple(lower.split())
    assert said.description.height_m == height_m
    assert said.description.age is age
    assert clock(said.since_at_ms) == since
    assert said.not_understood == ()


@pytest.mark.parametrize(
    ("text", "upper", "lower"),
    [
        ("绯色外套", "red", ""),
        ("藏青色外套卡其色裤子", "blue", "brown"),
        ("navy jacket, khaki shorts", "blue", "brown"),
        ("深蓝色牛仔裤，浅灰卫衣", "grey", "blue"),
        ("dark grey hoodie and light blue jeans", "grey", "blue"),
        ("红色或橙色上衣", "red orange", ""),
        ("红白条纹T恤", "red white", ""),
        ("red and white striped shirt, black pants", "red white", "black"),
        ("粉红色连衣裙", "pink", "pink"),
        ("蓝色校服", "blue", "blue"),
        ("裤子黑色，上衣黄色", "yellow", "black"),
        ("wearing a yellow coat", "yellow", ""),
        ("dressed all in black", "black", "black"),
        ("穿红的，黑裤子", "red", "black"),
        ("军绿色夹克配咖啡色长裤", "green", "brown"),
        ("white t-shirt and a green skirt", "white", "green"),
        ("上身白色下身黑色", "white", "black"),
        ("酒红毛衣", "red", ""),
        ("red t shirt, not blue jeans", "red", ""),
        ("穿白色上衣，不是红色", "white", ""),
        ("身穿大红色羽绒服，下穿深蓝色牛仔裤", "red", "blue"),
        ("橘黄色羽绒服", "orange", ""),
        ("burgundy sweater and beige trousers, purple", "red purple", "brown"),
    ],
)
def test_clothes(text: str, upper: str, lower: str) -> None:
    said = read(text).description
    assert (set(said.upper), set(said.lower)) == (set(upper.split()), set(lower.split()))


@pytest.mark.parametrize(
    ("text", "height_m", "tolerance_m"),
    [
        ("一米一", 1.1, 0.1),
        ("一米一五", 1.15, 0.1),
        ("一米零五", 1.05, 0.1),
        ("一米半", 1.5, 0.1),
        ("1米1", 1.1, 0.1),
        ("1米12", 1.12, 0.1),
        ("1.1米", 1.1, 0.1),
        ("1.1m", 1.1, 0.1),
        ("1m10", 1.1, 0.1),
        ("110厘米", 1.1, 0.1),
        ("110公分左右", 1.1, 0.1),
        ("110 cm", 1.1, 0.1),
        ("一百一十厘米", 1.1, 0.1),
        ("一百一厘米", 1.1, 0.1),
        ("身高110", 1.1, 0.1),
        ("110左右", 1.1, 0.1),
        ("一点一米", 1.1, 0.1),
        ("about 1.1 metres tall", 1.1, 0.1),
        ("３ ft 7 in", 1.092, 0.1),
        ("一米到一米二", 1.1, 0.1),
        ("1.0到1.2米", 1.1, 0.1),
        ("100-120cm", 1.1, 0.1),
        ("between 1.0 and 1.3 m", 1.15, 0.15),
        ("一米多", 1.15, 0.15),
        ("一米出头", 1.05, 0.15),
        ("不到一米二", 1.1, 0.1),
        ("under 1.2 m", 1.1, 0.1),
    ],
)
def test_heights(text: str, height_m: float, tolerance_m: float) -> None:
    said = read(text).description
    assert said.height_m == pytest.approx(height_m, abs=0.001)
    assert said.height_tolerance_m == pytest.approx(tolerance_m)


@pytest.mark.parametrize(
    ("text", "since", "until"),
    [
        ("四点二十后", "05 16:20", None),
        ("下午四点二十以后", "05 16:20", None),
        ("4点20分以后", "05 16:20", None),
        ("四点半以后", "05 16:30", None),
        ("四点一刻", "05 16:15", None),
        ("上午九点起", "05 09:00", None),
        ("since 16:20", "05 16:20", None),
        ("since 4 pm", "05 16:00", None),
        ("after 4:20pm yesterday", "04 16:20", None),
        ("昨天下午3点到5点", "04 15:00", "04 17:00"),
        ("between 3 and 4 pm", "05 15:00", "05 16:00"),
        ("两点到三点之间", "05 14:00", "05 15:00"),
        ("16:20到16:45", "05 16:20", "05 16:45"),
        ("from 16:20 to 16:45", "05 16:20", "05 16:45"),
        ("四点半以前", None, "05 16:30"),
        ("before 16:30", None, "05 16:30"),
        ("四点半左右", "05 16:15", "05 16:45"),
        ("最近半小时", "05 16:30", None),
        ("过去30分钟", "05 16:30", None),
        ("十分钟内", "05 16:50", None),
        ("半小时以内", "05 16:30", None),
        ("近两个小时", "05 15:00", None),
        ("一个半小时前", "05 15:30", None),
        ("半小时前", "05 16:30", None),
        ("last 30 minutes", "05 16:30", None),
        ("in the last hour", "05 16:00", None),
        ("20 minutes ago", "05 16:40", None),
        ("刚才", "05 16:50", None),
        ("今天", "05 00:00", None),
        ("today", "05 00:00", None),
        ("昨天", "04 00:00", "05 00:00"),
        ("yesterday", "04 00:00", "05 00:00"),
        ("昨晚八点", "04 20:00", None),
        ("23:30以后", "04 23:30", None),
    ],
)
def test_times(text: str, since: str | None, until: str | None) -> None:
    said = read(text)
    assert (clock(said.since_at_ms), clock(said.until_at_ms)) == (since, until)


def test_early_in_the_morning_four_oclock_is_yesterday_afternoon() -> None:
    said = read("四点二十以后", now=datetime(2026, 3, 5, 3, 0, tzinfo=ZONE))
    assert clock(said.since_at_ms) == "04 16:20"


@pytest.mark.parametrize(
    ("text", "venue_ids"),
    [
        ("在鸿福小区附近", ("V1",)),
        ("鸿福门口", ("V1",)),
        ("栖凤大酒店和鸿福小区", ("V1", "V2")),
        ("near Hongfu Estate", ("V4",)),
        ("安龙第一小学", ("V3",)),
        ("别处", ()),
    ],
)
def test_places(text: str, venue_ids: tuple[str, ...]) -> None:
    assert read(text).venue_ids == venue_ids


@pytest.mark.parametrize(
    ("text", "near"),
    [
        ("在鸿福小区附近", ("V1", 300.0)),
        ("鸿福一带", ("V1", 300.0)),
        ("鸿福小区步行五百米以内", ("V1", 500.0)),
        ("鸿福小区1.5公里范围内", ("V1", 1500.0)),
        ("鸿福小区9公里内", ("V1", 5000.0)),
        ("within 200 m of Hongfu Estate", ("V4", 200.0)),
        ("near the Hongfu Estate", ("V4", 300.0)),
        ("安龙第一小学和鸿福小区周围", ("V1", 300.0)),
        ("鸿福小区", None),
        ("鸿福小区，身高110厘米", None),
    ],
)
def test_how_far_around_a_venue(text: str, near: tuple[str, float] | None) -> None:
    said = read(text)
    assert (said.near and (said.near.venue_id, said.near.within_m)) == near
    assert said.not_understood == ()


@pytest.mark.parametrize(
    "text",
    [
        "四点二十以后从鸿福小区走得到的地方",
        "16:20后鸿福小区能走到的范围",
        "since 16:20 within walking reach of Hongfu Estate",
    ],
)
def test_as_far_as_he_can_have_walked_since_then(text: str) -> None:
    said = read(text)
    assert said.near == Near(venue_id=said.venue_ids[0], since_at_ms=said.since_at_ms)
    assert clock(said.since_at_ms) == "05 16:20"
    assert said.not_understood == ()


def test_as_far_as_he_can_have_walked_since_nobody_says_when_is_near_by() -> None:
    assert read("鸿福小区走得到的地方").near == Near(venue_id="V1", within_m=300)


def test_how_far_around_is_said_back() -> None:
    said = read("红上衣，鸿福小区200米内")
    assert said.words == "红色上衣；在鸿福小区步行 200 米内"
    assert said.words_en == "red top; within 200 m on foot of 鸿福小区"


@pytest.mark.parametrize(
    ("text", "age"),
    [
        ("六岁的孩子", Age.CHILD),
        ("7岁左右", Age.CHILD),
        ("五六岁", Age.CHILD),
        ("six year old girl", Age.CHILD),
        ("a 6-year-old", Age.CHILD),
        ("老人", Age.ADULT),
        ("35岁", Age.ADULT),
        ("a woman", Age.ADULT),
        ("红衣服", None),
    ],
)
def test_ages(text: str, age: Age | None) -> None:
    assert read(text).description.age is age


def test_what_was_not_understood_is_said() -> None:
    assert read("红上衣 火箭 xyzzy").not_understood == ("火箭", "xyzzy")
    assert read("红色衣服，个子一米一").not_understood == ()
    assert read("not red, blue trousers").not_understood == ("not red",)
    assert read("戴红帽子背蓝书包，黄上衣").not_understood == ("红", "蓝")
    assert read("戴红帽子背蓝书包，黄上衣").description.upper == ("yellow",)
    assert read("a red hat and green trousers").description.upper == ()


def test_the_line_is_said_back_in_both_languages() -> None:
    said = read("红上衣蓝裤子的男孩，约一米一，16:20以后，鸿福小区")
    assert said.words == "红色上衣；蓝色裤子；约 1.10 米；儿童；03-05 16:20以后；在鸿福小区"
    assert said.words_en == "red top; blue trousers; about 1.10 m; child; since 03-05 16:20; at 鸿福小区"


def test_a_text_of_endless_length_is_refused() -> None:
    with pytest.raises(SightingsError) as refused:
        read("红" * (MAX_LENGTH + 1))
    assert refused.value.field == "text"


_WORDS = "红 蓝 上衣 裤子 一米一 四点 二十 到 后 半 昨天 最近 小时 前 岁 零 百 点 多 ： ， ~ - ' \0"
_WORDS_EN = "1.1 m 25: 99:99 between and 3 pm red top 100 cm last 1 hours"
_PIECES = st.sampled_from((_WORDS + " " + _WORDS_EN).split(" "))


@settings(max_examples=200, deadline=None)
@example("红1点到昨0")
@given(st.one_of(st.text(max_size=60), st.lists(_PIECES, max_size=14).map("".join), st.lists(_PIECES).map(" ".join)))
def test_anything_typed_gives_a_question_that_can_be_searched_or_is_empty(text: str) -> None:
    if len(text) > MAX_LENGTH:
        return
    said = read(text)
    assert set(said.description.upper) | set(said.description.lower) <= set(COLOURS)
    if said.since_at_ms is not None and said.until_at_ms is not None:
        assert said.since_at_ms <= said.until_at_ms
    described = said.description
    if described.upper or described.lower or described.height_m is not None or described.age is not None:
        query.check(Query(description=described, since_at_ms=said.since_at_ms, until_at_ms=said.until_at_ms))


@pytest.mark.parametrize(
    ("text", "said", "left"),
    [
        (
            "红白条纹上衣的男孩，背着书包",
            {"upper": ("red", "white"), "upper_pattern": ("striped",), "backpack": True},
            (),
        ),
        ("格子衬衫，没背书包，没戴帽子", {"upper_pattern": ("checked",), "backpack": False, "head_wear": False}, ()),
        ("穿印花T恤、戴小黄帽的女孩", {"upper_pattern": ("printed",), "head_wear": True}, ("黄",)),
        ("穿碎花上衣，独自往东走", {"upper_pattern": ("printed",), "accompanied": False, "heading_deg": 90.0}, ()),
        ("红衣服的孩子被一个男人带走，向西北方向", {"accompanied": True, "age": Age.CHILD, "heading_deg": 315.0}, ()),
        (
            "和大人一起，纯色蓝外套",
            {"accompanied": True, "age": None, "upper_pattern": ("plain",), "upper": ("blue",)},
            (),
        ),
        ("蓝色书包", {"backpack": True, "upper": ()}, ("蓝",)),
        ("黑色连帽卫衣", {"head_wear": None, "upper": ("black",)}, ()),
        ("格子裤", {"upper_pattern": ()}, ("格子",)),
        ("往西门走", {"heading_deg": None}, ("西门走",)),
        ("站着不动的孩子", {"movement": Movement.STANDING}, ()),
        ("找一个人，红上衣", {"accompanied": None}, ()),
        (
            "a boy with a backpack, striped red shirt, no hat, walking north alone",
            {
                "backpack": True,
                "upper_pattern": ("striped",),
                "head_wear": False,
                "heading_deg": 0.0,
                "accompanied": False,
            },
            (),
        ),
        (
            "girl in a plaid blue jacket with a woman, cap, without a backpack",
            {
                "upper_pattern": ("checked",),
                "accompanied": True,
                "age": Age.CHILD,
                "head_wear": True,
                "backpack": False,
            },
            (),
        ),
    ],
)
def test_what_is_seen_beside_colours_and_size_is_understood(
    text: str, said: dict[str, object], left: tuple[str, ...]
) -> None:
    answer = read(text)
    assert {field: getattr(answer.description, field) for field in said} == said
    assert answer.not_understood == left


@pytest.mark.parametrize(
    "text",
    [
        "条纹上衣，背书包，戴帽子，有人同行，向东北走",
        "素色上衣，没背书包，没戴帽子，独自一人，向左走",
        "striped top, backpack, hat, accompanied, heading northeast",
        "plain top, no backpack, no hat, alone, to the left",
    ],
)
def test_what_the_console_says_of_a_description_is_understood_again(text: str) -> None:
    """dashboards/console/src/search/words.ts."""
    said = read(text)
    first = "条纹" in text or "striped" in text
    looks = said.description
    assert looks.upper_pattern == (("striped",) if first else ("plain",))
    assert [looks.backpack, looks.head_wear, looks.accompanied] == [first, first, first]
    assert (looks.heading_deg, looks.movement) == ((45.0, None) if first else (None, Movement.LEFT))
    assert said.not_understood == ()
