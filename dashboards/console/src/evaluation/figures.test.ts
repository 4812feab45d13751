// What the page says of figures: words, changes for better or worse, scales, days, orders.
import { expect, test } from "vitest";

import { byFigure, changeOf, dayAfter, ranksOf, SHOWN, topOf, valueText, type Name } from "./figures";
import type { Evaluation, Figures, Line } from "./types";

const NONE: Figures = {
  alerts: 0,
  acknowledged: 0,
  acknowledged_share: null,
  acknowledge_median_s: null,
  acknowledge_p90_s: null,
  reported: 0,
  report_median_s: null,
  report_p90_s: null,
  overdue: 0,
  roll_calls: 0,
  roll_calls_answered: 0,
  roll_call_share: null,
  exercises: 0,
  exercises_acknowledged: 0,
};
const line = (id: string, share: number | null, few = false): Line => ({ id, name: id, few, figures: { ...NONE, acknowledged_share: share } });

test("a figure that nothing was there for is a dash", () => {
  expect([valueText(null, "share"), valueText(0.948, "share"), valueText(14.94, "seconds"), valueText(12, "count")]).toEqual(["–", "94.8%", "14.9", "12"]);
});

test.each<[Name, Partial<Figures>, Partial<Figures>, string | null, string | null]>([
  ["acknowledged", { acknowledged_share: 0.9 }, { acknowledged_share: 0.95 }, "-5.0%", "worse"],
  ["acknowledged", { acknowledged_share: 0.9 }, {}, null, null],
  ["median", { acknowledge_median_s: 12 }, { acknowledge_median_s: 15 }, "-3.0", "better"],
  ["median", { acknowledge_median_s: 12.01 }, { acknowledge_median_s: 12 }, "±0", "same"],
  ["overdue", { overdue: 4 }, { overdue: 3 }, "+1", "worse"],
  ["alerts", { alerts: 4 }, { alerts: 3 }, "+1", "same"],
])("%s moved", (name, now, before, text, verdict) => {
  const change = changeOf(SHOWN[name], { ...NONE, ...now }, { ...NONE, ...before }, true);
  expect([change?.text ?? null, change?.verdict ?? null]).toEqual([text, verdict]);
});

test("counts of a period that goes on are not held against a whole one", () => {
  const [now, before] = [{ ...NONE, overdue: 1, acknowledged_share: 0.9 }, { ...NONE, overdue: 3, acknowledged_share: 0.8 }];
  expect(changeOf(SHOWN.overdue, now, before, false)).toBeNull();
  expect(changeOf(SHOWN.acknowledged, now, before, false)?.verdict).toBe("better");
});

test("a chart's top holds every value and is a round number", () => {
  expect([topOf([]), topOf([null, 0]), topOf([2]), topOf([2.1]), topOf([39, null]), topOf([41])]).toEqual([2, 2, 2, 4, 40, 60]);
});

test("the day after is the calendar's", () => {
  expect([dayAfter("2026-11-30", 1), dayAfter("2026-03-01", -1), dayAfter("2027-01-01", -1)]).toEqual(["2026-12-01", "2026-02-28", "2026-12-31"]);
});

test("the table goes by a figure, and ranks leave out whoever had few alerts", () => {
  const lines = [line("V1", 0.5), line("V2", 0.9), line("V3", null, true)];
  expect([...lines].sort(byFigure(SHOWN.acknowledged)).map((one) => one.id)).toEqual(["V3", "V1", "V2"]);
  expect([...ranksOf({ lines } as Evaluation)]).toEqual([
    ["V1", 1],
    ["V2", 2],
  ]);
});
