// The path of a case follows searches, words and hits, asks no more than it must, and keeps what it has when the hub fails.
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import type { Item } from "../room/items";
import { EVERY_MS, Pacer, toldOf } from "./following";
import { choosePath, findPath, lookFor, pathOf, renewReach, say, usePathStore } from "./store";
import type { PathAnswer, PathStep, ReachNow } from "./types";

const reach = (nowAtMs: number): ReachNow => ({
  from_sighting_id: "a",
  left_at_ms: 0,
  now_at_ms: nowAtMs,
  farthest_m: nowAtMs,
  stretches: [],
  cameras: [],
  venues: [],
});
const answer = (words: string, said: Partial<PathAnswer> = {}): PathAnswer => ({
  words,
  words_en: "",
  path_ms: 1,
  coverage: { cameras_searched: 1, cameras_off_line: [], sightings_considered: 1 },
  paths: [],
  reach: reach(1000),
  company: [],
  groups: [],
  marks: [],
  cameras_without_place: [],
  ...said,
});

interface Asked {
  method: string;
  url: string;
  reply: (body: unknown, status?: number) => Promise<void>;
}

describe("the path of a case", () => {
  let asked: Asked[] = [];
  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < 20; turn++) await Promise.resolve();
  };

  beforeEach(() => {
    asked = [];
    usePathStore.setState({ paths: new Map() });
    vi.stubGlobal("fetch", (url: string, { method }: RequestInit) => {
      return new Promise<Response>((resolve) => {
        const reply = async (body: unknown, status = 200): Promise<void> => {
          resolve(new Response(JSON.stringify(body), { status }));
          await new Promise((done) => setTimeout(done, 0));
          await settle();
        };
        asked.push({ method: method ?? "", url, reply });
      });
    });
  });
  afterEach(() => vi.unstubAllGlobals());

  test("is found after a search, and once more, not twice, where two things came meanwhile", async () => {
    lookFor("K1", { text: "红上衣" });
    void findPath("K1");
    void findPath("K1");
    expect([asked.length, pathOf("K1").isFinding]).toEqual([1, true]);
    await asked[0]?.reply(answer("first"));
    expect(asked.length).toBe(2);
    await asked[1]?.reply(answer("second"));
    expect([asked.length, pathOf("K1").isFinding, pathOf("K1").answer?.words]).toEqual([2, false, "second"]);
  });

  test("of a former question is not shown with the next one", async () => {
    lookFor("K1", { text: "红上衣" });
    lookFor("K1", { text: "绿上衣" });
    await asked[0]?.reply(answer("红上衣"));
    expect(pathOf("K1").answer).toBeNull();
    await asked[1]?.reply(answer("绿上衣"));
    expect(pathOf("K1").answer?.words).toBe("绿上衣");
  });

  test("stays while the same is searched for again, as after a yes or no in the list", async () => {
    lookFor("K1", { text: "红上衣" });
    await asked[0]?.reply(answer("first"));
    const { query } = pathOf("K1");
    lookFor("K1", { text: "红上衣" });
    expect([pathOf("K1").answer?.words, pathOf("K1").query === query, asked.length]).toEqual(["first", true, 2]);
    await asked[1]?.reply(answer("second"));
    expect(pathOf("K1").answer?.words).toBe("second");
  });

  test("stays on the screen with the reason when the hub does not answer", async () => {
    lookFor("K1", {});
    await asked[0]?.reply(answer("first"));
    void findPath("K1");
    await asked[1]?.reply({}, 503);
    expect([pathOf("K1").answer?.words, pathOf("K1").failure !== null, pathOf("K1").isFinding]).toEqual(["first", true, false]);
  });

  test("heeds what is said at once, and forgets it when the hub's answer heeds it", async () => {
    lookFor("K1", {});
    await asked[0]?.reply(answer("first"));
    void say("K1", "a", "confirmed");
    expect(pathOf("K1").said.get("a")).toBe("confirmed");
    await asked[1]?.reply({});
    expect([asked[1]?.method, asked[2]?.url]).toEqual(["PUT", "/api/cases/K1/path"]);
    await asked[2]?.reply(answer("second"));
    expect(pathOf("K1").said.size).toBe(0);
  });

  test("has the hub told what was said last, in the order in which it was said", async () => {
    const first = say("K1", "a", "confirmed");
    const second = say("K1", "a", null);
    expect(asked.map((one) => one.method)).toEqual(["PUT"]);
    await asked[0]?.reply({}, 503);
    await first;
    expect(asked.map((one) => one.method)).toEqual(["PUT", "DELETE"]);
    expect(pathOf("K1").said.get("a"), "the word that failed was not the last").toBeNull();
    await asked[1]?.reply({});
    await second;
  });

  test("takes back at once what the hub refused to keep", async () => {
    lookFor("K1", {});
    await asked[0]?.reply(answer("first"));
    void say("K1", "a", null);
    await asked[1]?.reply({}, 409);
    expect([asked[1]?.method, pathOf("K1").said.size, pathOf("K1").failure !== null]).toEqual(["DELETE", 0, true]);
  });

  const step = (id: string, likelihood = 1): PathStep => ({ sighting: { sighting_id: id }, verdict: null, likelihood }) as PathStep;

  test("renews the reach, and never with an older one", async () => {
    lookFor("K1", {});
    await asked[0]?.reply(answer("first", { paths: [{ steps: [step("a"), step("b", 0.5)], gain: 1 }] }));
    void renewReach("K1");
    void renewReach("K1");
    expect(asked[1]?.url).toBe("/api/cases/K1/path/a/reach");
    await asked[2]?.reply(reach(6000));
    await asked[1]?.reply(reach(3000));
    expect(pathOf("K1").reach?.now_at_ms).toBe(6000);
  });

  test("that is chosen instead of the best tells where the person is from its own last certain step, also when found anew", async () => {
    const paths = [
      { steps: [step("a"), step("b")], gain: 2 },
      { steps: [step("a"), step("c")], gain: 1 },
    ];
    lookFor("K1", {});
    await asked[0]?.reply(answer("first", { paths, reach: { ...reach(1000), from_sighting_id: "b" } }));
    choosePath("K1", 1);
    expect([asked[1]?.url, pathOf("K1").reach]).toEqual(["/api/cases/K1/path/c/reach", null]);
    await asked[1]?.reply({ ...reach(2000), from_sighting_id: "c" });
    expect(pathOf("K1").reach?.from_sighting_id).toBe("c");
    void findPath("K1");
    await asked[2]?.reply(answer("second", { paths: [{ steps: [step("a"), step("d"), step("b")], gain: 3 }, ...paths], reach: reach(3000) }));
    expect([pathOf("K1").chosen, asked[3]?.url]).toEqual([2, "/api/cases/K1/path/c/reach"]);
  });

  test("is found anew for a hit of a watch and a word said elsewhere, not for one that it heeds", async () => {
    lookFor("K1", {});
    await asked[0]?.reply(answer("first", { marks: [{ case_id: "K1", sighting_id: "a", verdict: "confirmed", marked_by: "", marked_at_ms: 0 }] }));
    const marked = (number: number, sighting_id: string, case_id = "K1"): Item =>
      ({ number, kind: "path.marked", body: { case_id, sighting_id, verdict: "confirmed" } }) as Item;
    const hit = { number: 5, kind: "watch.hit", body: { case_id: "K3" } } as Item;
    expect([...toldOf([marked(9, "a")], 0)]).toEqual([]);
    expect([...toldOf([marked(9, "b"), marked(8, "c", "K2"), hit], 4)]).toEqual(["K1", "K2", "K3"]);
    expect([...toldOf([marked(9, "b"), hit], 5)]).toEqual(["K1"]);
  });
});

test("what a watch tells finds the path at once, and however much comes then once more after some seconds", () => {
  vi.useFakeTimers();
  try {
    const found: string[] = [];
    const pacer = new Pacer((caseId) => found.push(caseId));
    for (let hit = 0; hit < 9; hit++) pacer.want("K1");
    pacer.want("K2");
    expect(found).toEqual(["K1", "K2"]);
    vi.advanceTimersByTime(EVERY_MS);
    expect(found).toEqual(["K1", "K2", "K1"]);
    vi.advanceTimersByTime(2 * EVERY_MS);
    expect(found).toHaveLength(3);
    pacer.want("K1");
    pacer.want("K1");
    pacer.stop();
    vi.advanceTimersByTime(2 * EVERY_MS);
    expect(found).toHaveLength(4);
  } finally {
    vi.useRealTimers();
  }
});
