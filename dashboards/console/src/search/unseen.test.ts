import { expect, test } from "vitest";

import { en } from "../language/en";
import { zh } from "../language/zh";
import type { Camera, SearchAnswer } from "../room/types";
import { blindNow, byTimeAway, offLineCounts, offLineWords, unseenInShort, unseenLines, unseenNow } from "./unseen";

const ZONE = "Asia/Shanghai";
const NOON_MS = Date.UTC(2026, 10, 23, 4);
const MINUTE_MS = 60_000;
const IN_CHINESE = { texts: zh, zone: ZONE, nowMs: NOON_MS };
const IN_ENGLISH = { texts: en, zone: ZONE, nowMs: NOON_MS };
const away = (camera_id: string, is_now: boolean, ...spans_ms: [number, number][]) => ({
  camera_id,
  is_now,
  since_at_ms: null,
  spans_ms,
});
const AWAY_NOW = away("now", true, [NOON_MS - 90 * MINUTE_MS, NOON_MS - 80 * MINUTE_MS], [NOON_MS - 5 * MINUTE_MS, NOON_MS]);
const AWAY_LONG = away("long", false, [NOON_MS - 1500 * MINUTE_MS, NOON_MS - 1400 * MINUTE_MS]);
const AWAY_SHORTLY = away("short", false, [NOON_MS - 20_000, NOON_MS - 10_000]);

test("cameras away now come first, then those that were longest, and the shortest are not counted", () => {
  const all = [AWAY_SHORTLY, AWAY_LONG, AWAY_NOW];
  expect(byTimeAway(all).map((one) => one.camera_id)).toEqual(["now", "long", "short"]);
  expect(offLineCounts(all)).toEqual({ now: 1, before: 1 });
});

test.each([
  [AWAY_NOW, "门口：10:30–10:40、11:55 起离线", "Gate: off line 10:30–10:40, since 11:55"],
  [AWAY_LONG, "门口：11-22 11:00–11-22 12:40 离线", "Gate: off line 11-22 11:00–11-22 12:40"],
  [AWAY_SHORTLY, "门口：11:59（10 秒）离线", "Gate: off line 11:59 (10 s)"],
  [away("C1", true), "门口：离线", "Gate: off line"],
])("times away are told in words", (one, chinese, english) => {
  expect(offLineWords(one, "门口", IN_CHINESE)).toBe(chinese);
  expect(offLineWords(one, "Gate", IN_ENGLISH)).toBe(english);
});

const WELL: SearchAnswer["coverage"] = {
  cameras_searched: 9,
  sightings_considered: 5,
  cameras_off_line: [],
  cameras_unclear: [],
  looks_shed_share: 0.004,
  cameras_shed: [],
};
const COVERED_NOW = { camera_id: "yard", picture: "covered" as const, is_now: true, spans_ms: [[NOON_MS - 5 * MINUTE_MS, NOON_MS] as [number, number]] };
const SHED_NORTH = { camera_id: "north", share: 0.31, spans_ms: [[NOON_MS - 30 * MINUTE_MS, NOON_MS - 20 * MINUTE_MS] as [number, number]] };
const ILL: SearchAnswer["coverage"] = {
  ...WELL,
  cameras_off_line: [AWAY_NOW],
  cameras_unclear: [
    { camera_id: "hall", picture: "dark", is_now: false, spans_ms: [[NOON_MS - 40 * MINUTE_MS, NOON_MS - 30 * MINUTE_MS]] },
    COVERED_NOW,
    { camera_id: "yard", picture: "moved", is_now: false, spans_ms: [[NOON_MS - 9 * MINUTE_MS, NOON_MS - 9 * MINUTE_MS + 20_000]] },
  ],
  looks_shed_share: 0.023,
  cameras_shed: [
    SHED_NORTH,
    { camera_id: "south", share: 0.97, spans_ms: [[NOON_MS - 30 * MINUTE_MS, NOON_MS - 20 * MINUTE_MS]] },
  ],
  cameras_masked: [{ camera_id: "shop", share: 0.12 }],
};

test("nothing is said of what could not be seen when all is well", () => {
  expect(unseenInShort(WELL, zh)).toBe("");
  expect(unseenLines(WELL, (id) => id, IN_CHINESE)).toEqual([]);
});

test("what could not be seen is said in one line, and of each camera when", () => {
  expect(unseenInShort(ILL, zh)).toBe("1 个离线，2 个曾画面异常，2% 画面未分析，1 个有遮挡");
  expect(unseenInShort(ILL, en)).toBe("1 camera off line, 2 with a bad picture, 2% not analysed, 1 masked");
  expect(unseenLines(ILL, (id) => id, IN_CHINESE)).toEqual([
    "now：10:30–10:40、11:55 起离线",
    "yard：11:55 起镜头被遮挡",
    "hall：11:20–11:30 画面过暗",
    "yard：11:51（20 秒）镜头被移动",
    "机器繁忙，共 2% 画面未分析",
    "north：11:30–11:40 约三成画面未分析",
    "south：11:30–11:40 几乎全部画面未分析",
    "shop：画面遮挡 12%",
  ]);
  expect(unseenLines(ILL, (id) => id, IN_ENGLISH)[1]).toBe("yard: covered since 11:55");
  expect(unseenLines(ILL, (id) => id, IN_ENGLISH)[5]).toBe("north: about 30% of pictures not analysed 11:30–11:40");
});

test("a share is told where one camera had many looks left out, however small it is in all", () => {
  const small = { ...WELL, cameras_shed: [SHED_NORTH] };
  expect(unseenInShort(small, zh)).toBe("不到 1% 画面未分析");
  expect(unseenLines(small, (id) => id, IN_CHINESE)).toEqual(["机器繁忙，共不到 1% 画面未分析", "north：11:30–11:40 约三成画面未分析"]);
});

test("cameras that cannot see now are those off line and those with a bad picture, each once", () => {
  const both = { ...ILL, cameras_unclear: [COVERED_NOW, { ...COVERED_NOW, camera_id: "now" }] };
  expect(unseenNow(both)).toEqual(["now", "yard"]);
});

test("a watch cannot see through its live cameras at which nobody looks, nor through a bad picture", () => {
  const camera = (camera_id: string, venue_id: string | null, looked_at: boolean, recording = false, picture = "clear") =>
    ({ camera_id, venue_id, looked_at, recording, picture }) as Camera;
  const cameras = [
    camera("C1", "V1", false),
    camera("C2", "V2", true),
    camera("C3", null, false),
    camera("film", "V1", false, true),
    camera("C4", "V2", true, false, "covered"),
  ];
  const blind = (query: object) => blindNow(query, cameras).map((one) => one.camera_id);
  expect(blind({})).toEqual(["C1", "C3", "C4"]);
  expect(blind({ venue_ids: ["V1"] })).toEqual(["C1"]);
  expect(blind({ camera_ids: ["C3", "C2"] })).toEqual(["C3"]);
});
