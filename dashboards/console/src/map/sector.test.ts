// The ground a camera sees.
import { expect, test } from "vitest";

import { viewSector } from "./sector";

test("a camera that looks east sees east of itself, as far as its range", () => {
  const [camera, ...arc] = viewSector(25, 105, 90, 40, 50);
  expect(camera).toEqual([25, 105]);
  for (const [, longitude] of arc) expect(longitude).toBeGreaterThan(105);
  const [middleLatitude, middleLongitude] = arc[5] ?? [0, 0];
  expect(middleLatitude).toBeCloseTo(25, 6);
  expect((middleLongitude - 105) * 111_320 * Math.cos((25 * Math.PI) / 180)).toBeCloseTo(50, 3);
});
