// What was pressed on a phone, as the page tells of it.
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { useSession } from "../../../console/src/session/store";
import type { Person } from "../../../console/src/session/types";
import { MOST_KEPT, readKept } from "./kept";
import { press, sendAnswers, useAnswers } from "./store";

const KEPT_AS = "qianshao.presses";
let stored: Map<string, string>;
let end: () => void;

beforeEach(() => {
  stored = new Map();
  vi.stubGlobal("localStorage", {
    getItem: (name: string) => stored.get(name) ?? null,
    setItem: (name: string, text: string) => stored.set(name, text),
  });
  vi.stubGlobal("window", new EventTarget());
  vi.stubGlobal("navigator", {});
  vi.stubGlobal("fetch", () => Promise.reject(new TypeError("no line")));
  useSession.setState({ phase: "in", person: { person_id: "G" } as Person });
  useAnswers.setState({ kept: [], refused: new Map(), isFull: false, isStuck: false });
  end = sendAnswers();
});
afterEach(() => {
  end();
  vi.unstubAllGlobals();
});

test("that too many wait is told no longer than they do", async () => {
  for (let n = 0; n <= MOST_KEPT; n += 1) press({ alertId: "A1", venueId: null });
  await vi.waitFor(() => expect(useAnswers.getState()).toMatchObject({ isFull: true, isStuck: true }));
  vi.stubGlobal("fetch", () => Promise.resolve(new Response(null, { status: 204 })));
  window.dispatchEvent(new Event("online"));
  await vi.waitFor(() => expect(useAnswers.getState()).toMatchObject({ isFull: false, kept: [] }));
});

test("what another window has sent waits here no more", async () => {
  press({ alertId: "A1", venueId: null });
  await vi.waitFor(() => expect(useAnswers.getState().isStuck).toBe(true));
  expect(readKept(stored.get(KEPT_AS) ?? null)).toHaveLength(1);
  stored.set(KEPT_AS, "[]");
  window.dispatchEvent(new Event("online"));
  await vi.waitFor(() => expect(useAnswers.getState().kept).toEqual([]));
});
