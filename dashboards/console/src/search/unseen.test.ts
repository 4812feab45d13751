import { expect, test } from "vitest";

import { en } from "../language/en";
import { zh } from "../language/zh";
import type { Camera } from "../room/types";
import { blindNow, byTimeAway, offLineCounts, offLineWords } from "./unseen";

const ZONE = "Asia/Shanghai";
const NOON_MS = Date.UTC(2026, 10, 23, 4);
const MINUTE_MS = 60_000;
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
  [AWAY_SHORTLY, "门口：11:59（10 秒） 离线", "Gate: off line 11:59 (10 s)"],
  [away("C1", true), "门口：离线", "Gate: off line"],
])("times away are told in words", (one, chinese, english) => {
  expect(offLineWords(one, "门口", zh.searchForm, ZONE, NOON_MS)).toBe(chinese);
  expect(offLineWords(one, "Gate", en.searchForm, ZONE, NOON_MS)).toBe(english);
});

test("a watch cannot see through its live cameras at which nobody looks", () => {
  const camera = (camera_id: string, venue_id: string | null, looked_at: boolean, recording = false) =>
    ({ camera_id, venue_id, looked_at, recording }) as Camera;
  const cameras = [camera("C1", "V1", false), camera("C2", "V2", true), camera("C3", null, false), camera("film", "V1", false, true)];
  const blind = (query: object) => blindNow(query, cameras).map((one) => one.camera_id);
  expect(blind({})).toEqual(["C1", "C3"]);
  expect(blind({ venue_ids: ["V1"] })).toEqual(["C1"]);
  expect(blind({ camera_ids: ["C3", "C2"] })).toEqual(["C3"]);
});
