// The overdue case stands before the urgent one, and that before what has time.
import { expect, test } from "vitest";

import type { Case } from "../room/types";
import { byUrgency, isOwnedBy } from "./order";

const one = (case_id: string, deadline_ms: number, overdue: number, person_id: string | null = null): Case =>
  ({ case_id, standing: { deadline_ms, overdue, grade: 3, owner: { role: "officer", person_id } } }) as Case;

test("overdue first, then the nearest deadline", () => {
  const cases = [one("late", 900, 0), one("soon", 100, 0), one("overdue", 500, 2), one("overdue-soon", 200, 1)];
  expect(byUrgency(cases).map(({ case_id }) => case_id)).toEqual(["overdue-soon", "overdue", "soon", "late"]);
});

test("a case that waits for whoever is on duty is nobody's own", () => {
  expect([isOwnedBy(one("a", 1, 0, "li"), "li"), isOwnedBy(one("b", 1, 0), "li")]).toEqual([true, false]);
});
