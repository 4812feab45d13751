// An audit record's detail on one line.
import { expect, test } from "vitest";

import { en } from "../language/en";
import { zh } from "../language/zh";
import { detailWords } from "./detail";
import { queryText } from "./hub";

test("a detail says its values by name and leaves out what is empty", () => {
  const detail = { address: "10.0.0.8", reason: null, count: 3, text: "", second_factor: true };
  expect(detailWords(detail, zh.audit)).toBe("来源 10.0.0.8 · 次数 3 · 验证器 是");
  expect(detailWords(detail, en.audit)).toBe("address 10.0.0.8 · count 3 · second_factor yes");
});

test("a long list says how long it is", () => {
  const devices = ["R1", "R2", "R3", "R4"].map((device_id) => ({ kind: "radio", device_id }));
  expect(detailWords({ devices }, zh.audit)).toBe("设备 radio R1, radio R2, radio R3 … (4)");
});

test("a detail that is gone says nothing", () => expect(detailWords(null, zh.audit)).toBe(""));

test("a query asks only for what was filled in", () => {
  expect(queryText({ person: " li ", action: "", case_id: "" }, 812)).toBe("limit=100&before=812&person=li");
});
