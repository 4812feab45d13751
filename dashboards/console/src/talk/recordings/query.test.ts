// What the hub is asked for when somebody looks for a recorded call.
import { expect, test } from "vitest";

import { dayName, daysUntil, EVERYTHING, periodOf, playTime, queryText } from "./query";

const ZONE = "Asia/Shanghai";

test("a query asks only for what was chosen", () => {
  expect(queryText(EVERYTHING, null)).toBe("limit=100");
  const query = { ...EVERYTHING, sinceMs: 5, groupId: "grid-G1", talkerId: "R01" };
  expect(queryText(query, 812)).toBe("limit=100&since_ms=5&group_id=grid-G1&talker_id=R01&before=812");
});

test("a day is the community's, from its first minute to its last", () => {
  const { sinceMs, untilMs } = periodOf("2026-11-21", null, null, ZONE);
  expect(sinceMs).toBe(Date.parse("2026-11-20T16:00:00Z"));
  expect(untilMs).toBe(Date.parse("2026-11-21T16:00:00Z"));
});

test("times are of the day, the last minute included", () => {
  const { sinceMs, untilMs } = periodOf("2026-11-21", "16:20", "16:25", ZONE);
  expect(sinceMs).toBe(Date.parse("2026-11-21T08:20:00Z"));
  expect(untilMs).toBe(Date.parse("2026-11-21T08:26:00Z"));
});

test("without a day any time is meant", () => expect(periodOf("", "16:20", null, ZONE)).toEqual({ sinceMs: null, untilMs: null }));

test("days to choose go back from today, with their weekday", () => {
  expect(daysUntil("2026-03-01", 3)).toEqual(["2026-03-01", "2026-02-28", "2026-02-27"]);
  expect(dayName("2026-11-21", "zh-CN")).toBe("11-21 周六");
});

test("a time in a recording is minutes and seconds", () => {
  expect([playTime(0), playTime(7.9), playTime(65)]).toEqual(["0:00", "0:07", "1:05"]);
});
