import { describe, expect, it } from "vitest";

import { Holding, MOST_MS } from "./holding";

describe("how long pictures wait for their looks", () => {
  it("is as long as the looks are late, and a little more", () => {
    const holding = new Holding();
    for (let n = 0; n < 30; n += 1) {
      holding.picture(n * 200_000, n * 200);
      holding.look(n * 200_000, n * 200 + 450);
    }
    expect(holding.delayMs).toBe(480);
    expect(holding.picture(6_000_000, 6_000)).toBe(6_480);
  });

  it("is a second at most, however late looks are", () => {
    const holding = new Holding();
    holding.picture(0, 0);
    holding.look(0, 1_900);
    expect(holding.delayMs).toBe(MOST_MS);
  });

  it("never brings a picture before one that came earlier, nor a word before a picture", () => {
    const holding = new Holding();
    holding.picture(0, 0);
    holding.look(0, 800);
    const before = holding.picture(40_000, 840);
    for (let n = 0; n < 20; n += 1) holding.look(40_000, 845);
    expect(holding.picture(80_000, 880)).toBe(before);
    expect(holding.word(890)).toBe(before);
  });

  it("is not told by a look at a picture that was shown before", () => {
    const holding = new Holding();
    holding.picture(5_000_000, 0);
    const { delayMs } = holding;
    holding.look(4_000_000, 10);
    expect(holding.delayMs).toBe(delayMs);
  });
});
