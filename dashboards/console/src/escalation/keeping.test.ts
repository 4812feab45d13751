// Escalations stay loaded while they are wanted, and as late as what was told last.
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import type { EscalationView } from "./hub";
import { AGAIN_AFTER_MS, keepEscalations, type Keeping, type Views } from "./keeping";

let asked: { alertId: string; answer: (view: EscalationView) => void; fail: () => void }[];
let shown: Views;
let keeping: Keeping;

const view = (alert_id: string, lines: EscalationView["lines"] = []): EscalationView => ({ alert_id, policy: null, lines });
const settled = (): Promise<unknown> => vi.advanceTimersByTimeAsync(0);

beforeEach(() => {
  vi.useFakeTimers();
  asked = [];
  shown = new Map();
  const load = (alertId: string): Promise<EscalationView> =>
    new Promise((answer, fail) => asked.push({ alertId, answer, fail: () => fail(new Error("gone")) }));
  keeping = keepEscalations(load, (views) => {
    shown = views;
  });
});
afterEach(() => vi.useRealTimers());

test("each is loaded once, and anew when more was told of it", async () => {
  keeping.want(new Map([["A1", "0"], ["A2", "0"]]));
  keeping.want(new Map([["A1", "0"], ["A2", "0"]]));
  expect(asked.map((one) => one.alertId)).toEqual(["A1", "A2"]);
  asked[0]?.answer(view("A1"));
  await settled();
  expect([...shown.keys()]).toEqual(["A1"]);
  keeping.want(new Map([["A1", "7"], ["A2", "0"]]));
  expect(asked.map((one) => one.alertId)).toEqual(["A1", "A2", "A1"]);
});

test("what is told while one is being loaded loads it once more, when that is there", async () => {
  for (const told of ["0", "1", "2"]) keeping.want(new Map([["A1", told]]));
  expect(asked).toHaveLength(1);
  asked[0]?.answer(view("A1"));
  await settled();
  expect(asked).toHaveLength(2);
  asked[1]?.answer(view("A1"));
  await settled();
  expect(asked).toHaveLength(2);
});

test("one that could not be loaded is tried again, while it is wanted", async () => {
  keeping.want(new Map([["A1", "0"], ["A2", "0"]]));
  for (const one of asked) one.fail();
  await settled();
  keeping.want(new Map([["A1", "0"]]));
  await vi.advanceTimersByTimeAsync(AGAIN_AFTER_MS);
  expect(asked.map((one) => one.alertId)).toEqual(["A1", "A2", "A1"]);
  keeping.end();
  asked[2]?.fail();
  await vi.advanceTimersByTimeAsync(AGAIN_AFTER_MS);
  expect(asked).toHaveLength(3);
});

test("what is wanted no longer is shown no longer, however late it comes", async () => {
  keeping.want(new Map([["A1", "0"], ["A2", "0"]]));
  asked[0]?.answer(view("A1"));
  await settled();
  keeping.want(new Map());
  asked[1]?.answer(view("A2"));
  await settled();
  expect(shown.size).toBe(0);
});
