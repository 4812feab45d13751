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
  for (let n = 0; n <= MOST_KEPT; n += 1) press({ alert_id: "A1", venue_id: null, answer: null, text: "" });
  await vi.waitFor(() => expect(useAnswers.getState()).toMatchObject({ isFull: true, isStuck: true }));
  vi.stubGlobal("fetch", () => Promise.resolve(new Response(null, { status: 204 })));
  window.dispatchEvent(new Event("online"));
  await vi.waitFor(() => expect(useAnswers.getState()).toMatchObject({ isFull: false, kept: [] }));
});

test("what another window has sent waits here no more", async () => {
  press({ alert_id: "A1", venue_id: null, answer: null, text: "" });
  await vi.waitFor(() => expect(useAnswers.getState().isStuck).toBe(true));
  expect(readKept(stored.get(KEPT_AS) ?? null)).toHaveLength(1);
  stored.set(KEPT_AS, "[]");
  window.dispatchEvent(new Event("online"));
  await vi.waitFor(() => expect(useAnswers.getState().kept).toEqual([]));
});

test("answers to asks and reports leave in the one order of everything pressed, each under its own id, and nobody else's do", async () => {
  press({ ask_id: "H1", step: "take", text: "" });
  press({ matter: "hazard", text: " 楼道堆物 ", place: null, has_picture: false });
  press({ alert_id: "A1", venue_id: null, answer: null, text: "" });
  await vi.waitFor(() => expect(useAnswers.getState().isStuck).toBe(true));
  const left: [string, Record<string, unknown>, string | null][] = [];
  vi.stubGlobal("fetch", (path: string, request: RequestInit) => {
    left.push([path, JSON.parse(String(request.body)) as Record<string, unknown>, new Headers(request.headers).get("Idempotency-Key")]);
    return Promise.resolve(new Response(null, { status: 204 }));
  });
  const ids = useAnswers.getState().kept.map((one) => one.message_id);
  useSession.setState({ person: { person_id: "H" } as Person });
  window.dispatchEvent(new Event("online"));
  await Promise.resolve();
  expect(left).toEqual([]);
  useSession.setState({ person: { person_id: "G" } as Person });
  window.dispatchEvent(new Event("online"));
  await vi.waitFor(() => expect(useAnswers.getState().kept).toEqual([]));
  expect(left.map(([path]) => path)).toEqual(["/api/asks/H1/answers", "/api/reports", "/api/alerts/A1/answers"]);
  expect([left[0]?.[1].message_id, left[1]?.[2], left[2]?.[1].message_id]).toEqual(ids);
  expect(left[1]?.[1]).toMatchObject({ matter: "hazard", text: "楼道堆物", pictures: [] });
});
