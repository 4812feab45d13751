import { describe, expect, it } from "vitest";

import { Clocked } from "./clocked";
import type { Image, PictureDecoder } from "./decoder";
import type { Picture } from "./records";

const EVERY_US = 100_000;
const KEY_EVERY = 10;
const START_US = 1_790_000_000_000_000;
const at = (number: number): number => START_US + number * EVERY_US;

const picture = (number: number): Picture => ({
  kind: "picture",
  wallUs: at(number),
  mediaUs: number * EVERY_US,
  key: number % KEY_EVERY === 0,
  broken: false,
  data: new Uint8Array(100),
});

/** Gives an image for each picture, and counts those that were not given back. */
class Lender {
  isReady = true;
  lent = 0;
  decoded = 0;
  private given: Picture[] = [];
  get waiting(): number {
    return this.given.length;
  }
  decode(one: Picture): void {
    this.decoded += 1;
    this.given.push(one);
  }
  drop(): void {
    this.given = [];
  }
  next(): Picture | undefined {
    return this.given.shift();
  }
}

/** A film that is played, and the numbers of the pictures that were shown. */
function played(pictures: number) {
  const decoder = new Lender();
  const shown: number[] = [];
  let nowMs = 0;
  const clocked = new Clocked({
    decoder: decoder as unknown as PictureDecoder,
    onShow: (_, wallUs) => shown.push((wallUs - START_US) / EVERY_US),
    nowMs: () => nowMs,
  });
  for (let number = 0; number < pictures; number += 1) clocked.add(picture(number));
  const turn = (): void => {
    clocked.work();
    for (let one = decoder.next(); one !== undefined; one = decoder.next()) {
      decoder.lent += 1;
      expect(decoder.lent).toBeLessThanOrEqual(20);
      clocked.take({ close: () => (decoder.lent -= 1) } as unknown as Image, one.wallUs);
    }
    clocked.work();
  };
  const run = (ms: number): void => {
    for (const endMs = nowMs + ms; nowMs < endMs; nowMs += 10) turn();
  };
  return { clocked, decoder, shown, turn, run };
}

describe("a film that is played back", () => {
  it("shows the picture of a moment and stands there", () => {
    const { clocked, shown, turn } = played(60);
    clocked.playFrom(at(34) + 40_000, 0);
    turn();
    expect([shown, clocked.isHungry]).toEqual([[34], false]);
  });

  it("shows the nearest before a moment that was not fed yet, and the moment's own once it was", () => {
    const { clocked, shown, turn } = played(33);
    clocked.playFrom(at(34) + 40_000, 0);
    turn();
    expect([shown.at(-1), clocked.isHungry]).toEqual([32, true]);
    for (let number = 33; number < 40; number += 1) clocked.add(picture(number));
    turn();
    expect([shown.at(-1), clocked.isHungry]).toEqual([34, false]);
  });

  it("runs by the clock, at any speed", () => {
    const { clocked, shown, run } = played(200);
    clocked.playFrom(at(20), 1);
    run(1_000);
    expect(shown.at(0)).toBe(20);
    expect(shown.at(-1)).toBeGreaterThanOrEqual(29);
    expect(shown.at(-1)).toBeLessThanOrEqual(30);
    expect(shown).toEqual([...new Set(shown)].sort((one, other) => one - other));
    clocked.playFrom(at(20), 4);
    run(1_000);
    expect(shown.at(-1)).toBeGreaterThanOrEqual(58);
  });

  it("of eight times the speed shows key pictures alone", () => {
    const { clocked, decoder, shown, run } = played(200);
    clocked.playFrom(at(0), 8);
    run(1_000);
    expect(shown.every((one) => one % KEY_EVERY === 0)).toBe(true);
    expect(decoder.decoded).toBeLessThan(20);
  });

  it("waits where it was not fed, and goes on when it is", () => {
    const { clocked, shown, run } = played(15);
    clocked.playFrom(at(0), 1);
    run(5_000);
    expect([shown.at(-1), clocked.isHungry]).toEqual([14, true]);
    for (let number = 15; number < 40; number += 1) clocked.add(picture(number));
    run(1_000);
    expect(shown.at(-1)).toBeGreaterThan(20);
    expect(shown.at(-1)).toBeLessThan(40);
  });

  it("stands at the moment that all stand at, also when it was late", () => {
    const { clocked, shown, run, turn } = played(60);
    clocked.playFrom(at(10), 1);
    run(500);
    const before = shown.at(-1) ?? 0;
    clocked.standAt(at(before + 12) + 40_000);
    run(2_000);
    expect([shown.at(-1), clocked.isHungry]).toEqual([before + 12, false]);
    clocked.playFrom(at(0), 8);
    turn();
    clocked.standAt(at(25));
    turn();
    expect(shown.at(-1)).toBe(25);
  });

  it("is stepped picture by picture, on and back, beyond what is kept decoded and over key pictures", () => {
    const { clocked, shown, turn } = played(60);
    clocked.playFrom(at(22), 0);
    turn();
    for (let n = 0; n < 14; n += 1) {
      clocked.step(-1);
      turn();
    }
    expect(shown).toEqual([22, 21, 20, 19, 18, 17, 16, 15, 14, 13, 12, 11, 10, 9, 8]);
    for (let n = 0; n < 14; n += 1) {
      clocked.step(1);
      turn();
    }
    expect(shown.slice(15)).toEqual([9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22]);
  });

  it("gives back every image", () => {
    const { clocked, decoder, turn, run } = played(60);
    clocked.playFrom(at(5), 1);
    run(1_000);
    clocked.step(-1);
    turn();
    clocked.close();
    expect(decoder.lent).toBe(0);
  });
});
