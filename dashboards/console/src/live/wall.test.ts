import { describe, expect, it } from "vitest";

import { bring, EMPTY, inSight, putAt, readWall, swap, takeAway, type Wall } from "./wall";

const wall = (layout: Wall["layout"], ...cameras: (string | null)[]): Wall => ({
  layout,
  places: EMPTY.places.map((_, index) => cameras[index] ?? null),
});

describe("the wall", () => {
  it("shows a camera from the map in the first free place", () => {
    expect(inSight(bring(wall(4, "A", null, "C"), "B"))).toEqual(["A", "B", "C", null]);
  });

  it("leaves a camera that is in sight where it is", () => {
    const before = wall(4, "A", "B");
    expect(bring(before, "B")).toBe(before);
  });

  it("grows when no place is free, and gives the last place away when it cannot grow", () => {
    expect(bring(wall(4, "A", "B", "C", "D"), "E")).toMatchObject({ layout: 9 });
    const all = wall(16, ..."ABCDEFGHIJKLMNOP");
    expect(inSight(bring(all, "Q")).at(-1)).toBe("Q");
  });

  it("brings a camera back that stood in a place out of sight, and has it once", () => {
    const brought = bring(wall(4, "A", null, null, null, "E"), "E");
    expect(inSight(brought)).toEqual(["A", "E", null, null]);
    expect(brought.places.filter((one) => one === "E")).toHaveLength(1);
  });

  it("swaps two cameras, however it is done", () => {
    expect(inSight(swap(wall(4, "A", "B"), 0, 1))).toEqual(["B", "A", null, null]);
    expect(inSight(putAt(wall(4, "A", "B"), 0, "B"))).toEqual(["B", "A", null, null]);
    expect(inSight(putAt(wall(4, "A", "B"), 3, "A"))).toEqual([null, "B", null, "A"]);
    expect(inSight(takeAway(wall(4, "A", "B"), "A"))).toEqual([null, "B", null, null]);
  });

  it("is read back as it was kept, without cameras that are gone", () => {
    const kept = wall(9, "A", "B", "C");
    expect(readWall(JSON.stringify(kept), (id) => id !== "B")).toEqual(wall(9, "A", null, "C"));
    expect(readWall(JSON.stringify(kept), () => true)).toEqual(kept);
  });

  it.each([null, "", "{", "7", '{"layout":5,"places":[]}', '{"layout":4,"places":"A"}'])("kept as %s is empty", (text) => {
    expect(readWall(text, () => true)).toEqual(EMPTY);
  });
});
