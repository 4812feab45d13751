import { describe, expect, it } from "vitest";

import { fitted, placed } from "./geometry";

const SUB = { width: 640, height: 360 };

describe("where a box lies over the picture that is shown", () => {
  it("is beside the black bars of a picture that is narrower than its tile", () => {
    expect(fitted({ width: 1600, height: 540 }, { width: 1920, height: 1080 })).toEqual({ left: 320, top: 0, width: 960, height: 540 });
  });

  it("is between those of one that is wider", () => {
    expect(fitted({ width: 640, height: 640 }, SUB)).toEqual({ left: 0, top: 140, width: 640, height: 360 });
  });

  it("is found in pixels of the small stream over the large one", () => {
    const shown = fitted({ width: 1280, height: 800 }, { width: 1920, height: 1080 });
    expect(placed({ left: 320, top: 180, width: 64, height: 90 }, SUB, shown)).toEqual({ left: 640, top: 400, width: 128, height: 180 });
  });

  it("is nowhere before there is a picture", () => {
    expect(fitted({ width: 100, height: 100 }, { width: 0, height: 0 })).toEqual({ left: 0, top: 0, width: 0, height: 0 });
  });
});
