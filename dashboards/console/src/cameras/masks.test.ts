import { describe, expect, it } from "vitest";

import { addCorner, closed, MOST_MASKS, MOST_POINTS, withoutMask, type Drawing } from "./masks";

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
