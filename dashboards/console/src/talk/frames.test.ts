// How a microphone's samples become frames.
import { describe, expect, test } from "vitest";

import { FRAME_SAMPLES, Frames } from "./frames";

const BLOCK = 480;

/** Blocks of 10 ms, each sample its own number; `stamps` are where the microphone says that they begin. */
function cut(stamps: readonly number[]): { at: number; first: number; last: number }[] {
  const frames = new Frames();
  return stamps
    .flatMap((at, index) => frames.take(Float32Array.from({ length: BLOCK }, (_, n) => index * BLOCK + n), at))
    .map((frame) => ({ at: frame.at, first: frame.samples[0] ?? -1, last: frame.samples.at(-1) ?? -1 }));
}

const even = (count: number, from = 0): number[] => Array.from({ length: count }, (_, n) => from + n * BLOCK);

describe("a microphone's frames", () => {
  test("have every sample once, in order, whatever the blocks are", () => {
    const frames = new Frames();
    const found = [128, 1000, 128, 1000, 624].flatMap((length, index, lengths) => {
      const before = lengths.slice(0, index).reduce((sum, one) => sum + one, 0);
      return frames.take(Float32Array.from({ length }, (_, n) => before + n), before);
    });
    expect(found.map((frame) => frame.at)).toEqual([0, FRAME_SAMPLES, 2 * FRAME_SAMPLES]);
    expect(found.flatMap((frame) => [...frame.samples])).toEqual(Array.from({ length: 2880 }, (_, n) => n));
  });

  test("follow one another though the time stamps jitter", () => {
    const jittery = even(200).map((at, n) => at + (n % 7) * 60 + (n === 100 ? 700 : 0));
    expect(cut(jittery).map((frame) => frame.at)).toEqual(Array.from({ length: 100 }, (_, n) => n * FRAME_SAMPLES));
  });

  test("follow one another though the microphone's clock drifts for an hour", () => {
    const frames = new Frames();
    const silence = new Float32Array(BLOCK);
    let latest = 0;
    let count = 0;
    for (let block = 0; block < 360_000; block += 1) {
      for (const frame of frames.take(silence, block * BLOCK * 1.0002)) {
        latest = frame.at;
        count += 1;
      }
    }
    expect(latest).toBe((count - 1) * FRAME_SAMPLES);
  });

  test("leave a gap where samples were lost, and mix nothing from before it with what comes after", () => {
    const frames = cut([...even(5), ...even(4, 5 * BLOCK + 3 * FRAME_SAMPLES)]);
    expect(frames.map((frame) => frame.at / FRAME_SAMPLES)).toEqual([0, 1, 6, 7]);
    expect(frames.map((frame) => frame.first / BLOCK)).toEqual([0, 2, 5, 7]);
  });
});
