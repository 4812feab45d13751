// Calls to a hub that is away, silent, or answers something else: each ends, with words for the person who waits.
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import { ANSWER_WITHIN_MS, HubError } from "./ask";
import { hub } from "./hub";

/** The far end of fetch. */
type Answer = (signal: AbortSignal) => Promise<Response>;

const never: Answer = (signal) =>
  new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason as Error)));

const failureOf = async (asked: Promise<unknown>): Promise<HubError> => {
  const failure: unknown = await asked.then(
    () => null,
    (error: unknown) => error,
  );
  if (!(failure instanceof HubError)) throw new Error(`no HubError: ${String(failure)}`);
  return failure;
};

describe("a call to the hub", () => {
  let answer: Answer;

  beforeEach(() => {
    vi.useFakeTimers();
    vi.stubGlobal("fetch", (_path: string, request: { signal: AbortSignal }) => answer(request.signal));
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  test("without an answer is given up and says so", async () => {
    answer = never;
    const failure = failureOf(hub.state());
    await vi.advanceTimersByTimeAsync(ANSWER_WITHIN_MS);
    expect(await failure).toMatchObject({ code: "unanswered", message_zh: "主机 10 秒没有回应，内容还在，请重试。" });
  });

  test("whose answer stops in the middle is given up too", async () => {
    answer = (signal) => {
      const body = new ReadableStream({
        start: (stream) => signal.addEventListener("abort", () => stream.error(signal.reason)),
      });
      return Promise.resolve(new Response(body, { status: 503 }));
    };
    const failure = failureOf(hub.state());
    await vi.advanceTimersByTimeAsync(ANSWER_WITHIN_MS);
    expect((await failure).code).toBe("unanswered");
  });

  test("without a line says that the hub cannot be reached", async () => {
    answer = () => Promise.reject(new TypeError("Failed to fetch"));
    expect((await failureOf(hub.state())).code).toBe("unreachable");
  });

  test("answered 503 says the hub's own words where it gave some, and the status where not", async () => {
    const said = { error: { code: "broker_lost", message: "消息服务器断开", message_en: "broker lost", field: null } };
    answer = () => Promise.resolve(new Response(JSON.stringify(said), { status: 503 }));
    expect(await failureOf(hub.state())).toMatchObject({ code: "broker_lost", message_zh: "消息服务器断开" });
    answer = () => Promise.resolve(new Response("<html>", { status: 503 }));
    const failure = await failureOf(hub.state());
    expect(failure.code).toBe("http_503");
    expect(failure.message_zh).toContain("503");
  });

  test("answered by something that is no hub says so", async () => {
    answer = () => Promise.resolve(new Response("<html>", { status: 200 }));
    expect((await failureOf(hub.state())).code).toBe("unreadable");
  });

  test("taken back by its caller is no failure of the hub", async () => {
    answer = never;
    const abort = new AbortController();
    const asked = hub.describe("红", abort.signal);
    abort.abort();
    await expect(asked).rejects.toMatchObject({ name: "AbortError" });
  });
});
