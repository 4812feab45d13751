import { describe, expect, it } from "vitest";

import { HEAD_BYTES, RecordError, RecordReader, readRecord } from "./records";

/** A record's bytes as hub/footage/coded.py packs them: ">BBHIqq" and the body. */
export function record(kind: number, body: Uint8Array, flags = 0, wallUs = 0n, mediaUs = 0n): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(HEAD_BYTES + body.byteLength);
  const head = new DataView(bytes.buffer);
  head.setUint8(0, kind);
  head.setUint8(1, flags);
  head.setUint32(4, body.byteLength);
  head.setBigInt64(8, wallUs);
  head.setBigInt64(16, mediaUs);
  bytes.set(body, HEAD_BYTES);
  return bytes;
}

const json = (value: object): Uint8Array => new TextEncoder().encode(JSON.stringify(value));
const FORM = { camera_id: "C01", stream: "sub", coding: "h264", codec: "avc1.64001f", width_px: 640, height_px: 360, frames_per_s: 15 };
const AT_US = 1_790_000_000_123_456n;
const ALL = [
  record(1, json(FORM)),
  record(2, new Uint8Array([0, 0, 0, 1, 0x67]), 1, AT_US, 0n),
  record(2, new Uint8Array([0, 0, 0, 1, 0x41]), 2, AT_US + 66_667n, 66_667n),
  record(3, json({ code: "end", message: "完", message_en: "end" })),
];
const STREAM = new Uint8Array(ALL.flatMap((one) => [...one]));

describe("records", () => {
  it.each([1, 7, 24, 25, 1000])("are the same in pieces of %i bytes", (size) => {
    const reader = new RecordReader();
    const found = [];
    for (let at = 0; at < STREAM.byteLength; at += size) found.push(...reader.feed(STREAM.slice(at, at + size)));
    expect(found.map((one) => one.kind)).toEqual(["form", "picture", "picture", "word"]);
    expect(found[0]).toEqual({ kind: "form", ...FORM });
    expect(found[1]).toMatchObject({ wallUs: Number(AT_US), mediaUs: 0, key: true, broken: false });
    expect(found[2]).toMatchObject({ wallUs: Number(AT_US) + 66_667, mediaUs: 66_667, key: false, broken: true });
    expect(found[2]).toHaveProperty("data", new Uint8Array([0, 0, 0, 1, 0x41]));
    expect(found[3]).toMatchObject({ code: "end", message: "完" });
  });

  it("of a websocket message are read where they lie, without a copy", () => {
    const message = new Uint8Array([3, ...(ALL[1] ?? [])]);
    const picture = readRecord(message.subarray(1));
    expect(picture).toMatchObject({ wallUs: Number(AT_US) });
    expect(picture.kind === "picture" && picture.data.buffer).toBe(message.buffer);
  });

  it("that are none are refused by name", () => {
    const tooLarge = record(2, new Uint8Array(4));
    new DataView(tooLarge.buffer).setUint32(4, 9 * 1024 * 1024);
    expect(() => new RecordReader().feed(tooLarge)).toThrow(RecordError);
    expect(() => readRecord(record(9, new Uint8Array(1)))).toThrow("unknown kind 9");
    expect(() => readRecord(record(1, new Uint8Array([123])))).toThrow("cannot be read");
    expect(() => readRecord(STREAM.slice(0, 30))).toThrow(RecordError);
  });
});
