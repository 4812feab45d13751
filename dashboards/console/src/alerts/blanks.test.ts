// The blanks of a template: found, filled from the case, shown where they are empty, and never sent.
import { expect, test } from "vitest";

import type { Case } from "../room/types";
import { blanksOf, filled, fillsFromCase, finished } from "./blanks";

const TEXT = "走失儿童：{衣着}，身高{身高}，最后在{地点}出现。穿{衣着}的孩子请留下。";
const CASE: Case = {
  case_id: "K1",
  title: "",
  standing: { kind: "missing_person", grade: 3, stage: "handle", since_ms: 0, owner: null, deadline_ms: null, overdue: 0 },
  purpose: "",
  opened_at_ms: 0,
  opened_by: "officer",
  closed_at_ms: null,
  outcome: null,
  last_seen_at_ms: Date.UTC(2026, 10, 22, 8, 20),
  last_seen_venue_id: "V001",
  description: { upper: ["red"], lower: ["blue"], height_m: 1.1, height_tolerance_m: null, age: "child" },
  watches: [],
};

test("each blank is asked for once, in its order", () => expect(blanksOf(TEXT)).toEqual(["衣着", "身高", "地点"]));

test("an empty blank stays in sight while one writes, and goes out as unknown", () => {
  const fills = { 衣着: " 红上衣 ", 身高: " " };
  expect(filled(TEXT, fills)).toBe("走失儿童：红上衣，身高{身高}，最后在{地点}出现。穿红上衣的孩子请留下。");
  expect(finished(TEXT, fills)).toBe("走失儿童：红上衣，身高不详，最后在不详出现。穿红上衣的孩子请留下。");
});

test("the open case fills what it knows", () => {
  const names = ["衣着", "身高", "地点", "时间", "车牌"];
  expect(fillsFromCase(names, CASE, "栖凤小学", "Asia/Shanghai")).toEqual({
    衣着: "红色上衣，蓝色裤裙",
    身高: "约 1.10 米",
    地点: "栖凤小学",
    时间: "16:20",
  });
  expect(fillsFromCase(names, null, "", "Asia/Shanghai")).toEqual({});
});
