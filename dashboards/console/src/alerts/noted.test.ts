// Noted reports over reloads, and in browsers that keep nothing.
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import { MAX_REPORTS } from "../room/room";
import { note, noteKey, recallNoted } from "./noted";

const report = (number: number, at_ms = number * 1000) => ({ number, at_ms });

describe("noted reports", () => {
  let kept: Map<string, string>;

  beforeEach(() => {
    kept = new Map();
    vi.stubGlobal("localStorage", {
      getItem: (name: string) => kept.get(name) ?? null,
      setItem: (name: string, text: string) => kept.set(name, text),
    });
  });
  afterEach(() => vi.unstubAllGlobals());

  test("are still noted when the page is loaded again", () => {
    note(new Set(), report(41));
    expect(recallNoted().has(noteKey(report(41)))).toBe(true);
    expect(recallNoted().has(noteKey(report(42)))).toBe(false);
  });

  test("do not hide a report that has the same number in another log", () => {
    note(new Set(), report(41, 1000));
    expect(recallNoted().has(noteKey(report(41, 9000)))).toBe(false);
  });

  test("of another window are kept too", () => {
    note(new Set(), report(41));
    const here = note(new Set(), report(42));
    expect(here).toEqual(new Set([noteKey(report(41)), noteKey(report(42))]));
    expect(recallNoted()).toEqual(here);
  });

  test("leave oldest first when there are too many", () => {
    let noted: ReadonlySet<string> = new Set();
    for (let number = 1; number <= MAX_REPORTS + 2; number += 1) noted = note(noted, report(number));
    expect(noted.size).toBe(MAX_REPORTS);
    expect([noted.has(noteKey(report(2))), noted.has(noteKey(report(3)))]).toEqual([false, true]);
  });

  test("are forgotten, not an error, when what is kept is no list", () => {
    for (const text of ["{", "7", "[7, null]"]) {
      kept.set("qianshao.noted", text);
      expect(recallNoted().size).toBe(0);
    }
  });

  test("hold for this page in a browser that forbids storage", () => {
    const forbid = (): never => {
      throw new DOMException("denied", "SecurityError");
    };
    vi.stubGlobal("localStorage", { getItem: forbid, setItem: forbid });
    expect(note(new Set(), report(41)).has(noteKey(report(41)))).toBe(true);
    expect(recallNoted().size).toBe(0);
  });
});
