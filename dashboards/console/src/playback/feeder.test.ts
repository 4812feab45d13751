import { expect, it, vi } from "vitest";

import type { Footage } from "../player/records";
import { Feeder } from "./feeder";

const HEAD = 24;

function picture(wallMs: number, key: boolean): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(HEAD + 1);
  const head = new DataView(bytes.buffer);
  head.setUint8(0, 2);
  head.setUint8(1, key ? 1 : 0);
  head.setUint32(4, 1);
  head.setBigInt64(8, BigInt(wallMs) * 1000n);
  return bytes;
}

function word(code: string): Uint8Array<ArrayBuffer> {
  const body = new TextEncoder().encode(JSON.stringify({ code, message: "", message_en: "" }));
  const bytes = new Uint8Array(HEAD + body.byteLength);
  new DataView(bytes.buffer).setUint8(0, 3);
  new DataView(bytes.buffer).setUint32(4, body.byteLength);
  bytes.set(body, HEAD);
  return bytes;
}

/** A hub with a picture each second, each fifth a key picture, and a gap from 30 to 90 s. */
function hub(asked: number[]) {
  return (fromMs: number, untilMs: number): Promise<Response> => {
    asked.push(fromMs);
    const inGap = fromMs >= 30_000 && fromMs < 90_000;
    const endMs = fromMs < 30_000 ? Math.min(untilMs, 30_000) : untilMs;
    const pieces: Uint8Array<ArrayBuffer>[] = [];
    if (!inGap) {
      for (let atMs = Math.floor(fromMs / 5000) * 5000; atMs < endMs; atMs += 1000) pieces.push(picture(atMs, atMs % 5000 === 0));
    }
    pieces.push(word(inGap ? "nothing" : "end"));
    const nextMs = inGap || (endMs === 30_000 && untilMs > 30_000) ? 90_000 : endMs;
    return Promise.resolve(new Response(new Blob(pieces), { headers: { "X-Next-Ms": String(nextMs) } }));
  };
}

function feeder(): { feeder: Feeder; fed: number[]; asked: number[] } {
  const fed: number[] = [];
  const asked: number[] = [];
  const player = {
    feed: (record: Footage) => record.kind === "picture" && fed.push(record.wallUs / 1000),
    get fedUntilMs() {
      return fed.at(-1) ?? null;
    },
  };
  return { feeder: new Feeder({ player, fetch: hub(asked), nowMs: () => 1e9, onTurn: () => undefined }), fed, asked };
}

const settled = (one: Feeder): Promise<void> => vi.waitFor(() => expect(one.isAsking).toBe(false));

it("feeds each picture once, from the key picture before the place that was sought", async () => {
  const { feeder: one, fed } = feeder();
  one.seek(7_000);
  for (let round = 0; round < 3; round += 1) {
    one.work(7_000, 1);
    await settled(one);
  }
  expect(fed.slice(0, 4)).toEqual([5_000, 6_000, 7_000, 8_000]);
  expect(new Set(fed).size).toBe(fed.length);
  expect(fed).toEqual([...fed].sort((a, b) => a - b));
});

it("asks for no more than is needed soon", async () => {
  const { feeder: one, asked } = feeder();
  one.seek(0);
  for (let round = 0; round < 5; round += 1) {
    one.work(0, 1);
    await settled(one);
  }
  expect(asked).toEqual([0, 10_000]);
});

it("goes on after a gap, and says until when it lasts", async () => {
  const { feeder: one, fed } = feeder();
  one.seek(25_000);
  one.work(25_000, 1);
  await settled(one);
  expect(one.stop).toEqual({ kind: "gap", untilMs: 90_000 });
  one.work(89_000, 1);
  await settled(one);
  expect(fed).toContain(90_000);
  expect(one.stop).toBeNull();
});

it("asks for the same stretch again while nobody is free to convert it, and says so", async () => {
  const said: string[] = [];
  const asked: number[] = [];
  let now = 0;
  const one = new Feeder({
    player: { feed: (record) => record.kind === "word" && said.push(record.code), fedUntilMs: null },
    fetch: (fromMs) => {
      asked.push(fromMs);
      return Promise.resolve(new Response(new Blob([word("transcoders_busy")]), { headers: { "X-Next-Ms": "10000" } }));
    },
    nowMs: () => now,
    onTurn: () => undefined,
  });
  one.seek(5_000);
  for (let round = 0; round < 2; round += 1) {
    one.work(5_000, 1);
    await settled(one);
    now += 5_000;
  }
  expect(asked).toEqual([5_000, 5_000]);
  expect(said).toEqual(["transcoders_busy", "transcoders_busy"]);
});

it("tells what the hub refuses in its own words", async () => {
  const body = JSON.stringify({ error: { code: "case_closed", message: "案件已关闭", message_en: "the case is closed" } });
  const one = new Feeder({
    player: { feed: () => undefined, fedUntilMs: null },
    fetch: () => Promise.resolve(new Response(body, { status: 409 })),
    nowMs: () => 0,
    onTurn: () => undefined,
  });
  one.seek(0);
  one.work(0, 1);
  await vi.waitFor(() => expect(one.stop).toEqual({ kind: "failed", zh: "案件已关闭", en: "the case is closed" }));
});
