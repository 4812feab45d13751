// An audit record's detail on one line.
import { expect, test } from "vitest";

import { en } from "../language/en";
import { zh } from "../language/zh";
import { detailWords } from "./detail";
import { queryText } from "./hub";

test("a detail says its values by name and leaves out what is empty", () => {
  const detail = { address: "10.0.0.8", reason: null, count: 3, text: "", second_factor: true };
  expect(detailWords(detail, zh, "Asia/Shanghai")).toBe("来源 10.0.0.8 · 次数 3 · 验证器 是");
  expect(detailWords(detail, en, "Asia/Shanghai")).toBe("address 10.0.0.8 · count 3 · second_factor yes");
});

test("a long list says how long it is", () => {
  const devices = ["R1", "R2", "R3", "R4"].map((device_id) => ({ kind: "radio", device_id }));
  expect(detailWords({ devices }, zh, "Asia/Shanghai")).toBe("设备 radio R1, radio R2, radio R3 … (4)");
});

test("a detail that is gone says nothing", () => expect(detailWords(null, zh, "Asia/Shanghai")).toBe(""));

test("times are said by the community's clock", () => {
  expect(detailWords({ camera_id: "C01", from_ms: 1_795_363_200_000 }, zh, "Asia/Shanghai")).toMatch(/^摄像头 C01 · 从 .*00:00/);
});

test("a query asks only for what was filled in", () => {
  expect(queryText({ person: " li ", action: "", case_id: "" }, 812)).toBe("limit=100&before=812&person=li");
});

test("weekly times and kinds of devices are said as everywhere else", () => {
  const weekdays = [1, 2, 3, 4, 5];
  const openings = weekdays.map((weekday) => ({ weekday, begin_minute: 480, end_minute: 1080 }));
  const shifts = [{ place: { kind: "venue", place_id: "V01" }, weekdays, begin_minute: 1200, end_minute: 480 }];
  expect(detailWords({ venue_id: "V01", openings }, zh, "Asia/Shanghai")).toBe("场所 V01 · 营业时间 周一至周五 08:00–18:00");
  expect(detailWords({ person_id: "g1", shifts }, zh, "Asia/Shanghai")).toBe("账号 g1 · 班次 V01 周一至周五 20:00–次日 08:00");
  expect(detailWords({ device_id: "R01", kind: "radio" }, en, "Asia/Shanghai")).toBe("device_id R01 · kind Radio");
});
