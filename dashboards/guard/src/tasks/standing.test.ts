// How far an ask is on a phone.
import { expect, test } from "vitest";

import type { Ask } from "../../../console/src/response/types";
import type { Press } from "../answers/kept";
import { dueAtMs, ownState, reportState, stepsFrom, waitingFor } from "./standing";

const none = { waiting: 0, taken: 0, arrived: 0, done: 0, cannot: 0 };
const ask = (given: Partial<Ask> = {}): Ask =>
  ({ ask_id: "H1", phase: "waiting", answer_by_ms: 10, finish_by_ms: 20, tally: none, mine: { state: "waiting" }, ...given }) as Ask;
const pressed = (person_id: string) => ({ ask_id: "H1", step: "take", person_id, text: "" }) as Press;

test("what was pressed here counts before the hub has it, and a colleague's press on the same phone does not", () => {
  expect(waitingFor([ask()], [], "G")).toHaveLength(1);
  expect(waitingFor([ask()], [pressed("G")], "G")).toEqual([]);
  expect(ownState(ask(), [pressed("H")], "G")).toBe("waiting");
});

test("keys lead on from where one is, and none does once it is over", () => {
  expect([stepsFrom(ask(), "taken"), stepsFrom(ask({ phase: "closed" }), "taken")]).toEqual([["arrived", "done", "cannot"], []]);
  expect([dueAtMs(ask(), "waiting"), dueAtMs(ask(), "taken"), dueAtMs(ask(), "done")]).toEqual([10, 20, null]);
});

test("a report says how far the police are", () => {
  const states = [none, { ...none, taken: 1 }, { ...none, arrived: 1, taken: 1 }].map((tally) => reportState({ phase: "waiting", tally }));
  expect([...states, reportState({ phase: "closed", tally: none })]).toEqual(["waiting", "taken", "arrived", "done"]);
});
