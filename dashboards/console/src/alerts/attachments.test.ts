// A spoken message that is still being recorded as its alert is sent: ended and sent with it, never left out in silence.
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { HubError } from "../room/ask";
import { attachRecording, useAttached } from "./attachments";
import type { Recorded, Recording } from "./recording";
import { clearDesk, sendAlert, useAlertDesk } from "./store";

let orders: unknown[];

beforeEach(() => {
  orders = [];
  vi.stubGlobal("fetch", (path: string, request: { body: unknown }) => {
    if (path === "/api/media") return Promise.resolve(Response.json({ media_id: "m1" }, { status: 201 }));
    orders.push(JSON.parse(request.body as string));
    return Promise.resolve(Response.json({}, { status: 201 }));
  });
  useAlertDesk.setState({ text: "走失儿童：红上衣" });
});
afterEach(() => {
  clearDesk();
  vi.unstubAllGlobals();
});

/** A recorder at work; what it records is loud or silent. */
function recordingOf(isSilent: boolean): Recording {
  let end: (recorded: Recorded | null) => void = () => undefined;
  const ended = new Promise<Recorded | null>((resolve) => (end = resolve));
  const sound = new Blob(["…"], { type: "audio/webm" });
  return { level: () => 0.5, stop: () => end({ sound, isSilent }), discard: () => end(null), ended };
}

test("a recording under way is ended by sending and goes with the alert", async () => {
  void attachRecording(recordingOf(false));
  expect(await sendAlert(null)).toBe(true);
  expect(orders).toMatchObject([{ text: "走失儿童：红上衣", speech: "m1" }]);
  expect(useAttached.getState()).toEqual({ picture: null, speech: null, orderPicture: null, notePicture: null, recording: null });
});

test("a recording under way in which nobody spoke keeps the alert back, with the reason", async () => {
  void attachRecording(recordingOf(true));
  expect(await sendAlert(null)).toBe(false);
  expect(orders).toEqual([]);
  const { failure, text } = useAlertDesk.getState();
  expect([failure instanceof HubError && failure.code, text]).toEqual(["silent", "走失儿童：红上衣"]);
});

test("a recording under way is thrown away with the composer's words", async () => {
  const recorded = attachRecording(recordingOf(false));
  clearDesk();
  expect(await recorded).toBeNull();
  expect(useAttached.getState()).toEqual({ picture: null, speech: null, orderPicture: null, notePicture: null, recording: null });
});
