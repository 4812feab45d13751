import { describe, expect, it } from "vitest";

import { movingShare, moves, readLook } from "./look";

const SAID = {
  tile: 3,
  look: {
    at_us: 5_000_000,
    width_px: 640,
    height_px: 360,
    settled: true,
    looked: true,
    motion_width_px: 4,
    motion_height_px: 3,
    motion: btoa(String.fromCharCode(0b10010000, 0b00010000)),
    regions: [[0, 0, 320, 360, 0, 0, true]],
    detections: [[10, 20, 30, 60, 0.87, 0, true]],
    tracks: [[11, 21, 30, 60, 0, 7, false]],
    figures: null,
  },
};

describe("the hub's word on a look", () => {
  it("has boxes by name, and a mask of bits, rows one after another", () => {
    const heard = readLook(JSON.stringify(SAID));
    expect(heard?.tile).toBe(3);
    const look = heard?.look ?? null;
    if (look === null) throw new Error("a look");
    expect(look.detections).toEqual([{ left: 10, top: 20, width: 30, height: 60, score: 0.87 }]);
    expect(look.tracks).toEqual([{ left: 11, top: 21, width: 30, height: 60, number: 7, seenNow: false }]);
    const moving = [...Array(12).keys()].filter((cell) => moves(look.motion, cell));
    expect(moving).toEqual([0, 3, 11]);
    expect(movingShare(look.motion)).toBe(0.25);
  });

  it("may be that too many are watched, or no look at all", () => {
    expect(readLook('{"tile":3,"look":null}')).toEqual({ tile: 3, look: null });
    expect(readLook('{"error":{"code":"bad_watch"}}')).toBeNull();
  });
});
