// When coded frames were spoken.
import { expect, test } from "vitest";

import { MediaTimes } from "./mediaTimes";
import { MEDIA_TICKS_PER_FRAME as FRAME } from "./packet";

test("media time begins at 0 whenever the microphone was opened, and goes on with each frame", () => {
  const times = new MediaTimes();
  const numbers = [7 * FRAME, 8 * FRAME, 9 * FRAME].map((at) => times.submit(at));
  expect(numbers).toEqual([0, 1, 2]);
  expect(numbers.map((number) => times.of(number))).toEqual([0, FRAME, 2 * FRAME]);
});

test("a frame that was lost before the coder leaves a gap, and shifts nothing", () => {
  const times = new MediaTimes();
  const numbers = [0, 1, 4, 5].map((place) => times.submit(place * FRAME));
  expect(numbers.map((number) => times.of(number) / FRAME)).toEqual([0, 1, 4, 5]);
});

test("a frame that the coder loses leaves a gap", () => {
  const times = new MediaTimes();
  [0, 1, 2].forEach((place) => times.submit(place * FRAME));
  expect([0, 2].map((number) => times.of(number) / FRAME)).toEqual([0, 2]);
});

test("what a coder adds at the end follows the last frame", () => {
  const times = new MediaTimes();
  times.of(times.submit(3 * FRAME));
  expect([times.of(1), times.of(2)]).toEqual([FRAME, 2 * FRAME]);
  expect(times.next).toBe(3 * FRAME);
});

test("another microphone, whose clock begins anew in the middle of a burst, goes on where the first ended", () => {
  const times = new MediaTimes();
  const numbers = [8, 9, 0, 1, 3].map((place) => times.submit(place * FRAME));
  expect(numbers.map((number) => times.of(number) / FRAME)).toEqual([0, 1, 2, 3, 5]);
});
