// A recorder that cannot begin: the microphone is let go, as nobody would end what never began.
import { afterEach, expect, test, vi } from "vitest";

import { beginRecording } from "./recording";

afterEach(() => vi.unstubAllGlobals());

function refuse(): never {
  throw new DOMException("", "NotSupportedError");
}

test.each([
  ["made", refuse],
  ["started", () => ({ start: refuse })],
])("the microphone closes where the recorder cannot be %s", async (_, make) => {
  const stop = vi.fn();
  const close = vi.fn(() => Promise.resolve());
  const hearing = { close, createAnalyser: () => ({ fftSize: 0 }), createMediaStreamSource: () => ({ connect: () => undefined }) };
  vi.stubGlobal("navigator", { mediaDevices: { getUserMedia: () => Promise.resolve({ getTracks: () => [{ stop }] }) } });
  vi.stubGlobal("AudioContext", vi.fn(function () {
    return hearing;
  }));
  vi.stubGlobal("MediaRecorder", Object.assign(vi.fn(function () {
    return make();
  }), { isTypeSupported: () => true }));
  await expect(beginRecording()).rejects.toThrow(DOMException);
  expect(stop).toHaveBeenCalledOnce();
  expect(close).toHaveBeenCalledOnce();
});
