// When voice is played, stretched or dropped.
import { describe, expect, test } from "vitest";

import { JITTER_BUFFER_S, Playout, SenderClock } from "./playout";

const FRAME_US = 20_000;

describe("playout", () => {
  test("keeps even spacing while frames come unevenly within the buffer", () => {
    const playout = new Playout();
    const arrivals = [10, 10.045, 10.046, 10.09];
    const plays = arrivals.map((nowS, index) => playout.schedule(index * FRAME_US, nowS));
    plays.forEach((atS, index) => expect(atS).toBeCloseTo(10 + JITTER_BUFFER_S + index * 0.02, 9));
  });

  test("stretches the delay for a late frame and keeps what follows in step", () => {
    const playout = new Playout();
    playout.schedule(0, 10);
    const late = playout.schedule(FRAME_US, 10.2);
    expect(late).toBeCloseTo(10.22, 9);
    expect(playout.schedule(2 * FRAME_US, 10.201)).toBeCloseTo(10.24, 9);
    expect(playout.dropped).toBe(0);
  });

  test("drops a frame that would be more than 400 ms late instead of playing it", () => {
    const playout = new Playout();
    playout.schedule(0, 10);
    expect(playout.schedule(FRAME_US, 10.6)).toBeNull();
    expect(playout.dropped).toBe(1);
  });

  test("leaves silence where frames are missing", () => {
    const playout = new Playout();
    playout.schedule(0, 10);
    expect(playout.schedule(5 * FRAME_US, 10.1)).toBeCloseTo(10 + JITTER_BUFFER_S + 0.1, 9);
  });
});

describe("a packet's age", () => {
  test("is what it took longer than the quickest packet of the same boot", () => {
    const clock = new SenderClock();
    expect(clock.ageMs(1, 1_000_000, 5_000_000)).toBe(0);
    expect(clock.ageMs(1, 1_020_000, 5_520_000)).toBeCloseTo(500, 0);
    expect(clock.ageMs(2, 0, 5_520_000)).toBe(0);
  });

  test("does not grow with two clocks that drift apart", () => {
    const clock = new SenderClock();
    let age = 0;
    for (let s = 0; s < 7200; s += 1) age = clock.ageMs(1, s * 1e6, s * 1e6 * 1.0001);
    expect(age).toBeLessThan(1);
  });
});
