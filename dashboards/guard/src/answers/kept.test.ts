// Presses that wait on a phone without a connection.
import { expect, test } from "vitest";

import { MOST_KEPT, pressedAgoMs, readKept, without, withPress, type Press } from "./kept";

const press = (message_id: string, given: Partial<Press> = {}): Press => ({
  message_id, person_id: "g1", alert_id: "A1", venue_id: null, answer: null, text: "", wall_ms: 1_000, counted_ms: 500, load: "L1", ...given,
});

test("how long ago is counted by the page, whatever the phone's clock was set to meanwhile", () => {
  expect(pressedAgoMs(press("m"), { wallMs: -90_000, countedMs: 40_500, load: "L1" })).toBe(40_000);
});

test("after the page was loaded again it is the difference of the clock, and never in the future", () => {
  expect(pressedAgoMs(press("m"), { wallMs: 61_000, countedMs: 7, load: "L2" })).toBe(60_000);
  expect(pressedAgoMs(press("m"), { wallMs: 0, countedMs: 7, load: "L2" })).toBe(0);
});

test("they keep their order and have a bound", () => {
  let kept: readonly Press[] = [];
  for (let n = 0; n < MOST_KEPT; n += 1) kept = withPress(kept, press(`m${n}`)) ?? [];
  expect(withPress(kept, press("one more"))).toBeNull();
  expect(without(kept, "m1").slice(0, 2).map((one) => one.message_id)).toEqual(["m0", "m2"]);
});

test("what cannot be read is nothing", () => {
  expect(readKept(JSON.stringify([press("m1"), { message_id: 7 }, null]))).toEqual([press("m1")]);
  for (const text of [null, "{", "7"]) expect(readKept(text)).toEqual([]);
});
