// Each alert sounds once.
import { expect, test } from "vitest";

import { NONE_SOUNDED, seen, sound } from "./sounding";

test("an alert that comes to the top because another was hidden or is over does not sound again", () => {
  const both = sound(NONE_SOUNDED, ["A2", "A1"], false);
  expect([both.feel, both.play]).toEqual([true, true]);
  const one = sound(both.after, ["A1"], false);
  expect([one.feel, one.play]).toEqual([false, false]);
});

test("an alert that came while one spoke is felt at once and heard afterwards, unless it was seen or is over by then", () => {
  const speaking = sound(NONE_SOUNDED, ["A1"], true);
  expect([speaking.feel, speaking.play]).toEqual([true, false]);
  expect(sound(speaking.after, ["A1"], false)).toMatchObject({ feel: false, play: true });
  expect(sound(speaking.after, [], false).play).toBe(false);
  expect(sound(seen(speaking.after, "A1"), ["A1"], false).play).toBe(false);
});

test("what is remembered has a bound", () => {
  let kept = NONE_SOUNDED;
  for (let number = 0; number < 1000; number += 1) kept = sound(kept, [`A${number}`], false).after;
  expect([kept.felt.length, kept.heard.length]).toEqual([200, 200]);
});
