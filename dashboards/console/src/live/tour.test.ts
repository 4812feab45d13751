import { describe, expect, it } from "vitest";

import { advance, begin, leftMs, openedAhead, pause, shownOn, stepsOf, turn, type Run, type Tour } from "./tour";

const TOUR: Tour = { name: "夜巡", camera_ids: ["A", "B", "C"], seconds_each: 10, layout: 1 };
const known = (): boolean => true;
const all = (): boolean => true;
const none = (): boolean => false;

function started(tour = TOUR): Run {
  const run = begin(tour, known, 0);
  if (run === null) throw new Error("it has cameras");
  return run;
}

describe("a patrol tour", () => {
  it("shows as many cameras at once as its layout has places, and leaves out those that are gone", () => {
    const tour: Tour = { ...TOUR, camera_ids: ["A", "B", "C", "D", "E", "F"], layout: 4 };
    expect(stepsOf(tour, (id) => id !== "B")).toEqual([["A", "C", "D", "E"], ["F"]]);
    expect(begin(tour, () => false, 0)).toBeNull();
  });

  it("goes on when its time is over, around and around", () => {
    let run = advance(started(), 9_999, all);
    expect(shownOn(run)).toEqual(["A"]);
    run = advance(run, 10_000, all);
    expect([shownOn(run), leftMs(run, 12_000)]).toEqual([["B"], 8_000]);
    run = advance(advance(advance(run, 19_000, all), 20_000, all), 25_000, all);
    run = advance(run, 30_000, all);
    expect(shownOn(run)).toEqual(["A"]);
    expect(run.notSeenBefore).toEqual([]);
  });

  it("opens the next step's cameras a moment before", () => {
    const run = started();
    expect(openedAhead(run, 6_999)).toEqual([]);
    expect(openedAhead(run, 7_000)).toEqual(["B"]);
    expect(openedAhead(pause(run, 7_000), 7_500)).toEqual([]);
  });

  it("passes over a camera that gives no picture within 3 s, and names it until a round sees it", () => {
    let run = advance(started(), 2_999, none);
    expect(shownOn(run)).toEqual(["A"]);
    run = advance(run, 3_000, none);
    expect([shownOn(run), run.notSeen]).toEqual([["B"], ["A"]]);
    run = advance(advance(run, 4_000, all), 13_000, all);
    run = advance(advance(run, 14_000, all), 23_000, all);
    expect([shownOn(run), run.notSeen, run.notSeenBefore]).toEqual([["A"], [], ["A"]]);
    run = turn(advance(run, 24_000, all), 1, 25_000);
    expect(run.notSeen).toEqual([]);
  });

  it("of several at once stays with those that are seen, and names the others", () => {
    const run = advance(started({ ...TOUR, layout: 4 }), 3_000, (id) => id !== "B");
    expect([shownOn(run), run.steps.length]).toEqual([["A", "B", "C"], 1]);
    expect(advance(run, 10_000, (id) => id !== "B").notSeenBefore).toEqual(["B"]);
  });

  it("stands while it is paused, and goes on where it was", () => {
    let run = pause(advance(started(), 4_000, all), 4_000);
    run = advance(run, 60_000, all);
    expect([shownOn(run), leftMs(run, 60_000)]).toEqual([["A"], 6_000]);
    run = pause(run, 60_000);
    expect(leftMs(run, 61_000)).toBe(5_000);
  });

  it("is stepped by hand both ways, while it is paused too", () => {
    let run = turn(started(), -1, 1_000);
    expect(shownOn(run)).toEqual(["C"]);
    run = turn(pause(run, 2_000), 1, 3_000);
    expect([shownOn(run), leftMs(run, 9_000)]).toEqual([["A"], 10_000]);
  });
});
