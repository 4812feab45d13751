// Times in the community's zone, and times of day as people type them.
import { describe, expect, test } from "vitest";

import { readTimeOfDay } from "../search/timeOfDay";
import { calendarDay, clockTime, duration, instantOf } from "./time";
import { zh } from "./zh";

const ZONE = "Asia/Shanghai";

describe("time", () => {
  test("is shown in the community's zone", () => {
    const atMs = Date.UTC(2026, 10, 21, 16, 20, 5);
    expect(clockTime(atMs, ZONE)).toBe("00:20:05");
    expect(calendarDay(atMs, ZONE)).toBe("2026-11-22");
  });

  test("typed in the community's zone becomes the right instant", () => {
    expect(instantOf("2026-11-22", "00:20", ZONE)).toBe(Date.UTC(2026, 10, 21, 16, 20));
    expect(instantOf("2026-07-01", "12:00", "Europe/Berlin")).toBe(Date.UTC(2026, 6, 1, 10));
  });

  test("of day is read as people type it", () => {
    expect(["1620", "16:20", "16：20", "7:05", "16点20分"].map(readTimeOfDay)).toEqual([
      "16:20",
      "16:20",
      "16:20",
      "07:05",
      "16:20",
    ]);
    expect(["", "25:00", "16:61", "昨天", "162"].filter((text) => readTimeOfDay(text) !== null)).toEqual([]);
  });

  test("that has passed is said in seconds, then in minutes, then in hours", () => {
    const said = [8400, 119_000, 600_000, 7_199_000, 86_400_000].map((ms) => duration(ms, zh));
    expect(said).toEqual(["8 秒", "119 秒", "10 分钟", "119 分钟", "24 小时"]);
  });
});
