import { describe, expect, it } from "vitest";

import type { Look } from "./look";
import { Looks } from "./matching";

const look = (atMs: number, left = 0): Look => ({
  atUs: atMs * 1000,
  widthPx: 640,
  heightPx: 360,
  isSettled: true,
  isLooked: true,
  motion: { columns: 1, rows: 1, bits: new Uint8Array(1) },
  regions: [],
  detections: [],
  tracks: [{ left, top: 10, width: 20, height: 40, number: 7, seenNow: true }],
  figures: null,
});

describe("the look that belongs to a picture", () => {
  it("waits until its own picture is shown, and is none of those that follow it by more than a tenth of a second", () => {
    const looks = new Looks();
    looks.add(look(1_000));
    looks.add(look(1_200));
    expect(looks.of(960_000)).toBeNull();
    expect(looks.of(1_000_000)?.atUs).toBe(1_000_000);
    expect(looks.of(1_100_000)?.atUs).toBe(1_000_000);
    expect(looks.of(1_100_001)).toBeNull();
    expect(looks.of(1_200_000)?.atUs).toBe(1_200_000);
  });

  it("is found where the other stream's picture of the same moment is dated some milliseconds before it", () => {
    const looks = new Looks();
    looks.add(look(1_000));
    expect(looks.of(985_000)?.atUs).toBe(1_000_000);
  });

  it("may come after a later one", () => {
    const looks = new Looks();
    looks.add(look(1_200));
    looks.add(look(1_000));
    expect(looks.of(1_050_000)?.atUs).toBe(1_000_000);
    expect(looks.of(1_300_000)?.atUs).toBe(1_200_000);
  });

  it("shows where the feet were in the three seconds before it, and nothing after it", () => {
    const looks = new Looks();
    for (let n = 0; n <= 20; n += 1) looks.add(look(n * 200, n));
    const trail = looks.trail(look(3_800, 19), 7);
    expect(trail[0]).toEqual({ x: 4 + 10, y: 50 });
    expect(trail.at(-1)).toEqual({ x: 19 + 10, y: 50 });
    expect(looks.trail(look(3_800), 8)).toEqual([]);
  });
});
