// What the police room must look at stands first; what is late is told by its own time.
import { describe, expect, test } from "vitest";

import { behindFirst, byUrgency, isLate, leftMs, needsUs } from "./order";
import type { Ask } from "./types";

const ask = (given: Partial<Ask>): Ask => ({
  ask_id: "H1",
  kind: "whistle",
  matter: null,
  grade: 3,
  text: "",
  place: { latitude: null, longitude: null, accuracy_m: null, venue_id: null },
  grid_ids: [],
  pictures: [],
  case_id: null,
  passes_on: null,
  made_by: "",
  made_by_name: "",
  made_at_ms: 0,
  phase: "waiting",
  answer_by_ms: 100,
  finish_by_ms: 1000,
  deadline_ms: 100,
  level: 0,
  whom: null,
  tally: { waiting: 1, taken: 0, arrived: 0, done: 0, cannot: 0 },
  mine: null,
  lines: [],
  ...given,
});

describe("the order of asks", () => {
  test("a report nobody took and what nobody will do come before what members are still to answer", () => {
    const asks = [
      ask({ ask_id: "under way", phase: "under_way" }),
      ask({ ask_id: "whistle" }),
      ask({ ask_id: "stuck", phase: "stuck", made_at_ms: 2 }),
      ask({ ask_id: "report", kind: "report", made_at_ms: 1 }),
      ask({ ask_id: "grave", kind: "report", grade: 1, made_at_ms: 9 }),
    ];
    expect(byUrgency(asks).map((one) => one.ask_id)).toEqual(["grave", "report", "stuck", "whistle", "under way"]);
    expect(asks.filter(needsUs).map((one) => one.ask_id)).toEqual(["stuck", "report", "grave"]);
    const mine = { person_id: "", name: "", grid_id: null, state_at_ms: 0, text: "", pictures: [] };
    const forMe = (state: "waiting" | "taken") => needsUs(ask({ mine: { ...mine, state } }));
    expect([forMe("waiting"), forMe("taken")]).toEqual([true, false]);
    expect([needsUs(ask({ whom: "asked" })), needsUs(ask({ whom: "officers" }))]).toEqual([false, true]);
  });

  test("late is who has not answered in time, then who is not done in time", () => {
    expect([isLate(ask({}), 99), isLate(ask({}), 100)]).toEqual([false, true]);
    const underWay = ask({ phase: "under_way" });
    expect([isLate(underWay, 999), isLate(underWay, 1000)]).toEqual([false, true]);
    expect(isLate(ask({ phase: "under_way", finish_by_ms: null }), 5000)).toBe(false);
    expect([leftMs(ask({}), 40), leftMs(underWay, 40)]).toEqual([60, 960]);
  });

  test("grids that are late come first, then those that are silent", () => {
    const grid = (grid_id: string, waiting: number, overdue: number) => ({
      grid_id,
      sum: { asked: 9, waiting, taken: 0, arrived: 0, done: 9 - waiting, cannot: 0, overdue },
    });
    const found = behindFirst([grid("done", 0, 0), grid("silent", 3, 0), grid("late", 1, 1)]);
    expect(found.map((one) => one.grid_id)).toEqual(["late", "silent", "done"]);
  });
});
