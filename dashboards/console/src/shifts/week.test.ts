// Weekly times in words and in forms.
import { expect, test } from "vitest";

import { en } from "../language/en";
import { zh } from "../language/zh";
import { draftOf, openingsOf, weekliesOf, weeklyOf, weeklyWords } from "./week";

const weekly = (weekdays: number[], begin: number, end: number) => ({ weekdays, begin_minute: begin * 60, end_minute: end * 60 });

test.each([
  [weekly([1, 2, 3, 4, 5], 8, 18), "周一至周五 08:00–18:00", "Mon to Fri 08:00–18:00"],
  [weekly([7, 1], 22, 6), "周一、周日 22:00–次日 06:00", "Mon, Sun 22:00–next day 06:00"],
  [weekly([1, 2, 3, 4, 5, 6, 7], 0, 24), "每天 全天", "every day around the clock"],
  [weekly([6], 12, 0), "周六 12:00–24:00", "Sat 12:00–24:00"],
  [weekly([2, 3, 4, 6, 7], 9, 9), "周二至周四、周六、周日 全天", "Tue to Thu, Sat, Sun around the clock"],
])("a weekly time is said as people say it", (time, chinese, english) => {
  expect(weeklyWords(time, zh.week)).toBe(chinese);
  expect(weeklyWords(time, en.week)).toBe(english);
});

test("openings of several days at the same time are one row of the form, and come back from it", () => {
  const weeklies = [weekly([1, 3], 8, 12), weekly([1], 14, 18)];
  expect(openingsOf(weeklies)).toHaveLength(3);
  expect(weekliesOf(openingsOf(weeklies))).toEqual(weeklies);
  expect(weeklies.map((one) => weeklyOf(draftOf(one)))).toEqual(weeklies);
});

test.each(["", "25:00", "8点", "24:30"])("what is no time is no weekly time: %s", (begin) => {
  expect(weeklyOf({ weekdays: [1], begin, end: "18:00", place: "" })).toBeNull();
});

test("a day begins nowhere at 24:00, and no weekday is no time", () => {
  expect(weeklyOf({ weekdays: [1], begin: "24:00", end: "08:00", place: "" })).toBeNull();
  expect(weeklyOf({ weekdays: [], begin: "08:00", end: "18:00", place: "" })).toBeNull();
});

test("times are typed as people type them", () => {
  expect(weeklyOf({ weekdays: [1], begin: "830", end: "20：00", place: "" })).toEqual({ weekdays: [1], begin_minute: 510, end_minute: 1200 });
});
