// Who is not ready comes first, the longest in a row before the others.
import { expect, test } from "vitest";

import type { RadioReadiness, RadioState } from "./hub";
import { sectionsOf, warmth } from "./sections";

const radio = (radio_id: string, state: RadioState, rest: Partial<RadioReadiness> = {}): RadioReadiness => ({
  radio_id,
  radio_name: radio_id,
  venue_id: radio_id,
  venue_name: radio_id,
  state,
  delivered_s: null,
  answered_s: null,
  battery: null,
  signal: null,
  holder: null,
  clock_behind_s: null,
  warnings: [],
  missed: 0,
  ...rest,
});

test("a list begins with who is missing, the longest in a row first, then by how far the test came", () => {
  const radios = [
    radio("R1", "ready", { answered_s: 2 }),
    radio("R2", "unanswered", { missed: 1 }),
    radio("R3", "off_line", { missed: 1 }),
    radio("R4", "unanswered", { missed: 6 }),
    radio("R5", "ready", { answered_s: 1, warnings: ["low_battery"] }),
    radio("R6", "closed", { missed: 9 }),
    radio("R7", "ready", { answered_s: 90 }),
    radio("R8", "undelivered", { missed: 1 }),
  ];
  const ids = (list: RadioReadiness[]): string => list.map((one) => one.radio_id).join(" ");
  const sections = sectionsOf({ radios });
  expect([ids(sections.missing), ids(sections.attend), ids(sections.ready), ids(sections.closed)]).toEqual([
    "R4 R3 R8 R2",
    "R5",
    "R7 R1",
    "R6",
  ]);
});

test.each([
  [0, 0, null],
  [130, 130, 4],
  [129, 130, 3],
  [111, 130, 2],
  [91, 130, 1],
  [90, 130, 0],
  [0, 1, 0],
])("%i of %i ready is a day of warmth %s", (ready, expected, warm) => {
  expect(warmth({ ready, expected })).toBe(warm);
});
