import { describe, expect, it } from "vitest";

import { zh } from "../language/zh";
import type { Camera } from "../room/types";
import { isLive, standOf, type TileFacts } from "./condition";
import type { ViewState } from "./protocol";

const NOW = 1_790_000_000_000;
/** The hub's clock is a minute ahead of this machine's. */
const HUB_NOW = NOW + 60_000;

const view = (part: Partial<ViewState>): ViewState => ({
  form: null,
  isDecoded: true,
  atMs: HUB_NOW - 120,
  cameAtMs: NOW - 20,
  drawn: 100,
  skipped: 0,
  errors: 0,
  failedAtMs: null,
  isDamaged: false,
  word: null,
  hungry: false,
  isTranscoded: false,
  ...part,
});
const camera = (part: Partial<Camera> = {}): Camera => ({ condition: "online", picture: "clear", ...part }) as Camera;

function stand(facts: Partial<TileFacts>) {
  const now = { nowMs: NOW, hubNowMs: HUB_NOW, openedAtMs: NOW - 60_000 };
  return standOf({ line: "open", view: view({}), camera: camera(), ...now, ...facts }, false, zh);
}

describe("a tile", () => {
  it("whose pictures are of now is live, and says how old its picture is", () => {
    expect(stand({})).toEqual({ tone: "good", state: "实时", why: "", marks: [], ageMs: 120 });
  });

  it("that was just opened is opening, and after 3 s says that nothing came", () => {
    const view = undefined;
    expect(stand({ view, openedAtMs: NOW - 2_900 })).toMatchObject({ tone: "wait", state: "正在打开" });
    expect(stand({ view, openedAtMs: NOW - 3_000 })).toMatchObject({ tone: "bad", why: "打开 3 秒，还没有画面" });
  });

  it("is not live by old pictures that a camera which stands still gives whoever opens it", () => {
    const old = view({ atMs: HUB_NOW - 40_000 });
    expect(isLive(old, NOW, HUB_NOW)).toBe(false);
    expect(stand({ view: old })).toMatchObject({ tone: "wait", state: "画面延迟", ageMs: 40_000 });
  });

  it("without a picture for 3 s says since when, and how its camera stands", () => {
    const silent = view({ cameAtMs: NOW - 7_400, atMs: HUB_NOW - 7_500 });
    expect(stand({ view: silent })).toMatchObject({ tone: "bad", state: "没有画面", why: "已有 7 秒没有新画面" });
    expect(stand({ view: silent, camera: camera({ condition: "stalled" }) })).toMatchObject({ state: "画面停住" });
  });

  it("says the hub's words where the hub gave some", () => {
    const word = { kind: "word", code: "owner_terms", message: "按业主约定，不能实时查看", message_en: "" } as const;
    expect(stand({ view: view({ word }) })).toMatchObject({ state: "按协议不可看", why: "按业主约定，不能实时查看" });
  });

  it("says that the line is lost, that the browser cannot play it, that the camera is gone", () => {
    expect(stand({ line: "lost" }).state).toBe("线路断开");
    expect(stand({ view: view({ isDecoded: false, isTranscoded: true }) }).state).toBe("无法播放");
    expect(stand({ camera: undefined }).state).toBe("已撤销");
  });

  it("names what is wrong with a picture that is shown", () => {
    const spoilt = view({ isDamaged: true, errors: 2, failedAtMs: NOW - 59_000, isTranscoded: true });
    const { tone, marks } = stand({ view: spoilt, camera: camera({ picture: "covered" }) });
    expect([tone, marks]).toEqual(["good", ["镜头被遮挡", "主机转码", "画面有缺损", "解码重启 2 次"]]);
    expect(stand({ view: view({ errors: 2, failedAtMs: NOW - 61_000 }) }).marks).toEqual([]);
  });
});
