// A found child sounds once in a browser and stays put aside over a reload.
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { bringBack, MAX_KEPT, putAside, recallIds, soundsFirst, useAside, withId } from "./aside";

let kept: Map<string, string>;

beforeEach(() => {
  kept = new Map();
  vi.stubGlobal("localStorage", {
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, text: string) => kept.set(name, text),
  });
  useAside.setState({ aside: [] });
});
afterEach(() => vi.unstubAllGlobals());

test("it sounds once, over reloads", () => {
  expect([soundsFirst("F1"), soundsFirst("F1"), soundsFirst("F2")]).toEqual([true, false, true]);
});

test("what was put aside is so when the page is loaded again, until it is brought back", () => {
  putAside("F1");
  putAside("F2");
  expect(recallIds("qianshao.found_aside")).toEqual(["F1", "F2"]);
  bringBack(["F1"]);
  expect([useAside.getState().aside, recallIds("qianshao.found_aside")]).toEqual([["F2"], ["F2"]]);
});

test("what another window put aside stays so, and what it brought back is not put aside again", () => {
  putAside("F1");
  kept.set("qianshao.found_aside", JSON.stringify(["F2", "F3"]));
  putAside("F4");
  expect(recallIds("qianshao.found_aside")).toEqual(["F2", "F3", "F4"]);
  bringBack(["F3"]);
  expect([useAside.getState().aside, recallIds("qianshao.found_aside")]).toEqual([["F2", "F4"], ["F2", "F4"]]);
});

test("a browser that keeps nothing puts aside for this page", () => {
  vi.stubGlobal("localStorage", undefined);
  putAside("F1");
  putAside("F2");
  expect(useAside.getState().aside).toEqual(["F1", "F2"]);
});

test("what is remembered has a bound, and what cannot be read is nothing", () => {
  let ids: readonly string[] = [];
  for (let n = 0; n < MAX_KEPT + 5; n += 1) ids = withId(ids, `F${n}`);
  expect([ids.length, ids[0]]).toEqual([MAX_KEPT, "F5"]);
  kept.set("qianshao.found_aside", "{");
  expect(recallIds("qianshao.found_aside")).toEqual([]);
});
