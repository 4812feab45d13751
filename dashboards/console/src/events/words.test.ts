// What the event list says of a camera that shows no picture, and of what was refused.
import { describe, expect, test } from "vitest";

import { en } from "../language/en";
import { zh } from "../language/zh";
import type { Item, RefusedReason } from "../room/items";
import { roomFromPicture } from "../room/room";
import type { Radio, Venue } from "../room/types";
import { wordsOf } from "./words";

const room = roomFromPicture({
  number: 0,
  now_at_ms: 0,
  community: { name: "", latitude: 0, longitude: 0, time_zone: "UTC" },
  me: { person_id: "", name: "", role: "" },
  police_grids: [],
  grids: [],
  venues: [],
  groups: [],
  sos: [],
  found: [],
  radios: [],
  cameras: [],
  alerts: [],
  cases: [],
  case_actions: {},
  missing_children: [],
});

const changed = (detail: string): Item => ({
  number: 1,
  previous: 0,
  at_ms: 0,
  kind: "camera.changed",
  subject: "C1",
  body: {
    camera_id: "C1",
    name: "东门",
    venue_id: null,
    latitude: null,
    longitude: null,
    heading_deg: null,
    view_deg: null,
    range_m: null,
    calibrated: false,
    owner_id: null,
    agreement_over: false,
    has_sub: false,
    masks: [],
    condition: "stalled",
    picture: "clear",
    recording: false,
    looked_at: true,
    recorded: true,
    disk: "ok",
    clock_offset_s: null,
    packets_lost: 0,
    bytes_per_s: 0,
    detail,
    progress: null,
    frames_looked_at: 0,
    frames_shed: 0,
    sightings: 0,
  },
});

const refused = (device: string, reason: RefusedReason): Item => ({
  number: 1,
  previous: 0,
  at_ms: 0,
  kind: "device.refused",
  subject: device,
  body: { device, topic: "", reason, detail: "", count: 2 },
});

describe("the event list", () => {
  const both = changed("已 8 秒没有画面 (no picture for 8 s)");

  test("says why a camera shows no picture, to a Chinese reader in Chinese", () => {
    expect(wordsOf(both, room, zh, "zh-CN")).toMatch(/东门.*画面停住（已 8 秒没有画面）$/);
  });

  test("says why a camera shows no picture, to an English reader in English", () => {
    expect(wordsOf(both, room, en, "en")).toBe("Camera 东门: picture stopped (no picture for 8 s)");
  });

  test("says the condition alone when there is nothing more to say", () => {
    expect(wordsOf(changed(""), room, en, "en")).toBe("Camera 东门: picture stopped");
  });

  test("says who was refused, why and what to do, by the names that the room knows", () => {
    const radio = { radio_id: "R7", venue_id: "V7" } as Radio;
    const venue = { venue_id: "V7", name: "梧桐宾馆" } as Venue;
    const known = { ...room, radios: new Map([["R7", radio]]), venues: new Map([["V7", venue]]) };
    expect(wordsOf(refused("R7", "forged"), known, zh, "zh-CN")).toMatch(/^有人冒充 梧桐宾馆 R7 发了 2 条消息，已拒收。.*吊销/);
    expect(wordsOf(refused("hub", "overloaded"), known, en, "en")).toMatch(/^Too much for the hub: 2 messages of the hub not taken/);
  });

  test("names the radio of a private call, whose group no picture lists", () => {
    const radio = { radio_id: "R7", venue_id: "V7" } as Radio;
    const venue = { venue_id: "V7", name: "梧桐宾馆" } as Venue;
    const known = { ...room, radios: new Map([["R7", radio]]), venues: new Map([["V7", venue]]) };
    const body = { group_id: "private.R7", talker_name: "王芳" };
    const item = { number: 1, previous: 0, at_ms: 0, kind: "burst.started", subject: "private.R7", body } as Item;
    expect(wordsOf(item, known, zh, "zh-CN")).toBe("王芳 在「梧桐宾馆 R7 私呼」讲话");
  });

  test("says at least who was refused for a reason that a newer hub has", () => {
    expect(wordsOf(refused("R9", "some_day" as RefusedReason), room, en, "en")).toBe("Messages of R9 refused (2)");
  });
});

test("a try by telephone begins, and says what came of it", () => {
  const tried = (outcome: "acknowledged" | null): Item => ({
    number: 1,
    previous: 0,
    at_ms: 0,
    kind: "fallback.tried",
    subject: "A1",
    body: { alert_id: "A1", venue_id: "V1", number: 2, texted: true, outcome, at_ms: 0 },
  });
  expect(wordsOf(tried(null), room, zh, "zh-CN")).toContain("第 2 次");
  expect(wordsOf(tried("acknowledged"), room, zh, "zh-CN")).toContain("按 1 确认");
});
