// A shape drawn for an alert: corner by corner, taken back, closed, moved, and which venues it holds.
import { beforeEach, describe, expect, test } from "vitest";

import type { Venue } from "../room/types";
import { along } from "./along";
import { addPoint, finishDrawing, isDrawing, MOST_POINTS, movePoint, startDrawing, stopDrawing, undoPoint, useDrawing, venuesIn } from "./drawing";
import type { Point } from "./inside";

const venue = (venue_id: string, latitude: number, longitude: number): Venue => ({
  venue_id,
  name: venue_id,
  kind: "hotel",
  grid_id: "G1",
  latitude,
  longitude,
});
const VENUES = [venue("west", 25.1, 105.471), venue("middle", 25.1, 105.475), venue("north", 25.105, 105.475)];
const SQUARE: Point[] = [
  [25.099, 105.47],
  [25.101, 105.47],
  [25.101, 105.476],
  [25.099, 105.476],
];

describe("a shape drawn on the map", () => {
  beforeEach(stopDrawing);

  test("of nothing being drawn a click means something else", () => {
    expect(addPoint([25, 105])).toBe(false);
    expect(useDrawing.getState().points).toEqual([]);
  });

  test("closes with three corners, not with two, and holds what lies inside", () => {
    startDrawing("polygon");
    SQUARE.slice(0, 2).forEach(addPoint);
    finishDrawing();
    expect(isDrawing(useDrawing.getState())).toBe(true);
    SQUARE.slice(2).forEach(addPoint);
    finishDrawing();
    expect(isDrawing(useDrawing.getState())).toBe(false);
    expect(venuesIn(useDrawing.getState(), VENUES)).toEqual(["west", "middle"]);
    expect(addPoint([25, 105])).toBe(false);
  });

  test("a step back opens it again, the next takes the last corner; a corner that moves takes the shape with it", () => {
    startDrawing("polygon");
    SQUARE.forEach(addPoint);
    finishDrawing();
    undoPoint();
    expect(useDrawing.getState()).toMatchObject({ closed: false, points: SQUARE });
    undoPoint();
    expect(useDrawing.getState().points).toEqual(SQUARE.slice(0, 3));
    movePoint(2, [25.1, 105.4701]);
    expect(venuesIn(useDrawing.getState(), VENUES)).toEqual([]);
  });

  test("has no more corners than the hub takes", () => {
    startDrawing("path");
    for (let n = 0; n < MOST_POINTS + 5; n += 1) addPoint([25 + n / 1e4, 105]);
    expect(useDrawing.getState().points).toHaveLength(MOST_POINTS);
  });
});

test("a venue belongs to a path by its distance to the nearest piece, in metres", () => {
  const street: Point[] = [
    [25.1, 105.47],
    [25.1, 105.48],
    [25.11, 105.48],
  ];
  expect(along([25.101, 105.475], street)).toBeCloseTo(111.19, 1);
  expect(along([25.105, 105.481], street)).toBeCloseTo(111.19 * Math.cos((25.105 * Math.PI) / 180), 1);
  expect(along([25.1, 105.469], street)).toBeCloseTo(111.19 * Math.cos((25.1 * Math.PI) / 180), 1);
  expect(along([25.1, 105.47], [[25.1, 105.47]])).toBe(0);
  const shape = { kind: "path", points: street, withinM: 100 } as const;
  expect(venuesIn(shape, VENUES)).toEqual(["west", "middle"]);
});
