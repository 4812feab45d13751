// Signing in, staying signed in, and a session that ends while somebody is at work.
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import { useAlertDesk } from "../alerts/store";
import { hub } from "../room/hub";
import { REFRESH_MS, TICK_MS } from "./keep";
import { lineRefused, openSession, signIn, signOut, useSession } from "./store";
import type { Person, Right } from "./types";

const duty: Person = { person_id: "duty", name: "李值班", role: "dispatcher", places: [{ kind: "community", place_id: null }] };
const other: Person = { ...duty, person_id: "wang", name: "王警官", role: "officer" };
const RIGHTS: Right[] = ["see_room", "issue_alert", "call", "answer_call"];

const refused = (status: number, code: string, headers: Record<string, string> = {}): Response =>
  new Response(JSON.stringify({ error: { code, message: code, message_en: code } }), { status, headers });

describe("the session", () => {
  /** Who the hub takes this browser's cookie for. */
  let cookieOf: Person | null;
  let hubAway: boolean;
  let asked: string[];
  let fresh: number;
  let wake: () => void;
  let signedInElsewhere: () => void;
  let told: number;
  let stop: () => void;

  function answer(call: string, body: { person_id?: string; password?: string; code?: string }): Response {
    if (call === "POST /api/session") {
      if (body.password === "slow") return refused(429, "too_many_failures", { "Retry-After": "7" });
      if (body.password !== "right") return refused(401, "wrong_password");
      if (body.person_id === "wang" && body.code === undefined) return refused(401, "second_factor_needed");
      cookieOf = body.person_id === "wang" ? other : duty;
    }
    if (cookieOf === null) return refused(401, "sign_in_needed");
    if (call === "DELETE /api/session") {
      cookieOf = null;
      return new Response(null, { status: 204 });
    }
    return new Response(JSON.stringify({ person: cookieOf, rights: RIGHTS, expires_at_ms: 1 }), { status: 200 });
  }

  const start = async (): Promise<void> => {
    stop = openSession({
      onWake: (tell) => {
        wake = tell;
        return () => undefined;
      },
      tellOtherWindows: () => (told += 1),
      onSignedInElsewhere: (tell) => {
        signedInElsewhere = tell;
        return () => undefined;
      },
      startAfresh: () => (fresh += 1),
    });
    await vi.advanceTimersByTimeAsync(0);
  };
  const phase = (): string => useSession.getState().phase;

  beforeEach(() => {
    vi.useFakeTimers();
    cookieOf = duty;
    hubAway = false;
    asked = [];
    fresh = 0;
    told = 0;
    useSession.setState(useSession.getInitialState(), true);
    useAlertDesk.setState(useAlertDesk.getInitialState(), true);
    vi.stubGlobal("fetch", (path: string, request: { method: string; body?: string }) => {
      const call = `${request.method} ${path}`;
      asked.push(call);
      if (hubAway) return Promise.reject(new TypeError("Failed to fetch"));
      return Promise.resolve(answer(call, JSON.parse(request.body ?? "{}") as object));
    });
  });
  afterEach(() => {
    stop();
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  test("of a browser that holds one goes on without asking", async () => {
    await start();
    expect(useSession.getState()).toMatchObject({ phase: "in", person: duty, rights: RIGHTS });
  });

  test("of a browser that holds none begins with the sign-in", async () => {
    cookieOf = null;
    await start();
    expect([phase(), useSession.getState().person]).toEqual(["out", null]);
    await signIn({ person_id: "duty", password: "right" });
    expect([phase(), fresh, told]).toEqual(["in", 0, 1]);
  });

  test("is asked for again while the hub is away", async () => {
    hubAway = true;
    await start();
    expect(phase()).toBe("asking");
    hubAway = false;
    await vi.advanceTimersByTimeAsync(2_000);
    expect(phase()).toBe("in");
  });

  test("is refreshed every five minutes", async () => {
    await start();
    asked = [];
    await vi.advanceTimersByTimeAsync(2 * REFRESH_MS + TICK_MS);
    expect(asked).toEqual(["POST /api/session/refresh", "POST /api/session/refresh"]);
  });

  test("is refreshed again soon when the answer did not come, and at once after the machine slept", async () => {
    await start();
    hubAway = true;
    await vi.advanceTimersByTimeAsync(REFRESH_MS);
    hubAway = false;
    asked = [];
    await vi.advanceTimersByTimeAsync(TICK_MS);
    expect(asked).toEqual(["POST /api/session/refresh"]);
    vi.setSystemTime(Date.now() + 3_600_000);
    wake();
    await vi.advanceTimersByTimeAsync(0);
    expect(asked).toHaveLength(2);
  });

  test("that ended is told by any call, and leaves what is half written", async () => {
    await start();
    useAlertDesk.setState({ text: "走失儿童：红上" });
    cookieOf = null;
    await expect(hub.closeCase("K1", "找到")).rejects.toMatchObject({ code: "sign_in_needed" });
    expect(useSession.getState()).toMatchObject({ phase: "out", person: duty });
    await signIn({ person_id: "duty", password: "right" });
    expect([phase(), fresh, useAlertDesk.getState().text]).toEqual(["in", 0, "走失儿童：红上"]);
  });

  test("that ended in a websocket asks to sign in, and another person begins afresh", async () => {
    await start();
    cookieOf = null;
    lineRefused();
    await vi.advanceTimersByTimeAsync(0);
    expect(phase()).toBe("out");
    await signIn({ person_id: "wang", password: "right", code: "123456" });
    expect([phase(), fresh]).toEqual(["out", 1]);
  });

  test("that still holds when a websocket is refused goes on, with the places as they are now", async () => {
    await start();
    lineRefused();
    expect(phase()).toBe("asking");
    await vi.advanceTimersByTimeAsync(0);
    expect([phase(), fresh]).toEqual(["in", 0]);
    cookieOf = { ...duty, places: [{ kind: "grid", place_id: "G1" }] };
    lineRefused();
    await vi.advanceTimersByTimeAsync(0);
    expect(fresh).toBe(1);
  });

  test("of a person with another role begins afresh", async () => {
    await start();
    cookieOf = { ...duty, role: "officer" };
    await vi.advanceTimersByTimeAsync(REFRESH_MS);
    expect(fresh).toBe(1);
  });

  test("begun in another window is found when this one wakes", async () => {
    cookieOf = null;
    await start();
    cookieOf = duty;
    await vi.advanceTimersByTimeAsync(60_000);
    wake();
    await vi.advanceTimersByTimeAsync(0);
    expect(phase()).toBe("in");
  });

  test("renewed in another window goes on in this one at once", async () => {
    await start();
    cookieOf = null;
    lineRefused();
    await vi.advanceTimersByTimeAsync(0);
    cookieOf = duty;
    signedInElsewhere();
    await vi.advanceTimersByTimeAsync(0);
    expect([phase(), fresh, told]).toEqual(["in", 0, 0]);
  });

  test("taken over by another person in another window begins afresh here", async () => {
    await start();
    cookieOf = other;
    signedInElsewhere();
    await vi.advanceTimersByTimeAsync(0);
    expect(fresh).toBe(1);
  });

  test("is not asked for without end while nobody is signed in", async () => {
    cookieOf = null;
    await start();
    asked = [];
    await vi.advanceTimersByTimeAsync(REFRESH_MS + TICK_MS);
    expect(asked).toEqual(["GET /api/session"]);
  });

  test("is refused with the hub's words, and with how long to wait", async () => {
    cookieOf = null;
    await start();
    await expect(signIn({ person_id: "duty", password: "no" })).rejects.toMatchObject({ code: "wrong_password" });
    await expect(signIn({ person_id: "wang", password: "right" })).rejects.toMatchObject({ code: "second_factor_needed" });
    await expect(signIn({ person_id: "duty", password: "slow" })).rejects.toMatchObject({ retryAfterS: 7 });
    expect(phase()).toBe("out");
  });

  test("that somebody ends leaves nothing on the screen", async () => {
    await start();
    await signOut();
    expect([cookieOf, fresh]).toEqual([null, 1]);
    // What the page still asks until it is loaded anew is refused; nobody is asked to sign in on the page that goes.
    await expect(hub.closeCase("K1", "找到")).rejects.toMatchObject({ code: "sign_in_needed" });
    expect(phase()).toBe("in");
    await signOut();
    expect(fresh).toBe(2);
  });

  test("that cannot be ended says so instead of pretending", async () => {
    await start();
    hubAway = true;
    await expect(signOut()).rejects.toMatchObject({ code: "unreachable" });
    expect(fresh).toBe(0);
    [hubAway, cookieOf] = [false, null];
    await expect(hub.closeCase("K1", "找到")).rejects.toMatchObject({ code: "sign_in_needed" });
    expect(phase()).toBe("out");
  });
});
