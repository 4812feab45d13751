import { expect, test } from "vitest";

import { PressKey } from "./pressKey";

test("the same order keeps its key until the hub has it", () => {
  const press = new PressKey();
  const first = press.of({ title: "走失儿童" });
  expect(press.of({ title: "走失儿童" })).toBe(first);
  press.done();
  expect(press.of({ title: "走失儿童" })).not.toBe(first);
});

test("another order has another key", () => {
  const press = new PressKey();
  const first = press.of({ title: "走失儿童" });
  expect(press.of({ title: "走失老人" })).not.toBe(first);
});
