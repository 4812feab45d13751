import { describe, expect, it } from "vitest";

import type { Mask } from "../room/types";
import { addCorner, closed, isSame, MOST_MASKS, MOST_POINTS, rebased, withoutMask, type Drawing } from "./masks";

const EMPTY: Drawing = { masks: [], corners: [], kind: "unseen" };
const triangle = (drawing: Drawing): Drawing =>
  closed(addCorner(addCorner(addCorner(drawing, [0, 0]), [0.5, 0]), [0.5, 0.5]));

describe("a mask", () => {
  it("is a polygon of the chosen kind", () => {
    expect(triangle({ ...EMPTY, kind: "unstored" }).masks).toEqual([{ kind: "unstored", points: [[0, 0], [0.5, 0], [0.5, 0.5]] }]);
  });

  it("needs three corners", () => {
    const two = addCorner(addCorner(EMPTY, [0, 0]), [1, 1]);
    expect(closed(two)).toBe(two);
  });

  it("closes by itself at the most corners", () => {
    let drawing = EMPTY;
    for (let number = 0; number < MOST_POINTS; number += 1) drawing = addCorner(drawing, [number / 30, 0.5]);
    expect(drawing).toMatchObject({ corners: [], masks: [{ kind: "unseen" }] });
  });

  it("keeps its corners in the picture", () => {
    expect(addCorner(EMPTY, [-0.1, 1.2]).corners).toEqual([[0, 1]]);
  });

  it("is one too many after the most", () => {
    let drawing = EMPTY;
    for (let number = 0; number < MOST_MASKS; number += 1) drawing = triangle(drawing);
    expect(addCorner(drawing, [0, 0])).toBe(drawing);
    expect(addCorner(withoutMask(drawing, 0), [0, 0]).corners).toHaveLength(1);
  });
});

describe("masks that another saved meanwhile", () => {
  const corner = (x: number): Mask => ({ kind: "unstored", points: [[0, 0], [x, 0], [0, x]] });
  const [kept, taken, theirs, mine] = [corner(0.1), corner(0.2), corner(0.3), corner(0.4)] as [Mask, Mask, Mask, Mask];

  it("stay beside what was drawn here, less what was taken away here", () => {
    expect(rebased([kept, taken], [kept, mine], [kept, taken, theirs])).toEqual([kept, theirs, mine]);
  });

  it("that they took away are not drawn again", () => {
    expect(rebased([kept, taken], [kept, taken, mine], [kept])).toEqual([kept, mine]);
  });

  it("are the same whatever object they came in", () => {
    expect(isSame([kept], [corner(0.1)])).toBe(true);
    expect(isSame([kept], [{ ...kept, kind: "unseen" }])).toBe(false);
    expect(isSame([kept], [kept, mine])).toBe(false);
  });
});
