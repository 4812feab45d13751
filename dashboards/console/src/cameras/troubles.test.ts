import { expect, it } from "vitest";

import { needsSomebody, troublesOf } from "./troubles";

const WELL: Parameters<typeof troublesOf>[0] = {
  condition: "online",
  agreement_over: false,
  recording: false,
  recorded: true,
  disk: "ok",
  picture: "clear",
  clock_offset_s: 4.6,
  looked_at: true,
};
const kinds = (changed: Partial<typeof WELL>): string[] => troublesOf({ ...WELL, ...changed }).map((one) => one.kind);

it("a camera that is well has no troubles", () => {
  expect(troublesOf(WELL)).toEqual([]);
  expect(needsSomebody(WELL)).toBe(false);
});

it.each([
  [{ agreement_over: true, condition: "refused", recorded: false }, ["agreement_over"]],
  [{ disk: "full", recorded: false }, ["disk_full", "not_recorded"]],
  [{ disk: "failing" }, ["disk_failing"]],
  [{ disk: "missing" }, ["disk_missing"]],
  [{ picture: "covered", looked_at: false }, ["picture", "not_looked_at"]],
  [{ clock_offset_s: -60 }, ["clock"]],
  [{ recorded: null, looked_at: false }, []],
  [{ condition: "stalled", looked_at: false }, []],
] as const)("what is not right is named: %j", (changed, named) => expect(kinds(changed)).toEqual(named));

it("a camera that is being connected to needs nobody, one that is refused does", () => {
  expect(needsSomebody({ ...WELL, condition: "connecting", recorded: false, looked_at: false })).toBe(false);
  expect(needsSomebody({ ...WELL, condition: "refused" })).toBe(true);
});
