// Which venues a drawn shape takes in.
import { expect, test } from "vitest";

import type { Venue } from "../room/types";
import { isInside, rectangle, venuesInside, type Point } from "./inside";

const venue = (venue_id: string, latitude: number, longitude: number): Venue => ({ venue_id, latitude, longitude }) as Venue;

test("a rectangle is the same from whichever corner it was dragged", () => {
  const inside: Point = [25.1, 105.47];
  const outside: Point = [25.12, 105.47];
  for (const [one, other] of [
    [[25.0, 105.4], [25.11, 105.5]],
    [[25.11, 105.5], [25.0, 105.4]],
    [[25.11, 105.4], [25.0, 105.5]],
  ] as [Point, Point][]) {
    expect(isInside(inside, rectangle(one, other))).toBe(true);
    expect(isInside(outside, rectangle(one, other))).toBe(false);
  }
});

test("what lies in the bay of a lasso is not taken in", () => {
  const horseshoe: Point[] = [[0, 0], [0, 9], [9, 9], [9, 6], [3, 6], [3, 3], [9, 3], [9, 0]];
  expect(isInside([6, 1], horseshoe)).toBe(true);
  expect(isInside([6, 8], horseshoe)).toBe(true);
  expect(isInside([6, 4.5], horseshoe)).toBe(false);
  expect(isInside([1, 4.5], horseshoe)).toBe(true);
});

test("a stroke that is no shape takes in nothing", () => {
  for (const stroke of [[], [[1, 1]], [[0, 0], [2, 2]]] as Point[][]) expect(isInside([1, 1], stroke)).toBe(false);
});

test("venues are named in the order in which the room has them", () => {
  const venues = [venue("V3", 1, 1), venue("V1", 5, 5), venue("V2", 2, 2)];
  expect(venuesInside(venues, rectangle([0, 0], [3, 3]))).toEqual(["V3", "V2"]);
});
