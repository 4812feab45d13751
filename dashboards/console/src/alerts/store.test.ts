// Sending an alert to a hub that answers, fails, or is cut off: nothing written is lost, nothing is sent twice.
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import { HubError } from "../room/ask";
import type { AlertMedia } from "../room/types";
import { attachAgain, useAttached } from "./attachments";
import { proposeText, sendAlert, useAlertDesk } from "./store";

interface Sent {
  body: unknown;
  key: string | undefined;
}

describe("an alert that is sent", () => {
  let sent: Sent[];
  let answer: () => Promise<Response>;
  const written = { text: "走失儿童：红上衣", severity: "Extreme", status: "exercise", target: { kind: "venue", id: "V7" } } as const;
  const accept = (): Promise<Response> => Promise.resolve(new Response("{}", { status: 201 }));

  beforeEach(() => {
    sent = [];
    answer = accept;
    vi.stubGlobal("fetch", (_path: string, request: { body: string; headers: Record<string, string> }) => {
      sent.push({ body: JSON.parse(request.body), key: request.headers["Idempotency-Key"] });
      return answer();
    });
    useAlertDesk.setState({ ...written, chosenId: "A1", sending: false, failure: null });
  });
  afterEach(() => vi.unstubAllGlobals());

  test("leaves an empty composer when the hub has it", async () => {
    expect(await sendAlert("K1")).toBe(true);
    expect(sent[0]?.body).toEqual({ ...written, case_id: "K1" });
    expect(useAlertDesk.getState()).toMatchObject({ text: "", sending: false, failure: null, chosenId: null, status: "actual" });
  });

  test.each([
    ["cut off", () => Promise.reject(new TypeError("Failed to fetch")), "unreachable"],
    ["answered 503", () => Promise.resolve(new Response("", { status: 503 })), "http_503"],
  ])("%s stays written, with its target and the reason", async (_, failing, code) => {
    answer = failing;
    expect(await sendAlert(null)).toBe(false);
    expect(useAlertDesk.getState()).toMatchObject({ ...written, sending: false, chosenId: "A1" });
    const { failure } = useAlertDesk.getState();
    expect(failure instanceof HubError && failure.code).toBe(code);
  });

  test("again after a failure has the same key; the next alert has another", async () => {
    answer = () => Promise.reject(new TypeError("Failed to fetch"));
    await sendAlert(null);
    answer = accept;
    await sendAlert("opened meanwhile");
    expect(useAlertDesk.getState().failure).toBeNull();
    useAlertDesk.setState(written);
    await sendAlert(null);
    expect(sent[1]?.key).toBe(sent[0]?.key);
    expect(sent[2]?.key).not.toBe(sent[1]?.key);
  });

  test("with other words after a failure has another key", async () => {
    answer = () => Promise.reject(new TypeError("Failed to fetch"));
    await sendAlert(null);
    useAlertDesk.setState({ text: "走失儿童：蓝上衣" });
    await sendAlert(null);
    expect(sent[1]?.key).not.toBe(sent[0]?.key);
  });

  test("leaves what was written while the hub answered, and nothing of what it sent", async () => {
    attachAgain("picture", { media_id: "M1" } as AlertMedia);
    useAlertDesk.setState({ updates: "A1", speak: true, fills: { 衣着: "红上衣" } });
    const asked = sendAlert(null);
    useAlertDesk.setState({ text: "下一条", status: "test" });
    expect(await asked).toBe(true);
    expect(useAlertDesk.getState()).toMatchObject({
      text: "下一条",
      fills: {},
      severity: "Severe",
      status: "test",
      target: { kind: "all" },
      speak: false,
      updates: null,
    });
    expect(useAttached.getState().picture).toBeNull();
  });

  test("is not sent a second time while the first try is under way", async () => {
    const asked = sendAlert(null);
    expect(await sendAlert(null)).toBe(false);
    await asked;
    expect(sent).toHaveLength(1);
  });

  test("in the place of an earlier one keeps that one's status, and says that a picture was taken away", async () => {
    useAlertDesk.setState({ updates: "A1" });
    expect(await sendAlert("K1")).toBe(true);
    const { text, severity, target } = written;
    expect(sent[0]?.body).toEqual({ text, severity, target, picture: null });
    expect(useAlertDesk.getState().updates).toBeNull();
  });

  test("of a template goes out with what is not known said so, never with a blank", async () => {
    useAlertDesk.setState({ text: "走失儿童：{衣着}，身高{身高}", fills: { 衣着: "红上衣" } });
    await sendAlert(null);
    expect(sent[0]?.body).toMatchObject({ text: "走失儿童：红上衣，身高不详" });
  });
});

test("words are proposed to an empty composer alone", () => {
  useAlertDesk.setState({ text: " " });
  proposeText("走失儿童：红上衣");
  proposeText("走失老人");
  expect(useAlertDesk.getState().text).toBe("走失儿童：红上衣");
});
