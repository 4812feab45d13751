// A search that the hub does not answer: line, form and the last answer stay where they are.
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import { HubError } from "../room/ask";
import type { SearchAnswer } from "../room/types";
import { changeSearch, EMPTY_FORM, EMPTY_SEARCH, queryOf, rankAgain, runSearch, useSearchStore, type Search } from "./store";

const answered: SearchAnswer = {
  query: { text: "红上衣" },
  words: "红色上衣",
  words_en: "red top",
  search_ms: 3,
  coverage: { cameras_searched: 1, cameras_off_line: [], sightings_considered: 5 },
  hits: [],
};

describe("a search", () => {
  const before: Search = {
    ...EMPTY_SEARCH,
    line: "红上衣，约一米一",
    form: { ...EMPTY_FORM, lower: ["blue"], heightM: 1.1 },
    answer: answered,
    answeredAt: 7,
  };
  const now = (): Search => useSearchStore.getState().searches.get("K1") ?? EMPTY_SEARCH;

  beforeEach(() => changeSearch("K1", before));
  afterEach(() => vi.unstubAllGlobals());

  test.each([
    ["cut off", () => Promise.reject(new TypeError("Failed to fetch")), "unreachable"],
    ["answered 503", () => Promise.resolve(new Response("", { status: 503 })), "http_503"],
  ])("%s leaves line, form and the last answer in place and says why", async (_, failing, code) => {
    vi.stubGlobal("fetch", failing);
    await runSearch("K1", queryOf(now()));
    const { failure, ...rest } = now();
    expect({ ...rest, failure: null }).toEqual(before);
    expect(failure instanceof HubError && failure.code).toBe(code);
  });

  test("asked anew takes the former question back, whose end changes nothing", async () => {
    const requests: RequestInit[] = [];
    const newer = { ...answered, words: "绿色上衣" };
    vi.stubGlobal("fetch", (_path: string, request: RequestInit) => {
      requests.push(request);
      if (requests.length > 1) return Promise.resolve(new Response(JSON.stringify(newer)));
      return new Promise((_, reject) => request.signal?.addEventListener("abort", () => reject(new Error("aborted"))));
    });
    const former = runSearch("K1", queryOf(now()));
    await runSearch("K1", { text: "绿上衣" });
    await former;
    expect(requests[0]?.signal?.aborted).toBe(true);
    expect(now().answer?.words).toBe("绿色上衣");
    expect(now().failure).toBeNull();
    expect(now().searching).toBe(false);
  });

  test("that a word was said during is ranked again when it is answered, by the same question", async () => {
    const asked: string[] = [];
    let answer: (response: Response) => void = () => undefined;
    vi.stubGlobal("fetch", (_path: string, request: RequestInit) => {
      asked.push(String(request.body));
      if (asked.length > 1) return Promise.resolve(new Response(JSON.stringify({ ...answered, rejected: 1 })));
      return new Promise<Response>((resolve) => (answer = resolve));
    });
    const searched = runSearch("K1", queryOf(now()));
    await rankAgain("K1");
    expect(asked).toHaveLength(1);
    answer(new Response(JSON.stringify(answered)));
    await searched;
    expect(asked[1]).toBe(JSON.stringify(answered.query));
    expect([now().answer?.rejected, now().answers, now().searching]).toEqual([1, before.answers + 1, false]);
  });

  test("that cannot be ranked again says why and keeps the hits", async () => {
    vi.stubGlobal("fetch", () => Promise.resolve(new Response("", { status: 503 })));
    await rankAgain("K1");
    expect(now().answer).toEqual(answered);
    expect(now().failure instanceof HubError).toBe(true);
  });

  test("answered after a failure takes the reason away", async () => {
    changeSearch("K1", { failure: new Error("before") });
    vi.stubGlobal("fetch", () => Promise.resolve(new Response(JSON.stringify({ ...answered, search_ms: 9 }))));
    await runSearch("K1", queryOf(now()));
    expect([now().failure, now().searching, now().answer?.search_ms, now().line]).toEqual([null, false, 9, before.line]);
  });
});
