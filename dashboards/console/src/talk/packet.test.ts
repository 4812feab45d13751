// The voice packet against bytes that devices/protocol/voice.py wrote.
import { describe, expect, test } from "vitest";

import { decodePacket, encodePacket, VoicePacketError, type VoicePacket } from "./packet";

/** python: voice.encode(VoicePacket(7, 2**40+5, 3, 2880, 2**52+1, 123456789, 1767225600000000, True, (b"\1\2\3", b"\xfc"))) */
const LAST_OF_TWO_FRAMES =
  "01020001000000000000000700000100000000050000000300000b40001000000000000100000000075bcd15000647484620400000030001010203fc";
/** python: voice.encode(VoicePacket(1, 2, 0, 0, 9, 10, 1767225600000001, False, (bytes(range(10)),))) */
const FIRST_OF_ONE_FRAME =
  "010100000000000000000001000000000000000200000000000000000000000000000009000000000000000a0006474846204001000a00010203040506070809";

const lastOfTwo: VoicePacket = {
  callId: 7,
  burstId: 2 ** 40 + 5,
  sequence: 3,
  mediaTime: 2880,
  bootId: 2 ** 52 + 1,
  monotonicUs: 123456789,
  wallUs: 1767225600000000,
  last: true,
  frames: [new Uint8Array([1, 2, 3]), new Uint8Array([0xfc])],
};

const hex = (bytes: Uint8Array): string => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
const bytes = (text: string): ArrayBuffer =>
  new Uint8Array((text.match(/../g) ?? []).map((pair) => parseInt(pair, 16))).buffer;

describe("voice packet", () => {
  test("is written byte for byte as the devices write it", () => {
    expect(hex(encodePacket(lastOfTwo))).toBe(LAST_OF_TWO_FRAMES);
  });

  test("is read as the devices wrote it", () => {
    expect(decodePacket(bytes(LAST_OF_TWO_FRAMES))).toEqual(lastOfTwo);
    const first = decodePacket(bytes(FIRST_OF_ONE_FRAME));
    expect(first).toMatchObject({ callId: 1, burstId: 2, sequence: 0, bootId: 9, monotonicUs: 10, last: false });
    expect(first.frames.map((frame) => hex(frame))).toEqual(["00010203040506070809"]);
  });

  test("of another version is refused by name", () => {
    expect(() => decodePacket(bytes(`02${FIRST_OF_ONE_FRAME.slice(2)}`))).toThrow("version 2");
  });

  test("cut short anywhere is refused, never read beyond its end", () => {
    for (let end = 0; end < LAST_OF_TWO_FRAMES.length; end += 2) {
      expect(() => decodePacket(bytes(LAST_OF_TWO_FRAMES.slice(0, end)))).toThrow(VoicePacketError);
    }
  });

  test("with bytes left over is refused", () => {
    expect(() => decodePacket(bytes(`${FIRST_OF_ONE_FRAME}00`))).toThrow(VoicePacketError);
  });

  test("carries 1 to 6 frames", () => {
    const frame = new Uint8Array([1]);
    expect(() => encodePacket({ ...lastOfTwo, frames: [] })).toThrow("0 frames");
    expect(() => encodePacket({ ...lastOfTwo, frames: Array<Uint8Array>(7).fill(frame) })).toThrow("7 frames");
    expect(() => encodePacket({ ...lastOfTwo, frames: [new Uint8Array(1276)] })).toThrow("1275");
  });
});
